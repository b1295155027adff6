"""Whether a rule's `if` holds for an event. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.flag.logic.coercion import truth
from gmconfig.flag.logic.compiler import Compiler

if TYPE_CHECKING:
    from gmconfig.automation.rules.event import Event
    from gmconfig.automation.rules.rule import AutomationRule


def holds(rule: AutomationRule, event: Event) -> bool:
    """Whether the rule wants the event; a condition that cannot be worked out does not hold."""
    if rule.if_ is None:
        return True
    try:
        return truth(_value(rule.if_, event.data))
    except (ArithmeticError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return False


def _value(logic: object, data: dict[str, Any]) -> Any:
    return Compiler().compile(logic)(data)
