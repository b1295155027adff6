"""What was parsed of a file, from the cache where the file has not changed: then no YAML parser is loaded."""

from __future__ import annotations

from gmconfig import __version__
from gmconfig.log import debug
from gmconfig.storage.snapshot import WorkingTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.storage.cache import Cache
    from gmconfig.storage.snapshot import Snapshot

_YOUNG_NS = 20_000_000
"""A file written this shortly before its cache entry may have changed since with the same signature."""


def load(raw: bytes, file: str) -> object:
    """Give the data of a file, importing the parser only now."""
    from gmconfig.storage import yaml

    return yaml.load(raw, file)


def cached(
    snapshot: Snapshot, file: str, git_folder: str | None, kind: str, parse: Callable[[bytes, str], object]
) -> object:
    """Give what `parse` makes of a snapshot's file; it must be plain data, never opened, never substituted.

    The working tree and commits are cached, and only inside of git: `git_folder` None switches it off.
    """
    commit = getattr(snapshot, "commit", None)
    if git_folder is None or not (commit or isinstance(snapshot, WorkingTree)):
        return parse(snapshot.read(file), file)
    from gmconfig.storage.cache import Cache

    cache = Cache(f"{git_folder}/gmconfig")
    if not isinstance(snapshot, WorkingTree):
        return _of_commit(cache, snapshot, file, kind, parse)
    name = _name(snapshot.root, file, kind)
    key = (__version__, snapshot.root, file, kind, snapshot.signature(file))
    entry = cache.load(name)
    if isinstance(entry, tuple) and entry[0] == key and _is_settled(key[-1], cache.modified_ns(name)):
        debug("project", "%s: as it was parsed before", file)
        return entry[1]
    parsed = parse(snapshot.read(file), file)
    cache.store(name, (key, parsed))
    return parsed


def _of_commit(
    cache: Cache, snapshot: Snapshot, file: str, kind: str, parse: Callable[[bytes, str], object]
) -> object:
    """Give the same for a commit's file: what it was made of has a name that says its content."""
    name = _name("commit", file, kind)
    key = (__version__, file, kind, _key(snapshot, file))
    entry = cache.load(name)
    if isinstance(entry, tuple) and entry[0] == key and key[-1]:
        debug("project", "%s of %s: as it was parsed before", file, snapshot.label)
        return entry[1]
    parsed = parse(snapshot.read(file), file)
    cache.store(name, (key, parsed))
    return parsed


def _key(snapshot: Snapshot, file: str) -> str | None:
    """Give what changes when a commit's file does, without listing them all where the snapshot can tell."""
    one = getattr(snapshot, "key", None)
    return one(file) if one else snapshot.files().get(file)


def _name(root: str, file: str, kind: str) -> str:
    from zlib import crc32

    return f"parsed-{crc32(f'{root}/{file}/{kind}'.encode('utf-8', 'surrogateescape')):08x}"


def _is_settled(signature: str | None, stored_ns: int) -> bool:
    """Whether a file was old enough when it was read that any later change shows in its signature."""
    if signature is None:
        return False
    modified, changed = signature.split(".")[:2]
    return max(int(modified, 16), int(changed, 16)) + _YOUNG_NS < stored_ns
