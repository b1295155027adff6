"""The note that a release leaves with its content: which record put what there, and how to see that it is still so.

Digests of live content are HMACs under a random key that stands only here: who cannot read the marker cannot
try values. Digests of what was wanted are over sealed tokens, and may be seen by everybody.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.immutable import EMPTY, Data
from gmconfig.secret import plaintext

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.rendering import Rendering


class SecretMark(NamedTuple):
    """What a marker says about one secret: the digest of its token, and of its value under the marker's key."""

    token: str
    value: str


class Marker(Data, hidden=("key", "live", "secrets")):
    """What put a release where it is.

    `wanted` is the digest of what was rendered, `live` the HMAC of the files as they were put. `secrets` are
    by document and printed path. `key` is in no `repr`.
    """

    release: str
    record: str
    environment: str
    target: str
    commit: str
    wanted: str
    fencing: int
    time: str
    tool: str
    key: bytes
    live: str = ""
    secrets: Mapping[str, Mapping[str, SecretMark]] = EMPTY

    def fits(self, files: Mapping[str, bytes]) -> bool:
        """Whether these are the files that the release put there, byte for byte."""
        return hmac.compare_digest(self.live, files_digest(self.key, files))

    def same_value(self, document: str, path: str, value: object) -> bool | None:
        """Whether a live value is the secret that the release put at a path; None where that is not known."""
        mark = self.secrets.get(document, {}).get(path)
        return (
            None
            if mark is None or not mark.value
            else hmac.compare_digest(mark.value, value_digest(self.key, value))
        )

    def same_token(self, document: str, path: str, token_digest: str) -> bool | None:
        """Whether a wanted secret is sealed as it was when the release was made; None if it was none."""
        mark = self.secrets.get(document, {}).get(path)
        return None if mark is None else mark.token == token_digest

    def has_value(self, value: object) -> bool:
        """Whether a value is one of the secrets that the release put anywhere."""
        digest = value_digest(self.key, value)
        marks = (mark for at in self.secrets.values() for mark in at.values())
        return any(hmac.compare_digest(mark.value, digest) for mark in marks)

    def as_json(self) -> dict[str, Any]:
        """Give what a file of it holds."""
        plain = {name: getattr(self, name) for name in _TEXTS}
        marks = {
            document: {path: list(mark) for path, mark in at.items()} for document, at in self.secrets.items()
        }
        return {**plain, "fencing": self.fencing, "key": b64encode(self.key).decode(), "secrets": marks}

    def text(self) -> bytes:
        """Give the file's bytes."""
        import json

        return json.dumps(self.as_json(), indent=1, sort_keys=True).encode() + b"\n"


_TEXTS = ("release", "record", "environment", "target", "commit", "wanted", "time", "tool", "live")


def read(raw: bytes) -> Marker:
    """Read a marker's bytes.

    Raises:
        BrokenConfiguration: they are not a marker.
    """
    from gmconfig.storage.bounds import read_json

    try:
        content = read_json(raw)
        return of_json(content)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BrokenConfiguration("the marker of this target is damaged") from None


def of_json(content: Mapping[str, Any]) -> Marker:
    """Give the marker that `as_json` gave; raises ValueError, TypeError or KeyError for anything else."""
    texts = {name: content[name] for name in _TEXTS}
    if not all(isinstance(text, str) and text.isprintable() for text in texts.values()):
        raise TypeError
    if type(content["fencing"]) is not int:
        raise TypeError
    marks = {
        str(document): {str(path): SecretMark(str(token), str(value)) for path, (token, value) in at.items()}
        for document, at in content["secrets"].items()
    }
    return Marker(**texts, fencing=content["fencing"], key=b64decode(content["key"]), secrets=marks)


def files_digest(key: bytes, files: Mapping[str, bytes]) -> str:
    """Give the HMAC of files, names and all."""
    digest = hmac.new(key, digestmod=sha256)
    for name in sorted(files):
        raw = name.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%d:" % (len(raw), len(files[name])) + raw)
        digest.update(files[name])
    return digest.hexdigest()


def value_digest(key: bytes, value: object) -> str:
    """Give the HMAC of one value with its type."""
    return hmac.new(key, plaintext.encode(value), sha256).hexdigest()


def marker_of(
    rendering: Rendering,
    target: Target,
    *,
    release: str,
    record: str,
    commit: str,
    fencing: int,
    time: str,
) -> Marker:
    """Make the marker of what was rendered, under a key of its own.

    Raises:
        AccessDenied: a plain secret in it cannot be opened here.
    """
    from gmconfig import __version__

    key = os.urandom(32)
    return Marker(
        release=release,
        record=record,
        environment=target.environment,
        target=target.name,
        commit=commit,
        wanted=rendering.wanted,
        fencing=fencing,
        time=time,
        tool=f"gmconfig {__version__}",
        key=key,
        live=files_digest(key, rendering.needed_files()),
        secrets=_marks(rendering, key),
    )


def _marks(rendering: Rendering, key: bytes) -> dict[str, dict[str, SecretMark]]:
    """Give the marks of all secrets; one inside an encrypted file has no digest of its value."""
    from gmconfig.path import format_keys

    values = rendering.secret_values()
    found: dict[str, dict[str, SecretMark]] = {}
    for document, paths in rendering.secret_paths.items():
        for keys, token in paths.items():
            path, known = format_keys(keys), values.get(document, {})
            digest = value_digest(key, known[path]) if path in known else ""
            found.setdefault(document, {})[path] = SecretMark(token, digest)
    return found
