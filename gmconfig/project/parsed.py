"""What was parsed of a file, from the cache where the file has not changed: then no YAML parser is loaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.storage.snapshot import Snapshot


def load(raw: bytes, file: str) -> object:
    """Give the data of a file, importing the parser only now."""
    from gmconfig.storage import yaml

    return yaml.load(raw, file)


def cached(
    snapshot: Snapshot, file: str, git_folder: str | None, kind: str, parse: Callable[[bytes, str], object]
) -> object:
    """Give what `parse` makes of a snapshot's file."""
    return parse(snapshot.read(file), file)
