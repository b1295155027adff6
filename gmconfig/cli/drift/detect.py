"""`drift detect`, `list`, `explain`: what differs from what was put there, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.deploy import arguments as deploying
from gmconfig.cli.drift import arguments, detecting, shown
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def detect(
    session: Session,
    words: deploying.Words = None,
    environment: options.OnlyEnvironment = None,
    offline: deploying.Offline = False,
    output: options.TextOrJson = "text",
) -> int:
    """Look at targets for what was changed outside gmconfig; exit 1 if something was. Takes no lock.

    Formatting, the order of keys and a schema's defaults written out are not drift; secrets are
    compared and never shown.

    \b
    gmconfig drift detect -e production
    gmconfig drift detect web worker -o json
    """
    return detecting.detect(session, words or (), environment=environment, offline=offline, output=output)


def list_(
    session: Session,
    everything: Annotated[bool, typer.Option("--all", help="What is gone, too.")] = False,
    output: options.TextOrJson = "text",
) -> None:
    """List the drift that was found and is not gone yet, without looking again.

    \b
    gmconfig drift list
    gmconfig drift list --all
    """
    found = session.drifter().known(resolved=None if everything else False)
    if output == "json":
        return terminal.answer(values.as_json([shown.detection(one) for one in found]))
    if not found:
        return terminal.note("none is known: gmconfig drift detect looks")
    return terminal.lines(terminal.table([shown.row(one) for one in found]))


def explain(
    session: Session,
    target: arguments.Target,
    place: arguments.Place,
    offline: deploying.Offline = False,
    output: options.TextOrJson = "text",
) -> None:
    """Show who set the wanted value and when, what is live, and which deployment was there last.

    \b
    gmconfig drift explain web database.host
    gmconfig drift explain web billing rate
    """
    from gmconfig.api.drift.explaining import explain as explaining

    found = explaining(session.drifter(offline=offline), target, *arguments.document_and_path(place))
    if output == "json":
        return terminal.answer(values.as_json(shown.explanation_record(found)))
    return terminal.lines(shown.explanation(found))


def register(app: Any) -> None:
    """Add these verbs."""
    verb(app, "detect")(detect)
    verb(app, "list", slow="reading the journal")(list_)
    verb(app, "explain", slow="looking at the target")(explain)
