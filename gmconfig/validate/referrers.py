"""Which documents a change of others reaches, because they refer to their values by `${CONFIG:document:path}`."""

from __future__ import annotations

from gmconfig.config.mention import named_documents, reaching
from gmconfig.errors import BrokenConfiguration
from gmconfig.path import walk
from gmconfig.validate import listing
from gmconfig.validate.source import documents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gmconfig.config.mention import Named
    from gmconfig.validate.subject import Subject


def with_referrers(subject: Subject, reach: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Add the documents that refer to those that are reached, each in the environments where these are."""
    found = {document: set(environments) for document, environments in reach.items()}
    layers = listing.layers_of(subject, []) if reach else {}
    if not layers.keys() - reach.keys() and len(layers) < 2:
        return found
    raws = subject.snapshot.read_many([layer.file for some in layers.values() for layer in some])
    named = {
        document: _named([raws[layer.file] for layer in some if layer.file in raws])
        for document, some in layers.items()
    }
    for document, environments in reach.items():
        for user in reaching(named, {document}):
            found.setdefault(user, set()).update(environments)
    return found


def _named(raws: Iterable[bytes]) -> Named:
    """Give the documents that a document's files name; behind an escape they show only once it is read."""
    found: set[str] = set()
    for raw in raws:
        if b"CONFIG:" in raw or b"\\" in raw:
            named = named_documents([raw])
            named = named_documents(_texts(raw)) if named is None else named
            if named is None:
                return None
            found.update(named)
    return frozenset(found)


def _texts(raw: bytes) -> Iterable[bytes]:
    """Give the texts in a file that may hold a reference, without what YAML escapes in them."""
    try:
        trees = documents_of(raw, "")
    except BrokenConfiguration:
        return ()
    texts = (leaf for tree in trees for _, leaf in walk(tree) if isinstance(leaf, str))
    return [text.replace("\\", "/").encode("utf-8", "replace") for text in texts if "CONFIG:" in text]
