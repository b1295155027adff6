"""Files of sops, sealed for age: YAML (comments kept), JSON, dotenv and binary; whole or in part, MAC verified."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Any

from gmconfig.errors import AccessDenied, BrokenConfiguration, Refused
from gmconfig.path import walk
from gmconfig.secret.importer import sops_cipher as cipher
from gmconfig.secret.importer.imported import Imported, decoded, of_tree
from gmconfig.storage.bounds import read_json

if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.secret.importer.keyring import KeyRing

_LIST = re.compile(r"__list_(\d+)")


class Metadata:
    """What sops says about a file: how its key is wrapped, what its hash covers."""

    def __init__(self, tree: object, file: str) -> None:
        if not isinstance(tree, dict):
            raise BrokenConfiguration(
                f'"{file}" has no metadata of sops', hint="is it a file of sops at all?"
            )
        self.tree: dict[str, Any] = tree
        self.file = file
        self.only_encrypted = str(tree.get("mac_only_encrypted", "")).lower() == "true"

    def key(self, keys: KeyRing) -> bytes:
        """Open the data key.

        Raises:
            Refused: it is shared among several groups, or wrapped for no age identity.
        """
        if self.tree.get("key_groups") or str(self.tree.get("shamir_threshold", "0")) not in (
            "0",
            "1",
            "None",
        ):
            raise Refused(
                "the key of this file is split among several groups", hint="sops decrypt FILE first"
            )
        entries = self.tree.get("age")
        wraps = (
            [str(one.get("enc")) for one in entries if isinstance(one, dict)]
            if isinstance(entries, list)
            else []
        )
        if not wraps:
            others = [
                name for name in ("pgp", "kms", "gcp_kms", "azure_kv", "hc_vault") if self.tree.get(name)
            ]
            raise Refused(
                f'"{self.file}" is sealed for {", ".join(others) or "nobody"}, not for age',
                hint="give it an age recipient first: sops rotate -i --add-age age1… FILE",
            )
        return cipher.data_key(wraps, keys.age_identities())

    def verify(self, key: bytes, digest: str) -> None:
        """Check the hash of all values.

        Raises:
            AccessDenied: it is not the one that was signed.
        """
        bound = str(self.tree.get("lastmodified", "")).encode()
        said = cipher.opened(str(self.tree.get("mac", "")), key, bound)
        if said is None or not hmac.compare_digest(said.plain, digest.encode()):
            raise AccessDenied(
                f'"{self.file}" was changed by something else than sops: its MAC does not fit',
                hint="see what changed, then: sops edit --ignore-mac FILE",
            )


class Hash:
    """The hash over values in the order of the file."""

    def __init__(self, metadata: Metadata) -> None:
        self._only = metadata.only_encrypted
        self._sum = hashlib.sha512(cipher.ONLY_ENCRYPTED if self._only else b"")

    def plain(self, value: object) -> None:
        """Take in a value that is not sealed."""
        if not self._only:
            self._sum.update(cipher.plain_bytes(value))

    def opened(self, value: cipher.Opened) -> None:
        """Take in a value that was sealed; comments do not count."""
        if value.kind != "comment":
            self._sum.update(value.plain)

    @property
    def digest(self) -> str:
        """The hash as sops writes it."""
        return self._sum.hexdigest().upper()


def read(raw: bytes, file: str, keys: KeyRing) -> Imported:
    """Open a file of sops.

    Raises:
        BrokenConfiguration: it is damaged, or no file of sops.
        AccessDenied: none of the identities opens it, or it was tampered with.
    """
    text = decoded(raw, file)
    if text.lstrip().startswith("{"):
        return _of_tree(_json(text, file), file, keys)
    if re.search(r"^sops_(version|mac)=", text, re.MULTILINE):
        return _of_tree(_dotenv(text, file), file, keys)
    from gmconfig.secret.importer.sops_yaml import read_yaml

    return read_yaml(text, file, keys)


def unsealed(text: str, key: bytes, keys: Keys, file: str) -> cipher.Opened:
    """Open one value of a file.

    Raises:
        AccessDenied: it was changed, or stood somewhere else.
    """
    from gmconfig.path import format_keys

    found = cipher.opened(text, key, cipher.associated(keys))
    if found is None:
        raise AccessDenied(f'"{file}": {format_keys(keys)} was changed or moved since sops sealed it')
    return found


def _of_tree(tree: object, file: str, keys: KeyRing) -> Imported:
    """Open a file whose layout is of no interest; it becomes YAML."""
    if not isinstance(tree, dict):
        raise BrokenConfiguration(f'"{file}" is not a map', hint="is it a file of sops at all?")
    metadata = Metadata(tree.pop("sops", None), file)
    key, total = metadata.key(keys), Hash(metadata)
    secret: set[Keys] = set()
    for at, value in list(walk(tree)):
        if isinstance(value, str) and cipher.is_sealed(value):
            found = unsealed(value, key, at, file)
            total.opened(found)
            _put(tree, at, _number(found))
            secret.add(at)
        elif not isinstance(value, dict | list):
            total.plain(value)
    metadata.verify(key, total.digest)
    return of_tree(tree, lambda at: at in secret)


def _number(found: cipher.Opened) -> object:
    """Give a value as JSON has it: sops knows its whole numbers as floating ones."""
    return int(found.plain) if found.kind == "float" and found.plain.lstrip(b"-").isdigit() else found.value


def _put(tree: object, at: Keys, value: object) -> None:
    for key in at[:-1]:
        tree = tree[key]  # type: ignore[index]
    tree[at[-1]] = value  # type: ignore[index]


def _json(text: str, file: str) -> object:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        raise BrokenConfiguration(f'"{file}" is not JSON as sops writes it') from None


def _dotenv(text: str, file: str) -> dict[str, Any]:
    """Read sops' dotenv: `KEY=value`, metadata flattened into `sops_age__list_0__map_enc`."""
    tree: dict[str, Any] = {}
    sops: dict[str, Any] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not line.strip() or line.startswith("#"):
            continue
        if not equals:
            raise BrokenConfiguration(f'"{file}" has a line that is not KEY=VALUE')
        value = value.replace("\\n", "\n")
        if name.startswith("sops_"):
            sops[name.removeprefix("sops_")] = value
        else:
            tree[name] = value
    ages = {
        int(_LIST.findall(name)[0]): value
        for name, value in sops.items()
        if re.match(r"age__list_\d+__map_enc", name)
    }
    return {**tree, "sops": {**sops, "age": [{"enc": ages[number]} for number in sorted(ages)]}}
