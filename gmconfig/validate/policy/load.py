"""Reading `policies/*.yaml`: rules, waivers, and the built-in rules that are switched off.

rules:
  - id: pool-bounded
    config_path: database.pool.size
    environments: [production]
    severity: warning
    require: {type: integer, maximum: 100}
waivers:
  - {rule: debug-off, path: system.debug, environments: [development], reason: why, expires: 2026-12-31}
disable: [no-open-cors]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.finding import Finding, Severity
from gmconfig.path import Keys
from gmconfig.validate.files import unreadable
from gmconfig.validate.policy.builtin import BUILT_IN
from gmconfig.validate.policy.functions import function
from gmconfig.validate.policy.index import Index
from gmconfig.validate.policy.rule import ComplianceRule
from gmconfig.validate.policy.waiver import Waiver
from gmconfig.validate.schema.compiled import Schema
from gmconfig.validate.schema.resources import Resources
from gmconfig.validate.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.validate.subject import Subject

FOLDER = "policies/"


class Policies:
    """The rules in force and the waivers; `findings` say what is wrong with the policies themselves."""

    __slots__ = ("findings", "index", "rules", "waivers")

    def __init__(
        self, rules: tuple[ComplianceRule, ...], waivers: tuple[Waiver, ...], findings: tuple[Finding, ...]
    ) -> None:
        self.rules = rules
        self.waivers = waivers
        self.findings = findings
        self.index = Index(rules)


def is_policy(file: str) -> bool:
    """Whether a file of the project holds policies."""
    return file.startswith(FOLDER) and file.endswith((".yaml", ".yml"))


def read(subject: Subject, given: Sequence[ComplianceRule]) -> Policies:
    """Read every policy file of a snapshot; rules that the caller gives come on top."""
    reader = _Reader()
    for file in sorted(file for file in subject.files if file.startswith(FOLDER) and is_policy(file)):
        reader.file(file, subject.snapshot.read(file))
    own = {rule.id: rule for rule in (*reader.rules, *given)}
    built_in = (rule for rule in BUILT_IN if rule.id not in own and rule.id not in reader.disabled)
    rules = (*built_in, *own.values())
    return Policies(rules, tuple(reader.waivers), tuple(reader.findings))


class _Reader:
    """Collects rules and waivers; a broken entry becomes a finding, the others count."""

    def __init__(self) -> None:
        self.rules: list[ComplianceRule] = []
        self.waivers: list[Waiver] = []
        self.disabled: set[str] = set()
        self.findings: list[Finding] = []

    def file(self, file: str, raw: bytes) -> None:
        from gmconfig.storage.yaml import load

        source = Source(file, raw)
        try:
            tree = load(raw, file)
        except BrokenConfiguration as error:
            self.findings.append(unreadable(error, file))
            return
        if tree is None:
            return
        broken = {keys[:2] for keys in self._complain(source, tree)}
        if isinstance(tree, dict) and () not in broken:
            self._entries(tree, source, broken)

    def _entries(self, tree: dict[str, Any], source: Source, broken: set[Keys]) -> None:
        for keys, entry in self._whole(tree, "rules", broken):
            self._rule(entry, source, keys)
        self.waivers += [_waiver(entry, source, keys) for keys, entry in self._whole(tree, "waivers", broken)]
        self.disabled.update(entry for _, entry in self._whole(tree, "disable", broken))

    def _whole(self, tree: dict[str, Any], name: str, broken: set[Keys]) -> Iterator[tuple[Keys, Any]]:
        """Yield what has the shape that it should have, with its keys."""
        for index, entry in enumerate(tree.get(name) or () if (name,) not in broken else ()):
            if (name, index) not in broken:
                yield (name, index), entry

    def _complain(self, source: Source, tree: object) -> Iterator[Keys]:
        from gmconfig.validate.shipped import shipped

        for problem in shipped("policy.schema.json").problems(tree):
            place = source.place(problem.keys, key=problem.at_key)
            width = source.width(problem.keys, key=problem.at_key)
            finding = Finding(
                "policy", "broken-policy", Severity.ERROR, problem.message, place, width, hint=problem.hint
            )
            self.findings.append(finding)
            yield problem.keys

    def _rule(self, entry: dict[str, Any], source: Source, keys: Keys) -> None:
        rule = rule_of(entry)
        try:
            _ = rule.paths
            if rule.validation_func is not None:
                function(rule.validation_func)
        except GmconfigError as error:
            at = (*keys, "check" if "check" in entry and not isinstance(error, ValueError) else "config_path")
            place, width = source.place(at), source.width(at)
            self.findings.append(
                Finding(
                    "policy", "broken-policy", Severity.ERROR, error.message, place, width, hint=error.hint
                )
            )
            return
        if rule.require is None or not self._broken(rule, source, (*keys, "require")):
            self.rules.append(rule)

    def _broken(self, rule: ComplianceRule, source: Source, keys: Keys) -> bool:
        """Note what is wrong with the schema that a rule requires."""
        problems = schema_of(rule).broken
        for problem in problems:
            at = (*keys, *problem.keys)
            place, width = source.place(at), source.width(at)
            message = f"broken schema: {problem.message}"
            self.findings.append(
                Finding("policy", "broken-policy", Severity.ERROR, message, place, width, hint=problem.hint)
            )
        return bool(problems)


def schema_of(rule: ComplianceRule) -> Schema:
    """Compile what a rule requires; it may refer to nothing outside of itself."""
    return Schema(rule.id, rule.require, Resources((), _nothing))


def _nothing(file: str) -> object:
    raise LookupError(file)


def rule_of(entry: dict[str, Any]) -> ComplianceRule:
    """Make a rule of a policy file's entry, whose shape is known to be right."""
    path = entry["config_path"]
    return ComplianceRule(
        id=entry["id"],
        name=entry.get("name", ""),
        description=entry.get("description", ""),
        category=entry.get("category", "security"),
        severity=Severity(entry.get("severity", "error")),
        config_path=path if isinstance(path, str) else tuple(path),
        validation_func=entry.get("check"),
        parameters=entry.get("parameters", {}),
        require=entry.get("require"),
        environments=tuple(entry.get("environments", ())),
        documents=tuple(entry.get("documents", ())),
        required=bool(entry.get("required", False)),
        message=entry.get("message"),
        hint=entry.get("hint"),
    )


def _waiver(entry: dict[str, Any], source: Source, keys: Keys) -> Waiver:
    return Waiver(
        rule=entry["rule"],
        reason=entry["reason"],
        expires=entry["expires"],
        place=source.place(keys),
        path=entry.get("path", ""),
        environments=tuple(entry.get("environments", ())),
        documents=tuple(entry.get("documents", ())),
        files=tuple(entry.get("files", ())),
    )
