"""Automation rules that stay: written to gmconfig.yaml, as one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.automation.rules.declared import checked
from gmconfig.errors import UsageError
from gmconfig.path import KeyPath
from gmconfig.project.settings import FILE
from gmconfig.storage.change import YamlEdit
from gmconfig.storage.yaml.operations import Set

if TYPE_CHECKING:
    from gmconfig.api.outcome import How, Outcome
    from gmconfig.automation.rules.rule import AutomationRule
    from gmconfig.project import Project


def keep_rule(project: Project, rule: AutomationRule, how: How) -> Outcome:
    """Write a rule to gmconfig.yaml; the rest of the file stays byte for byte.

    Raises:
        UsageError: the rule makes no sense.
    """
    if callable(rule.do):
        raise UsageError(
            f'rule "{rule.name}" calls a function, which no file can hold', hint='do={"command": [...]}'
        )
    checked(rule)
    where = KeyPath(("automation", "rules", rule.name))
    edit = YamlEdit(FILE, (Set(where, rule.entry or None),))
    deed = Deed("automation-rule", f"automation: add rule {rule.name}")
    return carry_out(project, {FILE: edit}, how, deed)
