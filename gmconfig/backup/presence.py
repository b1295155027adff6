"""Who is at work in a place with backups: several may add or read at once, whoever removes is alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gmconfig.errors import GmconfigError, Locked, NotFound
from gmconfig.log import debug
from gmconfig.record import process

if TYPE_CHECKING:
    from gmconfig.backup.store import Store

_STALE = timedelta(hours=6)


@contextmanager
def at_work(store: Store, *, alone: bool = False) -> Iterator[None]:
    """Say that somebody adds or, `alone`, removes.

    Each writes a file of its own and then looks at the others': that needs nothing of the store but that it
    shows what was written.

    Raises:
        Locked: somebody removes, or is there where the caller would be alone.
    """
    name = f"{os.urandom(8).hex()}.json"
    pid = os.getpid()
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    told = {"alone": alone, "time": moment, "where": process.machine(), "pid": pid}
    with store.writing(f"locks/{name}") as file:
        file.write(json.dumps({**told, "mark": process.age_mark(pid)}).encode())
    try:
        _check_others(store, name, alone)
        yield
    finally:
        store.remove(f"locks/{name}")


@contextmanager
def in_use(store: Store) -> Iterator[None]:
    """Say that somebody reads, so that nothing is removed under them.

    Where nothing can be written, nothing can be removed either.

    Raises:
        Locked: somebody removes.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(at_work(store))
        except Locked:
            raise
        except GmconfigError as error:
            debug("backup", "%s cannot be told that it is read: %s", store.place, error.message)
        yield


def _check_others(store: Store, own: str, alone: bool) -> None:
    for name in store.names("locks"):
        other = _read(store, f"locks/{name}")
        if name == own or not other:
            continue
        if _is_over(other):
            store.remove(f"locks/{name}")
        elif alone or other.get("alone"):
            raise Locked(f"somebody else is at work in {store.place}", hint="wait until they have finished")


def _read(store: Store, path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(store.read(path))
    except (ValueError, RecursionError, NotFound):
        return {}
    return found if isinstance(found, dict) else {}


def _is_over(lock: Mapping[str, Any]) -> bool:
    try:
        begun = datetime.fromisoformat(str(lock["time"]))
        gone = process.is_gone(str(lock["where"]), int(lock["pid"]), str(lock["mark"]))
        return gone or datetime.now(UTC) - begun > _STALE
    except (KeyError, ValueError, TypeError):
        return True
