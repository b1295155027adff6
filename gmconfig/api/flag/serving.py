"""Serving a project's flags, or a compiled file, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gmconfig.errors import NotFound, UsageError
from gmconfig.flag.event.folder import event_log
from gmconfig.flag.source import FlagdFile, ProjectFlags, Source, project_flags
from gmconfig.storage.git.followed import upstream
from gmconfig.storage.given import read_given

TOKEN_VARIABLE = "GMCONFIG_SERVE_TOKEN"  # noqa: S105  # a variable's name
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Served:
    """What is served: a flagd file, else an environment's flags at a revision that is followed.

    `at` None is the files on disk, committed or not; `fetch_seconds` brings in the remote's commits. Who asked
    for one flag is written to `events_dir`, by default gmconfig.yaml's, unless `record` is False.
    """

    environment: str | None = None
    root: str | None = None
    at: str | None = "HEAD"
    fetch_seconds: float | None = None
    file: str | None = None
    bucketing: str | None = None
    events_dir: str | None = None
    record: bool = True


def serve_flags(
    served: Served,
    ready: Callable[[str, str | None], None],
    told: Callable[[str], None],
    warned: Callable[[str], None],
    *,
    host: str = "127.0.0.1",
    port: int = 8016,
    token: str | None = None,
    origins: Sequence[str] = (),
) -> None:
    """Serve flags by OFREP until SIGINT or SIGTERM.

    Args:
        served: which flags.
        ready: gets the URL and the environment once requests are answered.
        told: gets a line whenever flags changed.
        warned: gets a line whenever newer flags cannot be used, or fetched.
        host: the address to listen at.
        port: 0 takes a free one.
        token: what requests must carry; None asks for nothing.
        origins: the web origins whose pages may ask.

    Raises:
        NotFound: aiohttp is not installed, or there are no flags.
        BrokenConfiguration: the flags cannot be used.
    """
    try:
        from gmconfig.flag.ofrep.access import Access
        from gmconfig.flag.ofrep.server import Serving, Voice, serve
    except ModuleNotFoundError as error:
        raise NotFound("serving flags needs aiohttp", hint="pip install 'gmconfig[serve]'") from error
    source = _source(served)
    environment = source.environment if isinstance(source, ProjectFlags) else None
    if isinstance(source, ProjectFlags) and served.fetch_seconds is not None:
        _keep_fetching(source, served.fetch_seconds, warned)
    voice = Voice(lambda url: ready(url, environment), told, warned)
    events = event_log(source, served.events_dir, served.environment) if served.record else None
    serve(source, Serving(host, port, Access(token, tuple(origins)), events), voice)


def token_of(environ: Mapping[str, str], file: str | None) -> str | None:
    """Give the token that a file holds, else the variable; None where there is neither.

    Raises:
        UsageError: it is too short to keep anybody out.
        NotFound: the file cannot be read.
    """
    found = environ.get(TOKEN_VARIABLE) if file is None else _read(file)
    if found is None:
        return None
    token, source = found.strip(), f"${TOKEN_VARIABLE}" if file is None else f'"{file}"'
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        message = f"the token in {source} is not {_SHORTEST_TOKEN} printable characters long"
        raise UsageError(message, hint="openssl rand -hex 32")
    return token


def _source(served: Served) -> Source:
    if served.file is not None:
        return FlagdFile(served.file, served.bucketing)
    source = project_flags(served.environment, served.root)
    if served.at is not None and served.fetch_seconds is not None and served.at == "HEAD":
        source.at = upstream(source.project.repository)
    else:
        source.at = served.at
    return source


def _keep_fetching(source: ProjectFlags, seconds: float, warned: Callable[[str], None]) -> None:
    from gmconfig.flag.ofrep.fetching import Fetching

    fetching = Fetching(source.project.repository, seconds, warned)
    fetching.once()
    fetching.start()


def _read(file: str) -> str:
    try:
        return read_given(file).decode("utf-8", "replace")[:4096]
    except OSError as error:
        raise NotFound(f'"{file}" cannot be read: {(error.strerror or "").lower()}') from error
