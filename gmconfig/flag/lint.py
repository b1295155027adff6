"""What is wrong with flags, or pointless in them: the findings of `flag lint`, and of validate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.finding import Finding, Place, Severity
from gmconfig.flag.catalogue import Catalogue, read
from gmconfig.flag.compiled import lowering, place_of
from gmconfig.flag.lowering import Lowered, Lowering, state_of
from gmconfig.flag.rule_lint import remarks
from gmconfig.flag.state import FeatureState
from gmconfig.flag.trouble import Trouble
from gmconfig.path import Keys, format_keys

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot

Chain = tuple[str, ...]


def lint(project: Project, snapshot: Snapshot, today: str) -> tuple[Finding, ...]:
    """Check every flag in the base and in every environment; equal findings become one.

    `today` (ISO 8601) is the day that `expires:` is judged by.
    """
    catalogue = read(project, snapshot)
    found: dict[Finding, list[str]] = {finding: [] for finding in catalogue.findings}
    for environment in (None, *project.environments):
        chain = project.chain(environment)
        for finding in _environment(catalogue, chain, today):
            found.setdefault(finding, []).extend([environment] if environment else [])
    return tuple(finding.replaced(environments=tuple(names)) for finding, names in found.items())


def expiries(project: Project, snapshot: Snapshot) -> list[str]:
    """Give every day after which some flag is expired."""
    catalogue = read(project, snapshot)
    flags = (catalogue.flag(name, ()) for name in catalogue.flags)
    return [str(flag["expires"]) for flag in flags if flag.get("expires")]


def _environment(catalogue: Catalogue, chain: Chain, today: str) -> Iterator[Finding]:
    work = lowering(catalogue, chain)
    for name in catalogue.flags:
        about = _About(catalogue, name, chain)
        try:
            lowered = work.lowered(name)
        except Trouble as trouble:
            yield about.trouble(trouble)
            continue
        yield from _expired(about, work.flags[name], today)
        yield from _rules(about, work, lowered, catalogue)


def _expired(about: _About, flag: Mapping[str, Any], today: str) -> Iterator[Finding]:
    expires = flag.get("expires")
    if expires and str(expires) < today and state_of(flag) is not FeatureState.ARCHIVED:
        message = f"expired on {expires}"
        hint = f"gmconfig flag set {about.name} state archived, or remove it from the code and delete it"
        yield about.finding("expired", Severity.WARNING, message, ("expires",), hint)
    if expires and flag.get("permanent"):
        yield about.finding("expires", Severity.ERROR, "a permanent flag does not expire", ("expires",))


def _rules(about: _About, work: Lowering, lowered: Lowered, catalogue: Catalogue) -> Iterator[Finding]:
    flag = work.flags[about.name]
    known = tuple(catalogue.evaluators)
    if "targeting" in flag:
        yield from _remarked(about, lowered.definition, flag["targeting"], ("targeting",), known)
    elif "flagd" in flag and "targeting" in flag["flagd"]:
        rule = flag["flagd"]["targeting"]
        yield from _remarked(about, lowered.definition, rule, ("flagd", "targeting"), known)
    else:
        yield from _pointless(about, flag, lowered)


def _remarked(
    about: _About, definition: Mapping[str, Any], rule: Any, keys: Keys, evaluators: Sequence[str]
) -> Iterator[Finding]:
    for remark in remarks(rule, definition, evaluators):
        severity = Severity.ERROR if remark.is_error else Severity.WARNING
        yield about.finding(remark.rule, severity, remark.message, (*keys, *remark.keys))


def _pointless(about: _About, flag: Mapping[str, Any], lowered: Lowered) -> Iterator[Finding]:
    """Yield rules that give everybody the same; a rollout at 0 or 100 % is meant so, for now."""
    targeting = lowered.definition.get("targeting")
    if targeting and state_of(flag) is FeatureState.ENABLED:
        for remark in remarks(targeting, lowered.definition, ()):
            if remark.rule == "constant":
                yield about.finding(remark.rule, Severity.WARNING, remark.message, ())


class _About:
    """Makes findings about one flag in one environment."""

    def __init__(self, catalogue: Catalogue, name: str, chain: Chain) -> None:
        self._catalogue = catalogue
        self.name = name
        self._chain = chain

    def finding(
        self, rule: str, severity: Severity, message: str, keys: Keys, hint: str | None = None
    ) -> Finding:
        place = self._catalogue.place(self.name, keys, self._chain)
        return self._made(rule, severity, message, place, ("flags", self.name, *keys), hint)

    def trouble(self, trouble: Trouble) -> Finding:
        """Give the finding that the flag, or a segment that it uses, cannot be compiled."""
        place = place_of(self._catalogue, self.name, trouble, self._chain)
        owner: Keys = ("segments", trouble.segment) if trouble.segment else ("flags", self.name)
        return self._made(
            "definition", Severity.ERROR, trouble.message, place, (*owner, *trouble.keys), trouble.hint
        )

    def _made(
        self, rule: str, severity: Severity, message: str, place: Place, keys: Keys, hint: str | None
    ) -> Finding:
        return Finding("flag", rule, severity, message, place, path=format_keys(keys), hint=hint)
