"""Validating a project: every document, or those that the given files can affect."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Finding
from gmconfig.project.settings import FILE
from gmconfig.validate import asking, exact, listing
from gmconfig.validate.checks.flags import concerns, looked_at
from gmconfig.validate.collector import paused
from gmconfig.validate.document import Checked
from gmconfig.validate.many import checked_many
from gmconfig.validate.plain import checked_from_plain
from gmconfig.validate.policy.waiver import Waiver, about, waived
from gmconfig.validate.referrers import with_referrers
from gmconfig.validate.report.report import Report, merged
from gmconfig.validate.scope import Scope
from gmconfig.validate.subject import Subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping, Sequence

    from gmconfig.project.layout import Layer
    from gmconfig.project.project import Project
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.validate.policy.rule import ComplianceRule

    Lines = dict[tuple[str, int], str]
    Reach = dict[str, set[str] | None]


def check(
    project: Project,
    snapshot: Snapshot,
    *,
    files: Iterable[str] | None = None,
    environments: Iterable[str] | None = None,
    vault: Vault | None = None,
    rules: Iterable[ComplianceRule] = (),
    today: str | None = None,
    referrers: bool = False,
) -> Report:
    """Check the files of a snapshot.

    Args:
        project: where they belong; its gmconfig.yaml is read anew as the snapshot has it.
        snapshot: the working tree, the index, a commit, or a proposed change.
        files: only what these files, or files below these folders, can affect; paths below the root.
        environments: only these.
        vault: says where tokens belong; without one that is not checked.
        rules: compliance rules beside those of the snapshot.
        today: the day (ISO 8601) that waivers are judged by; today's unless given.
        referrers: with `files`, documents that refer to what these can affect, too; every layer is read for it.

    Raises:
        UnknownEnvironment: one of `environments` is not declared.
    """
    with paused():
        return _check(project, snapshot, files, environments, vault, rules, today, referrers)


def _check(
    project: Project,
    snapshot: Snapshot,
    files: Iterable[str] | None,
    environments: Iterable[str] | None,
    vault: Vault | None,
    rules: Iterable[ComplianceRule],
    today: str | None,
    referrers: bool,
) -> Report:
    try:
        project = _as_of(project, snapshot)
    except BrokenConfiguration as error:
        from gmconfig.validate.files import unreadable

        return Report((unreadable(error, "gmconfig.yaml"),), files=1)
    for name in environments or ():
        project.environment(name)
    subject = Subject(project, snapshot, vault=vault, rules=rules, today=today or current_day())
    findings: list[Finding] = []
    named = None if files is None else set(_expanded(subject, files))
    layers, reach = _reach(subject, named, environments, findings, referrers)
    results = [checked_from_plain(plain) for plain in checked_many(subject, layers, reach).values()]
    lines: Lines = {}
    findings.extend(listing.check(subject, layers, lines, named))
    found = exact.matches(subject, vault, named)
    flags_in = project.environments if environments is None else environments
    return composed(
        subject,
        results,
        [*_about(findings, named), *found.findings],
        lines,
        scope=Scope.of(results).with_flags(looked_at(subject, named), flags_in),
        whole=files is None and environments is None,
        found=found,
        due=listing.due(subject),
    )


def _about(findings: list[Finding], named: set[str] | None) -> list[Finding]:
    """Leave out what stands elsewhere, where only some files are asked about."""
    if named is None:
        return findings
    rules = set()
    if listing.names_a_schema(named):
        rules.add("broken-schema")  # it may be another one that is broken
    if FILE in named:
        rules.add("ambiguous-file")
    return [
        one
        for one in findings
        if (one.place and one.place.file in named) or one.rule in rules or concerns(one, named)
    ]


def composed(
    subject: Subject,
    results: Sequence[Checked],
    findings: list[Finding],
    lines: Lines,
    *,
    scope: Scope,
    whole: bool,
    found: exact.Matches | None = None,
    due: str | None = None,
) -> Report:
    """Make one report of all results: equal findings become one, waivers are applied.

    `results` may leave out those that say nothing: `scope` says what was looked at. `found` are the known
    values, whose lines are shown to nobody; `due` is the day on which another secret is overdue, or a flag
    expired.
    """
    everything = [*findings, *(finding for result in results for finding in result.findings)]
    waivers = subject.policies.waivers
    marked, used = waived(merged(everything), waivers, subject.today)
    marked.extend(about(waivers, used, subject.today, whole=whole))
    return Report(
        merged(marked),
        scope.ordered(subject.project.environments),
        scope.documents,
        files=scope.files,
        unchecked=sum(result.unchecked for result in results),
        lines=_visible((lines, *(result.lines for result in results)), found.hidden if found else ()),
        until=min(filter(None, (_until(waivers, subject.today), due)), default=None),
        remarks=found.remarks if found else (),
    )


def _visible(lines: Iterable[Mapping[tuple[str, int], str]], hidden: Container[tuple[str, int]]) -> Lines:
    return {at: line for some in lines for at, line in some.items() if at not in hidden}


def current_day() -> str:
    """Give today's date in UTC, as waivers write it."""
    import time

    return time.strftime("%Y-%m-%d", time.gmtime())


