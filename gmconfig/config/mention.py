"""What a layer's file may need from elsewhere, told by its text alone. Pure; in doubt it needs more."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Named = frozenset[str] | None
    """Other documents; None where only the values themselves tell which."""

_REFERENCE = re.compile(rb"""\$\{CONFIG:([^:${}"'\s]+)([:}])""")


def may_refer(raw: bytes) -> bool:
    """Whether a file may hold a placeholder; an escape may spell one."""
    return b"${" in raw or b"\\" in raw


def may_seal(raw: bytes) -> bool:
    """Whether a file may hold a sealed value."""
    return b"gm1" in raw


def named_documents(raws: Iterable[bytes]) -> Named:
    """Give the documents that the `${CONFIG:document:path}` of a document's files name.

    >>> sorted(named_documents([b"a: ${CONFIG:billing:plans.basic}", b"b: ${CONFIG:own.path}"]))
    ['billing']
    """
    found: set[str] = set()
    for raw in raws:
        references = _REFERENCE.findall(raw)
        if b"\\" in raw or raw.count(b"CONFIG:") != len(references):
            return None
        found.update(name.decode("utf-8", "replace") for name, end in references if end == b":")
    return frozenset(found)


def reaching(named: Mapping[str, Named], starts: Collection[str]) -> set[str]:
    """Give the documents whose values one of `starts` may have a say in, these included; none, if there are none.

    >>> sorted(reaching({"a": frozenset({"b"}), "b": frozenset({"c"}), "d": frozenset()}, {"c"}))
    ['a', 'b', 'c']
    """
    users: dict[str, list[str]] = {}
    for name, others in named.items():
        for other in others or ():
            users.setdefault(other, []).append(name)
    waiting = [*starts, *(name for name, others in named.items() if others is None)] if starts else []
    found = set(waiting)
    while waiting:
        new = [user for user in users.get(waiting.pop(), ()) if user not in found]
        found.update(new)
        waiting.extend(new)
    return found
