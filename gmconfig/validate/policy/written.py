"""A compliance rule as a file below `policies/` holds it: what `load.rule_of` reads. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gmconfig.errors import Refused
from gmconfig.validate.policy.functions import CHECKS, function
from gmconfig.validate.policy.rule import ComplianceRule

if TYPE_CHECKING:
    from gmconfig.validate.policy.rule import Verdict

USUAL = {"name": "", "description": "", "category": "security", "severity": "error"}
"""What an entry need not say."""


def entry_of(rule: ComplianceRule) -> dict[str, Any]:
    """Give the entry of a rule; what is as it is by default is left out.

    Raises:
        Refused: it carries a function of Python, which no file can hold.
        NotFound: it names a check that does not exist.
    """
    entry: dict[str, Any] = {"id": rule.id}
    said = {key: str(getattr(rule, key)) for key in USUAL}
    entry |= {key: text for key, text in said.items() if text != USUAL[key]}
    entry["config_path"] = rule.config_path if isinstance(rule.config_path, str) else list(rule.config_path)
    for key in ("documents", "environments"):
        if getattr(rule, key):
            entry[key] = list(getattr(rule, key))
    return entry | _demand(rule)


def _demand(rule: ComplianceRule) -> dict[str, Any]:
    """Give what a rule asks for."""
    demand: dict[str, Any] = {}
    if rule.require is not None:
        demand["require"] = rule.require
    if rule.validation_func is not None:
        demand["check"] = _named(rule.id, rule.validation_func)
    if rule.parameters:
        demand["parameters"] = dict(rule.parameters)
    if rule.required:
        demand["required"] = True
    return demand | {key: text for key in ("message", "hint") if (text := getattr(rule, key)) is not None}


def _named(rule: str, check: str | Callable[..., Verdict]) -> str:
    found = function(check)
    name = next((name for name, known in CHECKS.items() if known is found), None)
    if name is None:
        raise Refused(
            f'rule "{rule}" cannot be kept: its validation_func is a function of this program',
            hint=f"say it as a JSON Schema, require={{…}}, or name a check: {', '.join(CHECKS)}",
        )
    return name
