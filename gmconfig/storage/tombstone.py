"""A month of the journal that was dropped: what stands in its place, so that no other clone brings it back."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.storage.git import refs
from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.objects import REGULAR, Entry, tree_entries, write_blobs

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

FILE = "pruned.json"


def stands_for(repository: Repository, commit: str) -> bool:
    """Whether a month's commit is what was left of it."""
    return bool(tree_entries(repository, commit, (FILE,)))


def bury(repository: Repository, ref: str, tip: str, lasting: Collection[str], by: str) -> bool:
    """Put a commit without a past in a month's place, with the files that last; False if the month moved."""
    entries = {path: entry for path, entry in tree_entries(repository, tip).items() if _name(path) in lasting}
    said = {"by": by, "time": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
    [blob] = write_blobs(repository, [json.dumps(said, sort_keys=True).encode() + b"\n"])
    index = IndexFile(repository, os.path.join(repository.own_folder(), f"journal-{os.urandom(6).hex()}"))
    try:
        index.fill(None)
        index.put({**entries, FILE: Entry(REGULAR, blob)})
        commit = refs.chained(repository, (), index.write_tree(), "journal: the month was dropped")
    finally:
        index.remove()
    return refs.swap(repository, ref, commit, tip, "journal: prune")


def _name(path: str) -> str:
    return path.rpartition("/")[2]
