"""The values that compliance rules mean are what they demand."""

from __future__ import annotations

from typing import NamedTuple

from gmconfig.config.placeholder import Unknown
from gmconfig.finding import Finding
from gmconfig.path import format_keys, value_at
from gmconfig.validate.policy.functions import complaints, function
from gmconfig.validate.policy.rule import ComplianceRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.path import Keys
    from gmconfig.validate.policy.index import Anchored
    from gmconfig.validate.schema.compiled import Schema
    from gmconfig.validate.view import Variant, View


class Judged(NamedTuple):
    """One value that a rule means in one environment: whether it is as the rule demands (None: nobody knows)."""

    rule: ComplianceRule
    environment: str | None
    path: str
    passes: bool | None
    findings: tuple[Finding, ...] = ()


def judged(view: View) -> Iterator[Judged]:
    """Yield every value that a rule means, in each environment, with the findings about it."""
    for variant, rule, environments, places in _meant(view):
        for environment in environments or (None,):
            yield from _judged(variant, rule, environment, places)


def _judged(
    variant: Variant, rule: ComplianceRule, environment: str | None, places: list[Keys]
) -> Iterator[Judged]:
    named = (environment,) if environment else ()
    for keys in places:
        path = format_keys(keys)
        if isinstance(value_at(variant.value, keys), Unknown):
            yield Judged(rule, environment, path, None)
        else:
            found = tuple(_ruled(variant, rule, named, [keys]))
            yield Judged(rule, environment, path, not found, found)
    if rule.required and not places:
        yield Judged(rule, environment, str(rule.paths[0]), False, tuple(_ruled(variant, rule, named, [])))


def check(view: View) -> Iterator[Finding]:
    """Yield what breaks a rule, in each environment that the rule means."""
    for variant, rule, environments, places in _meant(view):
        yield from _ruled(variant, rule, environments, places)


def _meant(view: View) -> Iterator[tuple[Variant, ComplianceRule, tuple[str, ...], list[Keys]]]:
    """Yield each rule with the paths that it means in a variant, and the environments that it means them in."""
    index, chain = view.subject.policies.index, view.subject.project.chain
    seen: dict[int, Anchored] = {}
    for variant in view.variants:
        meant = index.meant(view.document, tuple(map(chain, variant.environments)))
        for number, places in index.found(variant.value, meant, seen):
            yield variant, index.rules[number], meant[number], places


def _ruled(
    variant: Variant, rule: ComplianceRule, environments: tuple[str, ...], places: list[Keys]
) -> Iterator[Finding]:
    for keys in places:
        value = value_at(variant.value, keys)
        if isinstance(value, Unknown):
            continue
        for complaint in _complaints(rule, value, environments):
            yield _finding(variant, rule, keys, complaint).replaced(environments=environments)
    if rule.required and not places:
        finding = _finding(variant, rule, (), f"{rule.paths[0]} is missing")
        yield finding.replaced(environments=environments, path=str(rule.paths[0]))


def _complaints(rule: ComplianceRule, value: object, environments: tuple[str, ...]) -> list[str]:
    if rule.validation_func is not None:
        check_value = function(rule.validation_func)
        asked = environments or (None,)
        found = (text for name in asked for text in complaints(check_value, value, rule.parameters, name))
        return list(dict.fromkeys(found))
    if rule.require is None:
        return []
    return [problem.message for problem in _required(rule).problems(value, is_unknown=_is_unknown)]


def _finding(variant: Variant, rule: ComplianceRule, keys: Keys, complaint: str) -> Finding:
    named = format_keys(keys)
    message = rule.message or (
        complaint if complaint.startswith(named) or not named else f"{named}: {complaint}"
    )
    if not rule.message and complaint.startswith("is "):
        message = f"{named} {complaint}"
    finding = variant.finding("policy", rule.id, rule.severity, message, keys, hint=rule.hint)
    if rule.category == "secrets" and finding.place:
        variant.view.hide(finding.place, 1)
    return finding


_SCHEMAS: dict[int, tuple[ComplianceRule, Schema]] = {}


def _required(rule: ComplianceRule) -> Schema:
    """Give the compiled `require:` of a rule, once in a process."""
    if id(rule) not in _SCHEMAS:
        from gmconfig.validate.policy.load import schema_of

        _SCHEMAS[id(rule)] = (rule, schema_of(rule))
    return _SCHEMAS[id(rule)][1]


def _is_unknown(value: object) -> bool:
    return isinstance(value, Unknown)
