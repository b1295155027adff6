"""The rules that gmconfig.yaml declares, checked as a whole before one of them runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from gmconfig.automation.rules.rule import AutomationRule, rule_of
from gmconfig.errors import NotFound, UsageError
from gmconfig.path import did_you_mean
from gmconfig.project.settings import FILE, broken
from gmconfig.project.shape import Problem
from gmconfig.validate.automation_rules import problems, rule_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot

Known = TypeVar("Known")


def entries(project: Project) -> Mapping[str, Any]:
    """Give what stands below `automation: rules:`."""
    found = project.settings.section("automation").get("rules")
    return found if isinstance(found, dict) else {}


def declared(project: Project, snapshot: Snapshot | None = None) -> dict[str, AutomationRule]:
    """Give the declared rules by name.

    Raises:
        BrokenConfiguration: one makes no sense; with its line and column.
    """
    found = entries(project)
    for problem in problems(found, project.environments, project.settings.section("targets")):
        problem.keys = ("automation", "rules", *problem.keys)
        raise broken(problem, (snapshot or project.worktree()).read(FILE))
    return {name: rule_of(name, entry) for name, entry in found.items()}


def chosen(rules: Mapping[str, Known], names: Sequence[str]) -> dict[str, Known]:
    """Give the rules that are named; all where none is.

    Raises:
        NotFound: there is no rule of a name.
    """
    for name in names:
        if name not in rules:
            hint = did_you_mean(name, tuple(rules), "gmconfig automation list")
            raise NotFound(f'no rule named "{name}"', hint=hint)
    return {name: rule for name, rule in rules.items() if not names or name in names}


def checked(rule: AutomationRule) -> AutomationRule:
    """Give a rule that a program made, completed as a declared one is.

    Raises:
        UsageError: it makes no sense.
    """
    from gmconfig.project.automation_keys import RULE
    from gmconfig.project.names import check_name

    check_name("a rule", rule.name)
    entry = {**rule.entry, **({"do": "validate"} if callable(rule.do) else {})}
    found: list[Problem] = []
    RULE(entry, (rule.name,), found)
    for problem in found or rule_problems(rule.name, entry):
        where = ".".join(map(str, problem.keys))
        raise UsageError(f"rule {where}: {problem.message}", hint=problem.hint)
    whole = rule_of(rule.name, entry)
    return replace(whole, do=rule.do) if callable(rule.do) else whole
