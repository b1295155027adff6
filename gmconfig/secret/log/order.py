"""The order in which events were made: what one names came before it, whatever the writers' clocks said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from gmconfig.secret import canonical

if TYPE_CHECKING:
    from gmconfig.secret.log.event import Event


def in_order(events: Iterable[Event]) -> list[Event]:
    """Sort events by what they build on; where nothing says, by their time."""
    found = {event.id: event for event in events}
    named = _named(found.values())
    after: dict[str, set[str]] = {name: set() for name in found}
    waits = dict.fromkeys(found, 0)
    for event in found.values():
        for name in {named[each] for each in _builds_on(event) if each in named} - {event.id}:
            after[name].add(event.id)
            waits[event.id] += 1
    return [found[name] for name in _sorted(found, after, waits)]


def _sorted(found: dict[str, Event], after: dict[str, set[str]], waits: dict[str, int]) -> Iterator[str]:
    """Yield names as soon as all they wait for is out, the earliest first; a ring of them comes last."""
    ready = [(event.time, event.file, name) for name, event in found.items() if not waits[name]]
    heapify(ready)
    left = dict.fromkeys(found)
    while ready:
        *_, name = heappop(ready)
        del left[name]
        yield name
        for next_one in after[name]:
            waits[next_one] -= 1
            if not waits[next_one]:
                heappush(ready, (found[next_one].time, found[next_one].file, next_one))
    yield from left


def _named(events: Iterable[Event]) -> dict[str, str]:
    """Give which event made what others name: itself, tokens, keys, versions of the policy."""
    made: dict[str, str] = {}
    for event in events:
        made[event.id] = event.id
        for change in event.tree.get("changes", ()):
            made.update({str(token): event.id for _, token, *_ in change["values"] if token not in made})
        for key in event.tree.get("generations", ()):
            made[f"{key['scope']}/{key['generation']}"] = event.id
        if event.access is not None:
            made.setdefault(f"policy {canonical.digest(event.access)}", event.id)
    return made


def _builds_on(event: Event) -> Iterator[str]:
    yield from event.parents
    yield event.root
    if event.access is None:
        yield f"policy {event.tree['policy']}"
    for change in event.tree.get("changes", ()):
        yield f"{change['scope']}/{change['generation']}"
        for _, _, before, *_ in change["values"]:
            yield from before
