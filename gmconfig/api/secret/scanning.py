"""Looking for secrets in plain text: the files as they lie, what is staged, or everything git ever stored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.validation.checking import below_root
from gmconfig.errors import BrokenConfiguration, GmconfigError, NotFound, UsageError
from gmconfig.finding import Severity
from gmconfig.project import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.api.workspace import Workspace
    from gmconfig.finding import Finding
    from gmconfig.validate.known import Known
    from gmconfig.validate.report.report import Report

_LARGEST = 20_000_000


class Text(NamedTuple):
    """Something to search: the file it is, its bytes, and the blob where it is only in history."""

    file: str
    raw: bytes
    blob: str | None = None


def scan(workspace: Workspace, *, files: Sequence[str], staged: bool, history: bool) -> Report:
    """Search for secrets; `files` limits it to those files and folders, as seen from the current folder.

    Raises:
        UsageError: both the index and the history were asked for, or a file lies outside the project.
        NotFound: a named file holds nothing there.
    """
    if staged and history:
        raise UsageError("--staged and --history exclude each other")
    names = [below_root(workspace, file) for file in files]
    known = _known(workspace)
    skipped: list[str] = []
    texts = _stored(workspace, names, skipped) if history else _texts(workspace, names, staged, skipped)
    findings: list[Finding] = []
    count = 0
    for text in texts:
        count += 1
        findings.extend(_searched(workspace, text, known))
    if names and not count:
        raise NotFound(f'nothing to scan at "{files[0]}"')
    shallow = history and workspace.project.repository.is_shallow()
    remarks = (
        *known.remarks,
        *_left_out(skipped),
        *(("older history is not in this shallow clone",) if shallow else ()),
    )
    return _report(workspace, findings, count, remarks)


def _known(workspace: Workspace) -> Known:
    """Open every secret of the working tree that opens."""
    from gmconfig.validate.known import known, may_hold_tokens, tokens_of

    project, snapshot = workspace.project, workspace.project.worktree()
    if not snapshot.exists("access.yaml"):
        return known(workspace.vault(snapshot), ())
    files = [file for file in snapshot.files() if may_hold_tokens(project, file)]
    return known(workspace.vault(snapshot), tokens_of(project, snapshot, files))


def _texts(workspace: Workspace, names: Sequence[str], staged: bool, skipped: list[str]) -> Iterator[Text]:
    """Yield the files of the index, or those that people work on."""
    if staged:
        index = workspace.project.snapshot(INDEX)
        wanted = [file for file in index.files() if _is_meant(file, names)]
        yield from (Text(file, raw) for file, raw in index.read_many(wanted).items())
        return
    tree = workspace.project.worktree()
    for file in _listed(workspace):
        if _is_meant(file, names) and not os.path.islink(path := os.path.join(tree.root, file)):
            try:
                if os.path.getsize(path) > _LARGEST:
                    skipped.append(file)
                else:
                    yield Text(file, tree.read(file))
            except (FileNotFoundError, NotADirectoryError):
                continue  # deleted, and not yet staged as such; or a submodule


def _stored(workspace: Workspace, names: Sequence[str], skipped: list[str]) -> Iterator[Text]:
    """Yield every content that any ref of the repository reaches, each once."""
    from gmconfig.storage.git.blobs import contents, every_blob

    project = workspace.project
    wanted = [one for one in every_blob(project.repository, project.prefix) if _is_meant(one.path, names)]
    skipped.extend(one.path for one in wanted if one.size > _LARGEST)
    small = [one for one in wanted if one.size <= _LARGEST]
    yield from (Text(one.path, raw, one.blob) for one, raw in contents(project.repository, small))


def _searched(workspace: Workspace, text: Text, known: Known) -> Iterator[Finding]:
    """Yield what is found in one text: a known value is said once, whatever it looks like besides."""
    from gmconfig.secret.scan.hit import apart
    from gmconfig.secret.scan.suspicion import suspects
    from gmconfig.validate.spotted import finding_of

    suspected = [] if _is_lock(text) else suspects(text.raw, text.file)
    hits = apart([*known.searcher.find(text.raw), *suspected])
    where = _commit_of(workspace, text.blob) if hits and text.blob else ""
    for hit in hits:
        finding = finding_of(workspace.project, text.file, text.raw, hit, Severity.ERROR)
        yield _dated(finding, where) if where else finding


def _is_lock(text: Text) -> bool:
    """Whether this is the note of a lock on a ref of ours: its token tells two holders apart and opens nothing."""
    from gmconfig.record import note
    from gmconfig.record.holder import holder_of

    if text.blob is None or text.file != note.FILE:
        return False
    try:
        return holder_of(note.parsed(text.raw, "a lock")) is not None
    except BrokenConfiguration:
        return False


def _commit_of(workspace: Workspace, blob: str) -> str:
    """Say which commit brought a content, which the file as it is now may not show any more."""
    from gmconfig.storage.git.blobs import introduced

    found = introduced(workspace.project.repository, blob)
    return f"in commit {found[0]} of {found[1]}" if found else "in no commit, only in gmconfig's own refs"


def _dated(finding: Finding, where: str) -> Finding:
    hint = "rotate it: git's history keeps it" if finding.rule.startswith("known") else finding.hint
    return finding.replaced(message=f"{finding.message}, {where}", hint=hint)


def _report(workspace: Workspace, findings: list[Finding], count: int, remarks: tuple[str, ...]) -> Report:
    from gmconfig.validate.policy.waiver import waived
    from gmconfig.validate.report.report import Report, merged
    from gmconfig.validate.run import current_day
    from gmconfig.validate.subject import Subject

    if findings:
        subject = Subject(workspace.project, workspace.project.worktree(), today=current_day())
        findings, _ = waived(findings, subject.policies.waivers, subject.today)
    return Report(merged(findings), files=count, remarks=remarks)


def _left_out(skipped: list[str]) -> tuple[str, ...]:
    from gmconfig.counted import counted

    return (f"{counted(len(skipped), 'file')} larger than 20 MB left out",) if skipped else ()


def _listed(workspace: Workspace) -> list[str]:
    from gmconfig.storage.git.blobs import listed_files

    project = workspace.project
    try:
        return listed_files(project.repository, project.prefix)
    except GmconfigError:
        return sorted(project.worktree().files())


def _is_meant(file: str, names: Sequence[str]) -> bool:
    return not names or any(name in (".", file) or file.startswith(f"{name}/") for name in names)
