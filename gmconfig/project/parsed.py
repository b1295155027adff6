"""The plain data of a YAML file, from the cache where the file is unchanged."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.storage.snapshot import Snapshot


def parsed(snapshot: Snapshot, file: str, git_folder: str | None) -> object:
    """Give what `storage.yaml.load` makes of a snapshot's file."""
    from gmconfig.storage.yaml import load

    return load(snapshot.read(file), file)
