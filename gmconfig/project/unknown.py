"""What somebody meant by a document's name that no file answers to."""

from __future__ import annotations

from gmconfig.errors import UnknownDocument
from gmconfig.path import nearest
from gmconfig.project.names import RESERVED_DOCUMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def unknown_document(name: str, names: Sequence[str], default: str) -> UnknownDocument:
    """Say that there is no such document among these, with the one that is meant as the hint."""
    near = _named_otherwise(name, names, default) or nearest(name, names)
    hint = f'did you mean "{near}"?' if near else f"documents: {', '.join(names) or 'none yet'}"
    hint = "gmconfig flag compile prints the feature flags" if name in RESERVED_DOCUMENTS else hint
    return UnknownDocument(f'no document named "{name}"', hint=hint)


def _named_otherwise(name: str, names: Sequence[str], default: str) -> str | None:
    """Give what somebody means who names a file, joins document and path, or leaves the document out."""
    stem = name.rpartition("/")[2].partition(".")[0]
    if stem in names and ("/" in name or name.endswith((".yaml", ".yml"))):
        return stem
    document, _, path = name.partition(".")
    if not path:
        return None
    if document in names:
        return f"{document} {path}"
    return f"{default} {name}" if default in names else None
