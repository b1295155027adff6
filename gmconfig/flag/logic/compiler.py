"""From a rule to a closure: what is constant is settled once, what is common gets a short way of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gmconfig.flag.logic import shortcuts
from gmconfig.flag.logic.operators import OPERATORS, Operator
from gmconfig.flag.logic.special import SPECIAL

Closure = Callable[[Any], Any]
Special = Callable[["Compiler", list[Any]], Closure]

DEEPEST = 150
"""How deep rules may nest: each level costs the interpreter frames, and it has about a thousand."""


class UnknownOperator(Exception):
    """A rule uses an operator that does not exist, or a reference to nothing."""


class Compiler:
    """Compiles rules; `operators` get evaluated arguments, `special` ones get the rules themselves.

    A list that several rules share is indexed once. `subject` is what the rule belongs to, as far as all of
    its data is known to be that subject's: None within a loop over a list, or where several share a rule.
    """

    def __init__(
        self, operators: Mapping[str, Operator] | None = None, special: Mapping[str, Special] | None = None
    ) -> None:
        self.operators = {**OPERATORS, **(operators or {})}
        self.special: dict[str, Special] = {**SPECIAL, **(special or {})}
        self._sets: dict[int, tuple[list[Any], frozenset[str] | None]] = {}
        self._depth = 0
        self.subject: str | None = None

    def about(self, subject: str | None) -> Compiler:
        """Give the same compiler for the rules of one subject."""
        other = Compiler.__new__(Compiler)
        other.__dict__.update(self.__dict__, subject=subject)
        return other

    def compile(self, rule: Any) -> Closure:
        """Give the closure of a rule.

        Raises:
            RecursionError: it nests deeper than `DEEPEST`.
        """
        if is_constant(rule):
            return shortcuts.constant(rule)
        self._depth += 1
        if self._depth > DEEPEST:
            raise RecursionError(f"rules nest deeper than {DEEPEST}")
        try:
            return self._of_list(rule) if isinstance(rule, list) else self._of_operation(rule)
        finally:
            self._depth -= 1

    def texts(self, items: list[Any]) -> frozenset[str] | None:
        """Give a constant list of texts as a set; None for any other list."""
        if id(items) not in self._sets:
            only_texts = {str}.issuperset(map(type, items))
            self._sets[id(items)] = (items, frozenset(items) if only_texts else None)
        return self._sets[id(items)][1]

    def _of_list(self, rule: list[Any]) -> Closure:
        parts = [self.compile(item) for item in rule]
        return lambda data: [part(data) for part in parts]

    def _of_operation(self, rule: Mapping[str, Any]) -> Closure:
        name, arguments = next(iter(rule.items()))
        arguments = arguments if isinstance(arguments, list) else [arguments]
        if name in self.special:
            return self.special[name](self, arguments)
        short = shortcuts.shortcut(self, name, arguments)
        return short or self._of_operator(name, [self.compile(one) for one in arguments])

    def _of_operator(self, name: str, arguments: Sequence[Closure]) -> Closure:
        if name not in self.operators:
            return _unknown(name, arguments)
        function = self.operators[name]
        if len(arguments) == 1:
            (only,) = arguments
            return lambda data: function(data, only(data))
        if len(arguments) == 2:
            first, second = arguments
            return lambda data: function(data, first(data), second(data))
        return lambda data: function(data, *[one(data) for one in arguments])


def is_constant(rule: Any) -> bool:
    """Whether a rule gives itself, whatever the data."""
    if isinstance(rule, list):
        return {str}.issuperset(map(type, rule)) or all(map(is_constant, rule))
    return not isinstance(rule, dict) or len(rule) != 1


def _unknown(name: str, arguments: Sequence[Closure]) -> Closure:
    def fail(data: Any) -> Any:
        for one in arguments:
            one(data)
        raise UnknownOperator(f'no operator "{name}"')

    return fail
