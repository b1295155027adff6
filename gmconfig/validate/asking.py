"""Which documents a change below `secrets/` can reach: those that name a secret, or hold a sealed value."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.validate.known import is_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gmconfig.project.layout import Layer
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.validate.subject import Subject

SECRETS = "secrets/"
_SIGNS = (b"SECRET", b"gm1", b"\\")
"""What a placeholder and a sealed value begin with; behind an escape either may hide."""


def may_ask(raw: bytes) -> bool:
    """Whether a layer's text may name a secret, or hold a sealed value."""
    return any(sign in raw for sign in _SIGNS)


def is_asked_by_none(subject: Subject, file: str) -> bool:
    """Whether a file below `secrets/` can matter to no document: without keys, only names of secrets do."""
    return subject.vault is None and (not is_store(file) or _keeps_names(subject.snapshot.base, file))


def asking(subject: Subject, layers: Mapping[str, Collection[Layer]]) -> set[str]:
    """Give those of the documents that may depend on secrets."""
    files = {layer.file: document for document, some in layers.items() for layer in some}
    return {files[each] for each, raw in subject.snapshot.read_many(files).items() if may_ask(raw)}


def _keeps_names(snapshot: Snapshot, file: str) -> bool:
    """Whether a proposed change leaves the names of the secrets in a file."""
    base, changes = getattr(snapshot, "base", None), getattr(snapshot, "changes", {})
    if base is None or changes.get(file) is None or not base.exists(file):
        return False
    return _names(base.read(file), file) == _names(changes[file], file) is not None


def _names(raw: bytes, file: str) -> set[str] | None:
    from gmconfig.storage.yaml import load

    try:
        tree = load(raw, file)
    except BrokenConfiguration:
        return None
    return set(tree) if isinstance(tree, dict) else None
