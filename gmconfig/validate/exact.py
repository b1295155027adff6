"""Known values in plain text: every secret that can be opened, looked for in every file under check.

What is kept between runs holds nothing that was opened: which files hold tokens, a digest of the tokens
themselves, and that nothing was found. A file is read again if it changed, or if any token did; a find is
never kept, so it is found anew each time.
"""

from __future__ import annotations

from gmconfig.validate.known import is_store, known, may_hold_tokens, tokens_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

    from gmconfig.finding import Finding
    from gmconfig.secret.token import Sealed
    from gmconfig.secret.vault import Vault
    from gmconfig.validate.known import Known
    from gmconfig.validate.subject import Subject

_OURS = ("policies/", "schemas/", "flags/", "secrets/")


class Matches:
    """What was found and what could not be looked for; `hidden` are the lines to show to nobody."""

    __slots__ = ("findings", "hidden", "kept", "remarks")

    def __init__(self, kept: Any = None) -> None:
        self.findings: list[Finding] = []
        self.hidden: set[tuple[str, int]] = set()
        self.remarks: tuple[str, ...] = ()
        self.kept: Any = kept


def matches(subject: Subject, vault: Vault | None, files: Iterable[str] | None = None) -> Matches:
    """Look for all known values in some files; None is all that validate reads."""
    found = Matches()
    if vault is None or not _has_secrets(subject):
        return found
    tokens = tokens_of(subject.project, subject.snapshot, _sources(subject, subject.files))
    if tokens:
        opened = known(vault, tokens)
        found.remarks = opened.remarks
        _search(subject, opened, _searched(subject, files), found)
    return found


def remembered(subject: Subject, vault: Vault | None, kept: Any, changed: Collection[str]) -> Matches:
    """Look for all known values, sparing files in which the same ones were not found before."""
    if vault is None or not _has_secrets(subject):
        return Matches()
    before = kept["sources"] if kept else ()
    where = {*changed, *before} if kept else subject.files
    sources = _sources(subject, [file for file in where if file in subject.files])
    tokens = tokens_of(subject.project, subject.snapshot, sources)
    key = _digest(tokens)
    found = Matches({"sources": sorted({sealed.file for sealed in tokens}), "tokens": key})
    if not tokens:
        return found
    same = kept and kept["tokens"] == key
    if same and not changed:
        found.remarks = kept["remarks"]
    else:
        opened = known(vault, tokens)
        found.remarks = opened.remarks
        _search(subject, opened, _searched(subject, changed if same else None), found)
    found.kept["remarks"] = found.remarks
    if found.findings:
        found.kept = None
    return found


def _search(subject: Subject, opened: Known, files: Iterable[str], found: Matches) -> None:
    from gmconfig.errors import GmconfigError

    if not opened.searcher.needles:
        return
    for file in files:
        try:
            raw = subject.snapshot.read(file)
        except (GmconfigError, OSError):
            continue  # a finding of its own
        for hit in opened.searcher.find(raw):
            from gmconfig.secret.scan.hit import lines_of
            from gmconfig.validate.spotted import finding_of

            found.findings.append(finding_of(subject.project, file, raw, hit))
            found.hidden.update((file, line) for line in lines_of(raw, hit))


def _has_secrets(subject: Subject) -> bool:
    """Whether there is anything to look for: without a policy nothing opens."""
    return "access.yaml" in subject.files


def _sources(subject: Subject, files: Iterable[str]) -> list[str]:
    """Give the files that hold tokens."""
    meant = [file for file in files if may_hold_tokens(subject.project, file)]
    return [
        file for file, raw in subject.snapshot.read_many(meant).items() if is_store(file) or b"gm1" in raw
    ]


def _searched(subject: Subject, files: Iterable[str] | None) -> list[str]:
    """Give the files to search: layers, and what else belongs to gmconfig."""
    return sorted(
        file
        for file in (subject.files if files is None else files)
        if file in subject.files
        and (
            file == "gmconfig.yaml"
            or (file.startswith(_OURS) and not file.startswith(("secrets/keys/", "secrets/log/")))
            or may_hold_tokens(subject.project, file)
        )
    )


def _digest(tokens: Iterable[Sealed]) -> bytes:
    from gmconfig.validate.warm import digest

    return digest("\n".join(sorted(f"{sealed} {sealed.context}" for sealed in tokens)).encode())