def _as_of(project: Project, snapshot: Snapshot) -> Project:
    from gmconfig.storage.snapshot import WorkingTree

    same = isinstance(snapshot, WorkingTree) and snapshot.root == project.root
    return project if same else project.at(snapshot)


def _reach(
    subject: Subject,
    named: Collection[str] | None,
    environments: Iterable[str] | None,
    findings: list[Finding],
    referrers: bool,
) -> tuple[dict[str, list[Layer]], Reach]:
    """Give the documents to check with their layers, and in which environments each; None means in all."""
    wanted = None if environments is None else set(environments)
    if named is None:
        layers = listing.layers_of(subject, findings)
        return layers, dict.fromkeys(layers, wanted)
    findings.extend(listing.ambiguous(subject, subject.files if FILE in named else named))
    reach = _reached(subject, named, wanted)
    if referrers:
        reach = with_referrers(subject, reach)
    layers = listing.layers_of_documents(subject, sorted(reach))
    return layers, {document: reach[document] for document in layers}


def _reached(subject: Subject, files: Iterable[str], wanted: set[str] | None) -> dict[str, set[str]]:
    """Give the documents that some files can change, and the environments in which they can."""
    found: dict[str, set[str]] = {}
    for file in files:
        for document, environment in _affected_by(subject, file):
            reached = found.setdefault(document, set())
            if environment is not None and (wanted is None or environment in wanted):
                reached.add(environment)
    return found


def _affected_by(subject: Subject, file: str) -> Iterable[tuple[str, str | None]]:
    """Give every (document, environment) that a file can change; secrets change few of them."""
    if not file.startswith(asking.SECRETS):
        return listing.affected_by(subject, file)
    if asking.is_asked_by_none(subject, file):
        return []
    found = listing.affected_by(subject, file)
    asked = asking.asking(subject, listing.layers_of_documents(subject, {document for document, _ in found}))
    return [(document, environment) for document, environment in found if document in asked]


def _expanded(subject: Subject, files: Iterable[str]) -> Iterable[str]:
    """Yield the files, and for a folder the files below it; a deleted file affects what it used to."""
    for file in files:
        folder = "" if file in ("", ".") else file.rstrip("/") + "/"
        below = (
            [name for name in subject.files if name.startswith(folder)] if file not in subject.files else []
        )
        yield from below or [file]


def _until(waivers: Sequence[Waiver], today: str) -> str | None:
    """Give the first day on which a waiver of today no longer counts."""
    ends = [waiver.expires for waiver in waivers if waiver.expires >= today]
    if not ends:
        return None
    from datetime import date, timedelta

    return (date.fromisoformat(min(ends)) + timedelta(days=1)).isoformat()
