"""The automation rules of gmconfig.yaml: times that come, conditions that can be worked out, events that happen."""

from __future__ import annotations

from gmconfig.finding import Finding, Severity
from gmconfig.path import format_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.validate.subject import Subject

_FILE = "gmconfig.yaml"


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with rules; most repositories have none, and load nothing."""
    project = subject.project
    rules = project.settings.section("automation").get("rules")
    if not isinstance(rules, dict) or not rules:
        return
    from gmconfig.storage.yaml import compose, place
    from gmconfig.validate.automation_rules import problems

    stream = compose(subject.snapshot.read(_FILE), _FILE)
    for problem in problems(rules, project.environments, project.settings.section("targets")):
        keys = ("automation", "rules", *problem.keys)
        at, name = place(stream, keys, key=problem.at_key), str(keys[-1])
        yield Finding(
            "automation", "broken-rule", Severity.ERROR, problem.message, at, len(name),
            path=format_keys(keys), hint=problem.hint,
        )  # fmt: skip
