"""Comments that come out of a sealed file: they are kept in plain, unless they seem to hold a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.secret.scan.suspicion import suspects
from gmconfig.storage.yaml.splice import Splice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.secret.importer.imported import Leaf

_COMMENT = re.compile(r"(?:^|(?<=[ \t\n]))#[^\r\n]*")
_SHORTEST = 6


def holds_secret(comment: str, leaves: Sequence[Leaf]) -> bool:
    """Whether a comment looks like a secret, or repeats one of the file's own."""
    if suspects(comment.strip("# \t\n").encode("utf-8", "replace") + b"\n", "comment.yaml"):
        return True
    texts = (str(leaf.value) for leaf in leaves if not isinstance(leaf.value, bool))
    return any(len(text) >= _SHORTEST and text in comment for text in texts)


def secret_comments(text: str, leaves: Sequence[Leaf]) -> Iterator[Splice]:
    """Yield what empties the comments of an opened text that hold secrets; `leaves` are all its values."""
    for found in _COMMENT.finditer(text):
        inside = any(leaf.start <= found.start() < leaf.end for leaf in leaves)
        if not inside and holds_secret(found[0], leaves):
            yield Splice(found.start(), found.end(), "#")


def left_out(number: int) -> list[str]:
    """Say how many were left out."""
    return [f"comments left out, as they seem to hold secrets: {number}"] if number else []
