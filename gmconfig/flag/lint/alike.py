"""Flags, segments and variants whose names are taken for other ones: what a review does not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gmconfig.finding import Finding, Severity
from gmconfig.path import Keys, format_keys
from gmconfig.path.lookalike import is_plain, oddity, twins

if TYPE_CHECKING:
    from gmconfig.flag.catalogue import Catalogue, FlagFile

_RULE = "look-alike"


def alike(catalogue: Catalogue) -> Iterator[Finding]:
    """Yield the names that look like others, in each place where names stand beside each other."""
    stand = {keys: file for file in catalogue.files for keys in _names(file) if not is_plain(str(keys[-1]))}
    if not stand:
        return
    beside: dict[Keys, list[str]] = {}
    for file in catalogue.files:
        for keys in _names(file):
            beside.setdefault(keys[:-1], []).append(str(keys[-1]))
    for above, names in beside.items():
        others = twins(names)
        for name in dict.fromkeys(names):
            said = f'looks like "{others[name]}" and is another one' if name in others else oddity(name)
            if said:
                yield _finding(stand[(*above, name)], (*above, name), said)


def _names(file: FlagFile) -> Iterator[Keys]:
    """Yield the place of every name of a file."""
    for section in ("flags", "segments", "evaluators"):
        for name in file.section(section):
            yield (section, name)
    for name, flag in file.section("flags").items():
        for variant in (flag or {}).get("variants") or {}:
            yield ("flags", name, "variants", variant)


def _finding(file: FlagFile, keys: Keys, said: str) -> Finding:
    place = file.place(keys, key=True)
    return Finding(
        "flag", _RULE, Severity.WARNING, f'"{keys[-1]}" {said}', place, path=format_keys(keys), hint=_HINT
    )


_HINT = "type the name anew; git blame tells whose it is"
