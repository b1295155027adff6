"""A set of flagd definitions, ready to be asked by any number of threads."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.flagd.decision import Decision, ErrorCode, Reason
from gmconfig.flag.flagd.definition import Definition, failing
from gmconfig.flag.flagd.fractional import fractional
from gmconfig.flag.flagd.kind import Kind, held_to
from gmconfig.flag.flagd.strings import ends_with, starts_with
from gmconfig.flag.flagd.version import sem_ver
from gmconfig.flag.logic.compiler import Closure, Compiler, Special
from gmconfig.log import logger

log = logger("flag")


def _logged(_data: Any, value: Any = None, *_rest: Any) -> Any:
    log.debug("log: %r", value)
    return value


OPERATORS = {"starts_with": starts_with, "ends_with": ends_with, "sem_ver": sem_ver, "log": _logged}
LARGEST = 100_000
"""How many operations a rule may have once its references are followed."""


class FlagSet:
    """Immutable: a reload makes a new one.

    Args:
        content: what a flagd file holds; nobody changes it any more.
        bucketing: how users fall into splits.
        labels: what the branches of each flag's targeting are called.
        clock: gives the time in seconds since 1970, for tests and simulations.

    Raises:
        BrokenConfiguration: it is not flagd content.
    """

    def __init__(
        self,
        content: Mapping[str, Any],
        bucketing: Bucketing = Bucketing.V3,
        *,
        labels: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not isinstance(content, dict):
            raise BrokenConfiguration("no flagd content: it is not a map")
        self.content = content
        self.bucketing = bucketing
        self.clock = clock
        self.metadata: Mapping[str, Any] = _mapping(content, "metadata")
        compiler = _compiler(_mapping(content, "$evaluators"), bucketing)
        self._flags = {
            key: self._defined(key, flag, compiler.about(key), (labels or {}).get(key, ()))
            for key, flag in _flags(content).items()
        }

    def evaluate(
        self,
        key: str,
        user: str | None = None,
        context: Mapping[str, Any] | None = None,
        default: Any = None,
        *,
        kind: Kind | None = None,
    ) -> Decision:
        """Decide a flag for one user; never raises: what goes wrong is told by the decision's error code.

        Args:
            key: the flag's name.
            user: what OpenFeature calls the targeting key.
            context: what else is known about the user.
            default: the caller's value, where the flag gives none.
            kind: the type that the value must have.
        """
        flag = self._flags.get(key)
        if flag is None:
            message = f'no flag named "{key}"'
            decision = Decision(key, default, None, Reason.ERROR, "error", ErrorCode.FLAG_NOT_FOUND, message)
        else:
            data: dict[str, Any] = {**context, "targetingKey": user} if context else {"targetingKey": user}
            if flag.reads_injected:
                data["$flagd"] = {"flagKey": key, "timestamp": int(self.clock())}
            decision = flag.decide(data, default)
            if kind is not None:
                decision = held_to(decision, kind, default)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s for %s: %s (%s, %s)", key, user, decision.variant, decision.reason, decision.rule)
        return decision

    def __contains__(self, key: object) -> bool:
        return key in self._flags

    def __iter__(self) -> Iterator[str]:
        return iter(self._flags)

    def __len__(self) -> int:
        return len(self._flags)

    def definition(self, key: str) -> Mapping[str, Any]:
        """Give a flag's flagd definition."""
        return self._flags[key].flag

    def _defined(self, key: str, flag: Any, compiler: Compiler, labels: Sequence[str]) -> Definition:
        _check(key, flag)
        return Definition(key, flag, compiler, {**self.metadata, **(flag.get("metadata") or {})}, labels)


def _compiler(evaluators: Mapping[str, Any], bucketing: Bucketing) -> Compiler:
    references = _References(evaluators)
    special: dict[str, Special] = {"fractional": fractional(bucketing), "$ref": references.compile}
    return Compiler(OPERATORS, special)


class _References:
    """Shared rules: each is compiled once; one that leads back to itself, or to nothing, is an error."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._rules = rules
        self._compiled: dict[str, Closure] = {}
        self._sizes: dict[str, int] = {}
        self._open: list[str] = []

    def compile(self, compiler: Compiler, arguments: list[Any]) -> Closure:
        """Give the closure of the rule that is meant."""
        name = arguments[0] if len(arguments) == 1 else None
        if not isinstance(name, str) or name not in self._rules or name in self._open:
            return failing(f'no evaluator "{name}"' if name not in self._open else f'"{name}" uses itself')
        if name not in self._compiled:
            self._compiled[name] = self._made(compiler.about(None), name)
        return self._compiled[name]

    def _made(self, compiler: Compiler, name: str) -> Closure:
        self._open.append(name)
        try:
            fits = self._size(name) <= LARGEST
            return compiler.compile(self._rules[name]) if fits else failing(f'"{name}" is too large')
        finally:
            self._open.pop()

    def _size(self, name: str) -> int:
        """Count a rule's operations with those of all rules that it uses, each as often as it is used."""
        if name not in self._sizes:
            self._sizes[name] = 1  # what leads back here counts once, and is an error anyway
            self._sizes[name] = self._counted(self._rules.get(name))
        return self._sizes[name]

    def _counted(self, rule: Any) -> int:
        if isinstance(rule, dict) and list(rule) == ["$ref"]:
            return self._size(str(rule["$ref"]))
        if isinstance(rule, dict):
            return 1 + sum(map(self._counted, rule.values()))
        return sum(map(self._counted, rule)) if isinstance(rule, list) else 0


def _mapping(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key) or {}
    if not isinstance(found, dict):
        raise BrokenConfiguration(f'"{key}" is not a map')
    return found


def _flags(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the flags by name; flagd also takes a list of flags with a `key` each."""
    found = content.get("flags")
    if isinstance(found, list) and all(
        isinstance(one, dict) and isinstance(one.get("key"), str) for one in found
    ):
        return {one["key"]: {name: item for name, item in one.items() if name != "key"} for one in found}
    return _mapping(content, "flags")


def _check(key: str, flag: Any) -> None:
    if not isinstance(flag, dict):
        raise BrokenConfiguration(f'flag "{key}" is not a map')
    if flag.get("state") not in ("ENABLED", "DISABLED"):
        raise BrokenConfiguration(f'flag "{key}": its state is neither ENABLED nor DISABLED')
    if not isinstance(flag.get("variants"), dict) or not flag["variants"]:
        raise BrokenConfiguration(f'flag "{key}" has no variants')
    if not isinstance(flag.get("defaultVariant"), str | bool | None):
        raise BrokenConfiguration(f'flag "{key}": its defaultVariant is not a name')
    if not isinstance(flag.get("metadata") or {}, dict):
        raise BrokenConfiguration(f'flag "{key}": its metadata is not a map')
