"""`secret git`: readable diffs, and merges by value."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import terminal, values
from gmconfig.cli.verb import group, verb
from gmconfig.errors import GmconfigError, UsageError

if TYPE_CHECKING:
    from gmconfig.api.secret.git_drivers import Drivers
    from gmconfig.api.workspace import Workspace
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing
    from gmconfig.secret.file.merging import Merged

git = group("Let git show and merge sealed values by what they hold.")


def install(
    session: Session,
    writing: Writing,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Diffs of this clone show secrets in plain.")
    ] = False,
    uninstall: Annotated[
        bool, typer.Option("--uninstall", help="Take the drivers out of this clone.")
    ] = False,
) -> None:
    """Let git show whether a secret changed, and merge sealed values by what they hold, in this clone.

    .gitattributes names the files for everybody, the drivers are settings of this clone. A diff shows a mark
    that changes when the value does, never the value, unless --reveal was given here.

    \b
    gmconfig secret git install
    gmconfig secret git install --uninstall
    """
    from gmconfig.api.secret.git_drivers import install as installed
    from gmconfig.api.secret.git_drivers import uninstall as uninstalled

    if reveal and uninstall:
        raise UsageError("--reveal and --uninstall exclude each other")
    workspace = _workspace(session)
    how = writing.as_value()
    done = uninstalled(workspace, how) if uninstall else installed(workspace, how, reveal=reveal)
    if writing.output == "json":
        return terminal.answer(values.as_json(_record(done)))
    if uninstall and done.changed:
        terminal.note(".gitattributes stays for other clones, and means nothing in this one")
    return terminal.lines(_lines(done))


def textconv(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One version of a file, as git has it.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the values in plain.")] = False,
) -> None:
    """Print a version of a file with each sealed value as a mark; what `git diff` calls.

    \b
    gmconfig secret git textconv secrets/common.yaml
    gmconfig secret git textconv secrets/common.yaml --reveal
    """
    from gmconfig.api.secret.drivers import diff_text

    raw = file.read_bytes()
    try:
        shown = diff_text(_workspace(session), raw, reveal=reveal)
    except GmconfigError:  # a project that cannot be read; an error here would end the whole diff
        shown = raw
    sys.stdout.flush()
    sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()


def merge(
    session: Session,
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The common ancestor's version.")],
    ours: Annotated[Path, typer.Argument(metavar="OURS", help="Our version; gets the result.")],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", help="Their version.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="The file's path in the repository.")],
    size: Annotated[int, typer.Argument(metavar="[SIZE]", help="How long conflict markers are.")] = 7,
) -> int:
    """Merge three versions of a file by value; what `git merge` calls. Exit 1 where both changed a secret.

    \b
    gmconfig secret git merge base.yaml ours.yaml theirs.yaml secrets/common.yaml
    gmconfig secret git merge base.yaml ours.yaml theirs.yaml config/settings.yaml
    """
    from gmconfig.api.secret.drivers import Sides, merge_as_text, merge_sides
    from gmconfig.secret.file.conflict import Labels
    from gmconfig.storage.files import write_atomic

    sides, labels = Sides(base, ours, theirs, path), Labels("ours", "theirs", size)
    try:
        merged = merge_sides(_workspace(session), sides, labels)
    except GmconfigError as error:
        terminal.warning(f"{path}: merged as text, not by value: {error.message}")
        merged = merge_as_text(sides, labels)
    write_atomic(str(ours), merged.content)
    _say(merged, path)
    return 0 if merged.is_clean else 1


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(git, "install")(install)
    verb(git, "textconv", hidden=True)(textconv)
    verb(git, "merge", hidden=True)(merge)
    app.add_typer(git, name="git")


def _workspace(session: Session) -> Workspace:
    from gmconfig.api.workspace import Workspace

    return Workspace(root=session.directory or None)


def _say(merged: Merged, path: str) -> None:
    for place in merged.clashes:
        terminal.warning(f"{path}: {place} has another value on each side")
    for place in merged.torn:
        terminal.warning(f"{path}: {place} was taken away on one side, and changed or moved on the other")
    for place in merged.doubled:
        terminal.warning(f"{path}: {place} holds an item twice: both sides added it or moved it")
    for place in merged.unsettled:
        terminal.note(f"{path}: {place} was sealed on both sides, one was kept")
    if merged.clashes or merged.unsettled:
        first = "choose a side, finish the merge, then: " if merged.clashes else "after the merge: "
        terminal.hint(f"{first}gmconfig secret accept")


def _record(done: Drivers) -> dict[str, Any]:
    return {
        "driver": done.name,
        "settings": dict(done.settings),
        "files": sorted(done.outcome.files),
        "commit": done.outcome.commit,
        "dry_run": done.outcome.dry_run,
    }


def _lines(done: Drivers) -> list[terminal.Line]:
    if not done.changed:
        return ["nothing to change"]
    rows: list[terminal.Line] = [
        f"git config  {key}  {'removed' if value is None else 'set'}" for key, value in done.settings.items()
    ]
    rows += [f"{file}  changed" for file in done.outcome.files]
    if done.outcome.dry_run:
        return [*rows, "(dry run: nothing was changed)"]
    if done.outcome.commit:
        rows.append(f"[{done.outcome.branch} {done.outcome.commit[:7]}] {done.outcome.message}")
    return rows
