"""Conditions of rules and segments, as JsonLogic.

A condition is a segment's name, or a map: `all`, `any`, `not`, `segment`, else attributes of the user with
what they must be. `{country: [de, at], age: {at_least: 18}}` means both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gmconfig.flag.flagd.version import OPERATORS as VERSION_OPERATORS
from gmconfig.flag.flagd.version import precedence
from gmconfig.flag.trouble import Trouble
from gmconfig.path import Keys, did_you_mean

Rule = Any
Test = Callable[[Rule, Any], Rule]


class Conditions:
    """Compiles conditions; each segment once, and shared."""

    def __init__(self, segments: Mapping[str, Any]) -> None:
        self._segments = segments
        self._compiled: dict[str, Rule] = {}
        self._open: list[str] = []

    def compile(self, condition: Any, keys: Keys) -> Rule:
        """Give the rule of a condition that stands at a path.

        Raises:
            Trouble: it names a segment or a test that does not exist, or a segment uses itself.
        """
        if isinstance(condition, str):
            return self._segment(condition, keys)
        if not isinstance(condition, dict) or not condition:
            raise Trouble(keys, "expected a segment's name, or a map of attributes")
        parts = [self._part(name, wanted, (*keys, name)) for name, wanted in condition.items()]
        return parts[0] if len(parts) == 1 else {"and": parts}

    def segment(self, name: str) -> Rule:
        """Give a segment's rule; its troubles are told with the segment's own paths."""
        if name not in self._compiled:
            self._open.append(name)
            try:
                self._compiled[name] = self.compile(self._segments[name], ())
            except Trouble as trouble:
                trouble.segment = trouble.segment or name
                raise
            finally:
                self._open.pop()
        return self._compiled[name]

    def _segment(self, name: str, keys: Keys) -> Rule:
        if name not in self._segments:
            raise Trouble(keys, f'no segment named "{name}"', hint=did_you_mean(name, tuple(self._segments)))
        if name in self._open:
            circle = " uses ".join([*self._open[self._open.index(name) :], name])
            raise Trouble(keys, f"a circle of segments: {circle}")
        return self.segment(name)

    def _part(self, name: str, wanted: Any, keys: Keys) -> Rule:
        if name in ("all", "any"):
            if not isinstance(wanted, list) or not wanted:
                raise Trouble(keys, f'"{name}" takes a list of conditions')
            parts = [self.compile(one, (*keys, index)) for index, one in enumerate(wanted)]
            return {"and" if name == "all" else "or": parts}
        if name == "not":
            return {"!": [self.compile(wanted, keys)]}
        if name == "segment":
            return self._segment(str(wanted), keys)
        return _attribute({"var": name}, wanted, keys)


def _attribute(value: Rule, wanted: Any, keys: Keys) -> Rule:
    if isinstance(wanted, list):
        return {"in": [value, wanted]}
    if not isinstance(wanted, dict):
        return {"===": [value, wanted]}
    parts = [_tested(value, name, limit, (*keys, name)) for name, limit in wanted.items()]
    return parts[0] if len(parts) == 1 else {"and": parts}


def _tested(value: Rule, name: str, limit: Any, keys: Keys) -> Rule:
    if name not in TESTS:
        hint = did_you_mean(name, tuple(TESTS), f"tests: {', '.join(TESTS)}")
        raise Trouble(keys, f'no test named "{name}"', hint=hint)
    accepted, test = TESTS[name]
    if type(limit) not in accepted:
        raise Trouble(keys, f'"{name}" cannot compare with this value')
    if name == "version":
        return _version(value, limit, keys)
    return test(value, limit)


def _version(value: Rule, limit: str, keys: Keys) -> Rule:
    sign = next((sign for sign in ("!=", "<=", ">=", *VERSION_OPERATORS) if limit.startswith(sign)), "")
    version = limit[len(sign) :].strip()
    if precedence(version) is None or version.partition("-")[0].count(".") != 2 or version[:1] in "vV":
        raise Trouble(keys, f'"{limit}" is not a version with a comparison such as ">=2.1.0"')
    return {"sem_ver": [value, sign or "=", version]}


def _compared(sign: str) -> Test:
    """Compare numbers; a user without the attribute does not count as zero."""
    return lambda value, limit: {"and": [{"!==": [value, None]}, {sign: [value, limit]}]}


def _present(value: Rule, wanted: bool) -> Rule:
    there = {"!": [{"missing": [value["var"]]}]}
    return there if wanted else {"!": [there]}


_SCALARS = (str, int, float, bool)
_NUMBERS = (int, float)

TESTS: dict[str, tuple[tuple[type, ...], Test]] = {
    "equals": (_SCALARS, lambda value, limit: {"===": [value, limit]}),
    "not_equals": (_SCALARS, lambda value, limit: {"!==": [value, limit]}),
    "in": ((list,), lambda value, limit: {"in": [value, limit]}),
    "not_in": ((list,), lambda value, limit: {"!": [{"in": [value, limit]}]}),
    "starts_with": ((str,), lambda value, limit: {"starts_with": [value, limit]}),
    "ends_with": ((str,), lambda value, limit: {"ends_with": [value, limit]}),
    "contains": (_SCALARS, lambda value, limit: {"in": [limit, value]}),
    "above": (_NUMBERS, _compared(">")),
    "at_least": (_NUMBERS, _compared(">=")),
    "below": (_NUMBERS, _compared("<")),
    "at_most": (_NUMBERS, _compared("<=")),
    "version": ((str,), lambda value, limit: {"sem_ver": [value, "=", limit]}),
    "present": ((bool,), _present),
}
