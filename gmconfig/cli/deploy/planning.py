"""`deploy plan`, behind the words: without typer, because schedules and CI run it all day."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gmconfig.cli import terminal, values
from gmconfig.cli.choice import one_of
from gmconfig.cli.deploy import progress, shown
from gmconfig.counted import counted
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.cli.session import Session
    from gmconfig.deploy.plan import Plan


def plan(
    session: Session,
    words: Sequence[str] = (),
    *,
    at: str | None = None,
    save: str | None = None,
    base: str | None = None,
    retry: bool = False,
    most_targets: int | None = None,
    offline: bool = False,
    exit_code: bool = False,
    output: str = "text",
) -> int:
    """Plan, show it, keep it in a file if asked; give 1 if something would change and `exit_code` is on."""
    one_of(output, ("text", "json", "md"))
    from gmconfig.deploy.planning import Asked

    asked = Asked(at=at, retry=retry, most_targets=most_targets)
    with progress.looking() as seen:
        deployer = session.deployer(offline=offline, seen=seen)
        found = deployer.preview(words, base, asked) if base else deployer.plan(words, asked)
    if save:
        _save(session, save, found)
    _answer(deployer, found, output)
    if output == "text" and not (at or base) and terminal.interactive():  # a schedule has edited nothing
        tell_uncommitted(deployer)
    return ExitCode.NO if exit_code and any(one.changing for one in found) else ExitCode.OK


def _answer(deployer: Deployer, found: list[Plan], output: str) -> None:
    if output == "json":
        return terminal.answer(values.as_json([shown.plan_record(one) for one in found]))
    if output == "md":
        from gmconfig.cli.deploy import markdown

        return terminal.answer(markdown.plans(found))
    show(deployer, found)
    changing = [
        one.environment
        for one in found
        if one.changing and not one.freeze and not any(target.lacks for target in one.changing)
    ]
    if changing:
        terminal.note(f"apply with: gmconfig deploy apply {' '.join(changing)}")
    return None


def show(deployer: Deployer, found: Sequence[Plan]) -> None:
    """Print plans, each wanted value with who wrote it."""
    from gmconfig.api.config.provenance import Provenance

    authors = Provenance(deployer.project).of
    for one in found:
        terminal.lines(shown.plan(one, deployer.project.repository.short(one.commit), authors))


def tell_uncommitted(deployer: Deployer) -> None:
    """Say that there are changes which no deployment brings anywhere, since nobody has committed them."""
    files = deployer.uncommitted()
    if files:
        more = f" and {counted(len(files) - 1, 'more file')}" if len(files) > 1 else ""
        terminal.note(f"not committed, and so not deployed: changes in {files[0]}{more}")


def show_dry(deployer: Deployer, found: Sequence[Plan], output: str) -> int:
    """Print what a deployment would do, that was asked for with --dry-run."""
    if output == "json":
        terminal.answer(values.as_json([shown.plan_record(one) for one in found]))
    else:
        show(deployer, found)
    return ExitCode.OK


def _save(session: Session, file: str, found: list[Plan]) -> None:
    import json

    from gmconfig.deploy.recorded import compact
    from gmconfig.storage.files import write_atomic

    content = json.dumps({"plans": [compact(one.as_json()) for one in found]}, indent=1, ensure_ascii=False)
    write_atomic(os.path.join(session.directory, file), content.encode() + b"\n")
    terminal.note(f"saved: gmconfig deploy apply --plan {file}")
