"""One flagd definition, compiled: from a context to a decision, the way flagd resolves a flag."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from gmconfig.flag.flagd.decision import Decision, ErrorCode, Reason
from gmconfig.flag.flagd.mentions import may_read_injected
from gmconfig.flag.logic.coercion import truth
from gmconfig.flag.logic.compiler import Closure, Compiler, UnknownOperator

_FAILURES = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError)


class Definition:
    """A flag that can be asked. Immutable; decisions without a user's data in them are made once.

    `reads_injected` says that its targeting may read the time or the flag's name.

    Args:
        key: the flag's name.
        flag: its flagd definition; nobody changes it any more.
        compiler: what compiles its targeting.
        metadata: the flag's own over the set's.
        labels: what the branches of its targeting are called, where somebody knows.
    """

    __slots__ = (
        "_branches",
        "_default",
        "_disabled",
        "_labelled",
        "_shared",
        "_variants",
        "flag",
        "key",
        "metadata",
        "reads_injected",
    )

    def __init__(
        self,
        key: str,
        flag: Mapping[str, Any],
        compiler: Compiler,
        metadata: Mapping[str, Any],
        labels: Sequence[str] = (),
    ) -> None:
        self.key = key
        self.flag = flag
        self.metadata = metadata
        self._variants: Mapping[str, Any] = flag["variants"]
        self._labelled = bool(labels) and labels[0] != "targeting"
        self._disabled = flag["state"] == "DISABLED"
        targeting = flag.get("targeting")
        reason = Reason.DEFAULT if targeting else Reason.STATIC
        self._default = self._resolved_default(reason, "default" if targeting or not labels else labels[0])
        self._shared = not any(isinstance(value, dict | list) for value in self._variants.values())
        branches = _branches(targeting, compiler, labels) if targeting else []
        self._branches = [(*branch, self._known(branch[2])) for branch in branches]
        self.reads_injected = may_read_injected(targeting)

    def decide(self, data: Any, default: Any = None) -> Decision:
        """Decide for one context; `default` is the caller's value where the flag gives none."""
        if self._disabled:
            return Decision(self.key, default, None, Reason.DISABLED, "state", metadata=self.metadata)
        try:
            for condition, result, label, answers in self._branches:
                met = True if condition is None else condition(data)
                if met is True or (met is not False and truth(met)):
                    chosen = result(data)
                    if type(chosen) is str and chosen in answers:
                        return answers[chosen]
                    return self._answer(chosen, label, default)
        except UnknownOperator as error:
            return self.failed(ErrorCode.PARSE_ERROR, str(error), default)
        except _FAILURES as error:
            return self.failed(ErrorCode.GENERAL, f"{type(error).__name__}: {error}", default)
        return self._given(self._default, default)

    def failed(self, code: ErrorCode, message: str, default: Any = None) -> Decision:
        """Give the decision of an evaluation that failed."""
        return Decision(self.key, default, None, Reason.ERROR, "error", code, message, self.metadata)

    def _known(self, label: str) -> dict[str, Decision]:
        """Prepare the decisions that hold no data of ours that a caller could change."""
        if not self._shared:
            return {}
        return {
            name: Decision(self.key, value, name, Reason.TARGETING_MATCH, label, metadata=self.metadata)
            for name, value in self._variants.items()
            if value is not None
        }

    def _answer(self, chosen: Any, label: str, default: Any) -> Decision:
        """Give the decision for what targeting came to: null is the default, true is the variant "true"."""
        if chosen is None:
            named = self._labelled and self._default.error_code is None
            return self._given(self._default._replace(rule=label) if named else self._default, default)
        name = str(chosen).lower() if isinstance(chosen, bool) else str(chosen)
        value = self._variants.get(name)
        if value is None:
            return self._given(self._unknown(name), default)
        return Decision(
            self.key, deepcopy(value), name, Reason.TARGETING_MATCH, label, metadata=self.metadata
        )

    def _resolved_default(self, reason: Reason, label: str) -> Decision:
        name = self.flag.get("defaultVariant")
        name = str(name).lower() if isinstance(name, bool) else name
        if not name:
            return Decision(self.key, None, None, Reason.DEFAULT, label, metadata=self.metadata)
        if name not in self._variants:
            return self._unknown(name)
        return Decision(self.key, self._variants[name], name, reason, label, metadata=self.metadata)

    def _unknown(self, name: str) -> Decision:
        return self.failed(ErrorCode.GENERAL, f'"{name}" is none of its variants')

    def _given(self, decision: Decision, default: Any) -> Decision:
        """Give a prepared decision; the caller's default fills in, and nobody gets hold of our own data."""
        if decision.variant is None:
            return decision if default is None else decision._replace(value=default)
        return decision if self._shared else decision._replace(value=deepcopy(decision.value))


Branch = tuple[Closure | None, Closure, str]


def _branches(targeting: Any, compiler: Compiler, labels: Sequence[str]) -> list[Branch]:
    """Split a condition at the top into its branches, so that a decision can name the one that decided."""
    if not isinstance(targeting, dict):
        return [(None, failing("targeting is not a rule"), "error")]
    try:
        return _split(targeting, compiler, labels)
    except RecursionError as error:
        return [(None, failing(str(error)), "error")]


def _split(targeting: dict[str, Any], compiler: Compiler, labels: Sequence[str]) -> list[Branch]:
    arguments = targeting.get("if") if len(targeting) == 1 else None
    if not isinstance(arguments, list) or len(arguments) < 2:
        return [(None, compiler.compile(targeting), labels[0] if labels else "targeting")]
    found: list[Branch] = []
    for index in range(0, len(arguments) - 1, 2):
        label = _label(labels, len(found))
        found.append((compiler.compile(arguments[index]), compiler.compile(arguments[index + 1]), label))
    if len(arguments) % 2:
        label = labels[len(found)] if len(labels) > len(found) else "targeting, otherwise"
        found.append((None, compiler.compile(arguments[-1]), label))
    return found


def _label(labels: Sequence[str], index: int) -> str:
    return labels[index] if index < len(labels) else f"targeting, condition {index + 1}"


def failing(message: str) -> Callable[[Any], Any]:
    """Give a rule that cannot be decided: asking it says why."""

    def fail(_data: Any) -> Any:
        raise UnknownOperator(message)

    return fail
