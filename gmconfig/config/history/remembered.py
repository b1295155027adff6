"""What earlier runs found out about a path's values, so that only new versions are read.

Kept under the blobs that an answer depends on, so it is never stale; the values are those of the files
themselves, before placeholders, with sealed values sealed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.history.absence import Unknown, from_plain, to_plain
from gmconfig.config.history.mapping import cache_of
from gmconfig.config.history.value import equal, values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.config.history.moment import Moment
    from gmconfig.path import KeyPath
    from gmconfig.project import Project
    from gmconfig.storage.cache import Cache

_FORM = 3  # to be raised when reading or merging changes what it gives
_MOST = 1_000_000  # bytes of one answer: that of a whole document is read again


def remembered(project: Project, path: KeyPath, moments: Sequence[Moment]) -> list[object]:
    """Give what stood at a path at each moment, as `values` does."""
    signatures = [_signature(moment) for moment in moments]
    cache, asked = cache_of(project), _asked(path, moments)
    known = _loaded(cache, asked)
    # Many commits leave a document's files alone: one moment stands for all that are alike.
    missing = {own: each for each, own in zip(moments, signatures, strict=True) if own not in known}
    if missing:
        known.update(zip(missing, values(project, path, list(missing.values())), strict=True))
        _store(cache, asked, {own: known[own] for own in signatures})
    return [known[own] for own in signatures]


def _signature(moment: Moment) -> str:
    files = "\0".join([f"{blob} {file}" for file, blob in moment.files])
    merge = moment.project.settings.merge
    return f"{files}\0{merge!r}" if merge else files


def _asked(path: KeyPath, moments: Sequence[Moment]) -> str:
    files = sorted({file for moment in moments for file, _ in moment.files})
    return repr((_FORM, str(path), files))


def _name(asked: str) -> str:
    from zlib import crc32  # two questions may share it, so the question is kept with the answer

    return f"history-{crc32(asked.encode('utf-8', 'surrogateescape')):08x}"


def _loaded(cache: Cache | None, asked: str) -> dict[str, object]:
    stored = cache.load(_name(asked)) if cache else None
    if not isinstance(stored, tuple) or stored[0] != asked:
        return {}
    _, numbers, records = stored
    found = [from_plain(*record) for record in records]
    return {own: found[number] for own, number in numbers.items()}


def _store(cache: Cache | None, asked: str, known: dict[str, object]) -> None:
    from marshal import dumps

    distinct: list[object] = []
    numbers: dict[str, int] = {}
    for own, value in known.items():
        if not distinct or not _alike(distinct[-1], value):
            distinct.append(value)
        numbers[own] = len(distinct) - 1
    try:
        stored = (asked, numbers, [to_plain(value) for value in distinct])
        if cache and len(dumps(stored)) <= _MOST:
            cache.store(_name(asked), stored)
    except ValueError:  # a tagged scalar or the like, which marshal cannot hold
        return


def _alike(left: object, right: object) -> bool:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return left == right
    return left is right or equal(left, right)
