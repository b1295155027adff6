"""`flag serve`: flags for applications in any language."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, terminal
from gmconfig.cli.flag.arguments import BucketingOfFile, known_bucketing
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode, UsageError
from gmconfig.log import warn_by

if TYPE_CHECKING:
    from gmconfig.cli.session import Session

_LOCAL = ("127.0.0.1", "::1", "localhost")


def serve(
    session: Session,
    environment: options.Environment = None,
    at: Annotated[
        str,
        typer.Option(
            "--at",
            metavar="REF",
            autocompletion=complete.revisions,
            help="The branch whose commits are followed.",
        ),
    ] = "HEAD",
    worktree: Annotated[
        bool, typer.Option("--worktree", help="Follow the files on disk instead, committed or not.")
    ] = False,
    fetch: Annotated[
        float | None,
        typer.Option(
            "--fetch", metavar="SECONDS", min=1, help="Fetch that often, and follow the branch's upstream."
        ),
    ] = None,
    file: Annotated[
        str,
        typer.Option("--file", metavar="FILE", help="Follow a compiled flagd file; no repository needed."),
    ] = "",
    bucketing: BucketingOfFile = None,
    events_dir: Annotated[
        str | None,
        typer.Option("--events-dir", metavar="DIR", help="Write exposures there; else to gmconfig.yaml's."),
    ] = None,
    record: Annotated[bool, typer.Option("--events/--no-events", help="Whether to write them.")] = True,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Listen there.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="0 takes a free one.")
    ] = 8016,
    token_file: Annotated[
        str | None,
        typer.Option("--token-file", metavar="FILE", help="Ask for this token; else $GMCONFIG_SERVE_TOKEN."),
    ] = None,
    origins: Annotated[
        list[str] | None,
        typer.Option("--cors", metavar="ORIGIN", help="Let this origin's web pages ask; repeatable."),
    ] = None,
) -> int:
    """Serve flags by OpenFeature's remote evaluation protocol (OFREP), following commits.

    A commit is served within a second, without a restart, and announced to clients that listen. A broken one
    leaves the last good flags: /health says so. Ctrl-C or SIGTERM ends it. Who asks for one flag is written down
    for experiments, as programs do it themselves; who asks for all flags is not, for nobody knows which are used.

    \b
    gmconfig flag serve -e production
    gmconfig flag serve -e production --fetch 10 --host 0.0.0.0 \\
      --token-file /run/secrets/flags
    curl -d '{"context": {"targetingKey": "user123"}}' \\
      http://127.0.0.1:8016/ofrep/v1/evaluate/flags/new_algorithm
    """
    from gmconfig.api.flag.serving import Served, serve_flags, token_of

    warn_by(lambda _: None)  # what it logs is told below
    known_bucketing(bucketing)
    if sum((worktree, bool(file), at != "HEAD")) > 1:
        raise UsageError("--at, --worktree and --file exclude each other")
    if fetch is not None and (worktree or file):
        raise UsageError("--fetch brings commits: it goes with --at")
    token = token_of(os.environ, token_file)
    if token is None and host not in _LOCAL:
        terminal.warning(f"whoever reaches {host} can read the flags: --token-file keeps others out")
    where = os.path.join(session.directory, file) if file else None
    folder = os.path.join(session.directory, events_dir) if events_dir else None
    revision = None if worktree else at
    root = session.directory or None
    served = Served(environment, root, revision, fetch, where, bucketing, folder, record)

    def ready(url: str, of: str | None) -> None:
        what = file or (f"the flags of {of}" if of else "the flags")
        terminal.note(f"serving {what} at {url}")

    try:
        serve_flags(
            served,
            ready,
            terminal.note,
            terminal.warning,
            host=host,
            port=port,
            token=token,
            origins=origins or (),
        )
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "serve")(serve)
