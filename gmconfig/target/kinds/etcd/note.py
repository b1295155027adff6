"""The marker in etcd: all of it but the key, for whoever reads the prefix reads the values too.

What is untouched is told by revisions: no key of the release may be newer than the note that came with it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from gmconfig.target.marker import Marker, SecretMark, files_digest, of_json

FOLDER = ".gmconfig/"
NOTE = f"{FOLDER}marker"


@dataclass(frozen=True, slots=True)
class Note:
    """What is written beside a release; `names` is the digest of its keys' names, `taken` the revision before us."""

    marker: Marker
    names: str
    taken: int

    def text(self) -> bytes:
        """Give the key's content."""
        content = self.marker.as_json()
        content["secrets"] = {
            document: {path: [token, ""] for path, (token, _) in marks.items()}
            for document, marks in content["secrets"].items()
        }
        return json.dumps(
            {**content, "key": "", "live": "", "names": self.names, "taken": self.taken}
        ).encode()


def note_in(raw: bytes | None) -> Note | None:
    """Read a note; None where there is none, or none that can be read."""
    try:
        content = json.loads(raw or b"")
        return Note(of_json(content), str(content["names"]), int(content["taken"]))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return None


def names_digest(names: Iterable[str]) -> str:
    """Give a text that changes when a key comes or goes."""
    return sha256("\n".join(sorted(names)).encode("utf-8", "surrogateescape")).hexdigest()


def keyed(marker: Marker, files: Mapping[str, bytes], *, untouched: bool) -> Marker:
    """Give the marker with a key of this moment; nothing fits it where something was touched."""
    key = os.urandom(32)
    secrets = {
        document: {path: SecretMark(token, "") for path, (token, _) in marks.items()}
        for document, marks in marker.secrets.items()
    }
    return replace(marker, key=key, live=files_digest(key, files) if untouched else "", secrets=secrets)
