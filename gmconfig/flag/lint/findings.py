"""What is wrong with flags, or pointless in them: the findings of `flag lint`, and of validate."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.finding import Finding, Place, Severity
from gmconfig.flag.catalogue import Catalogue, read
from gmconfig.flag.compiled import lowering, place_of
from gmconfig.flag.lint.alike import alike
from gmconfig.flag.lint.rule_lint import remarks
from gmconfig.flag.lowering import Lowered, Lowering, state_of
from gmconfig.flag.rebucketing import rebucketings
from gmconfig.flag.seen import overridden
from gmconfig.flag.state import FeatureState
from gmconfig.flag.trouble import Trouble
from gmconfig.path import Keys, format_keys

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot

Chain = tuple[str, ...]

_POINTLESS = "pointless"
"""Rules that make no difference are told where they make none anywhere: an environment may be ahead of others."""


def lint(
    project: Project, snapshot: Snapshot, today: str, before: Snapshot | None = None
) -> tuple[Finding, ...]:
    """Check every flag in the base and in every environment; equal findings become one.

    Args:
        project: the project as the snapshot has it.
        snapshot: where the flags are read.
        today: the day (ISO 8601) that `expires:` is judged by.
        before: the commit that this is to follow; what would deal users out anew since is told.
    """
    catalogue = read(project, snapshot)
    found: dict[Finding, list[str]] = {finding: [] for finding in catalogue.findings}
    base = _by_flag(catalogue, (), today, catalogue.flags)
    for environment in (None, *project.environments):
        chain = project.chain(environment)
        own = _by_flag(catalogue, chain, today, overridden(catalogue, chain))
        for finding in (one for name in catalogue.flags for one in own.get(name, base[name])):
            found.setdefault(finding, []).extend([environment] if environment else [])
    for environment, finding in _altered(project, catalogue):
        found.setdefault(finding, []).extend([environment] if environment else [])
    for finding in _rebucketed(project, catalogue, before) if before else ():
        found[finding] = []
    found.update(dict.fromkeys(alike(catalogue), []))
    everywhere = len(project.environments)
    return tuple(
        finding.replaced(environments=tuple(names))
        for finding, names in found.items()
        if finding.rule != _POINTLESS or len(names) == everywhere
    )


def expiries(project: Project, snapshot: Snapshot) -> list[str]:
    """Give every day after which some flag is expired."""
    catalogue = read(project, snapshot)
    flags = (catalogue.flag(name, ()) for name in catalogue.flags)
    return [str(flag["expires"]) for flag in flags if flag.get("expires")]


def rests_on_history(project: Project, snapshot: Snapshot) -> bool:
    """Whether something is wrong by git's history, so that it may pass without any file being changed."""
    return any(True for _ in _altered(project, read(project, snapshot)))


def _altered(project: Project, catalogue: Catalogue) -> Iterator[tuple[str | None, Finding]]:
    """Yield what was changed in experiments that run."""
    if not any("experiment" in (flag or {}) for flag in _written(catalogue)):
        return
    from gmconfig.errors import GitTrouble
    from gmconfig.flag.experiment.running import altered

    try:
        for one in altered(project, catalogue):
            about = _About(catalogue, one.flag, project.chain(one.environment))
            yield one.environment, about.finding("running", Severity.ERROR, one.message, one.keys, one.hint)
    except GitTrouble as error:
        message = f"an experiment runs, and what it began as cannot be seen: {error.message}"
        yield None, Finding("flag", "running", Severity.WARNING, message, hint=error.hint)


def _written(catalogue: Catalogue) -> Iterator[Mapping[str, Any]]:
    """Yield every flag and every override as it is written."""
    for file in catalogue.files:
        for flag in file.section("flags").values():
            yield flag
            yield from (flag.get("environments") or {}).values()


def _rebucketed(project: Project, catalogue: Catalogue, before: Snapshot) -> Iterator[Finding]:
    """Yield what deals users out anew since a commit: another bucketing once, as it concerns all flags."""
    chains = {name: project.chain(name) for name in (None, *project.environments)}
    found = rebucketings(read(project.at(before), before), catalogue, chains)
    if found and found[0].what == "bucketing":
        worst = max(found, key=lambda one: max(one.moved.values()))
        file = next(
            file for file in catalogue.files if file.tree.get("bucketing") or file is catalogue.files[-1]
        )
        hint = f"gmconfig flag bucketing {catalogue.bucketing} --rebucket"
        message = f'{worst}, by flag "{worst.flag}" alone'
        place = file.place(("bucketing",))
        yield Finding("flag", "rebucket", Severity.ERROR, message, place, path="bucketing", hint=hint)
        return
    for one in found:
        about = _About(catalogue, one.flag, project.chain(next(iter(one.moved))))
        hint = "what is meant so: GMCONFIG_REBUCKET=1 git commit"
        if one.what == "name":
            hint = f'"salt: {one.was}" in its rollout keeps them, as gmconfig flag rename writes it'
        yield about.finding("rebucket", Severity.ERROR, str(one), one.keys, hint)


def _by_flag(
    catalogue: Catalogue, chain: Chain, today: str, names: Container[str]
) -> dict[str, list[Finding]]:
    """Give what is wrong with some flags in an environment; the others are there as they are in the base."""
    work = lowering(catalogue, chain)
    return {
        name: list(_of_flag(work, _About(catalogue, name, chain), catalogue, today))
        for name in catalogue.flags
        if name in names
    }


def _of_flag(work: Lowering, about: _About, catalogue: Catalogue, today: str) -> Iterator[Finding]:
    try:
        lowered = work.lowered(about.name)
    except Trouble as trouble:
        yield about.trouble(trouble)
        return
    yield from _expired(about, work.flags[about.name], today)
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
                yield about.finding(_POINTLESS, Severity.WARNING, remark.message, ())


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
