"""New values on their way: what a hook may have set at the source is kept, sealed, until it is committed.

One file a secret, in git's folder of this clone, sealed for the identity that rotates. Whatever ends the
process, the value that the source has now is not lost.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GmconfigError
from gmconfig.secret import plaintext
from gmconfig.secret.keyring import identity
from gmconfig.secret.named.waiting import FOLDER
from gmconfig.storage.files import read_if_exists, write_private

if TYPE_CHECKING:
    from gmconfig.secret.keyring.identity import Identity


class Pending(NamedTuple):
    """A rotation that did not come to its end; `changed` where the hook is known to have succeeded."""

    name: str
    environment: str | None
    time: str
    changed: bool
    sealed: str

    def value(self, who: Identity) -> object:
        """Open the value.

        Raises:
            AccessDenied: another identity has sealed it.
        """
        return plaintext.decode(who.unwrap(b64decode(self.sealed)))


class Pendings:
    """The rotations of one project that did not come to their end."""

    def __init__(self, common_dir: str, prefix: str) -> None:
        self._folder = Path(common_dir, FOLDER)
        self._prefix = prefix

    def keep(
        self, name: str, environment: str | None, value: object, who: Identity, *, time: str, changed: bool
    ) -> None:
        """Keep a new value before its hook runs, and again when it has succeeded; safe on disk afterwards."""
        sealed = b64encode(identity.wrap(plaintext.encode(value), who.recipient)).decode()
        tree = {"project": self._prefix, "name": name, "environment": environment, "time": time}
        raw = json.dumps({**tree, "changed": changed, "sealed": sealed}).encode()
        write_private(self._file(name, environment), raw)

    def find(self, name: str, environment: str | None) -> Pending | None:
        """Give the rotation of a secret that is under way."""
        return self._read(self._file(name, environment))

    def forget(self, name: str, environment: str | None) -> None:
        """Forget a rotation that came to its end, or that was given up."""
        from gmconfig.storage.files import unlink

        unlink(self._file(name, environment))

    def __iter__(self) -> Iterator[Pending]:
        for file in sorted(self._folder.glob("*.json")):
            found = self._read(str(file))
            if found is not None:
                yield found

    def _file(self, name: str, environment: str | None) -> str:
        text = json.dumps([self._prefix, environment, name])
        return str(self._folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json")

    def _read(self, file: str) -> Pending | None:
        raw = read_if_exists(file)
        if raw is None:
            return None
        try:
            tree = json.loads(raw)
            if tree["project"] != self._prefix:
                return None
            return Pending(
                tree["name"], tree["environment"], tree["time"], bool(tree["changed"]), tree["sealed"]
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise GmconfigError(
                f'"{file}" should hold the new value of a rotation, and is damaged',
                hint=f"check the secret at its source, then: rm {file}",
            ) from None
