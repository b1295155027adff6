"""Arguments that several verbs of flags share."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete
from gmconfig.cli.choice import one_of
from gmconfig.errors import NotFound, UsageError
from gmconfig.storage.given import read_given, read_stream

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Flag, such as new_algorithm.", autocompletion=complete.flags)
]
Sample = Annotated[
    str,
    typer.Option(
        "--sample", metavar="N|FILE", help="So many made-up users, or a file: a key or a JSON context a line."
    ),
]
Rebucket = Annotated[
    bool, typer.Option("--rebucket", help="Go on though users are dealt out anew; --dry-run says how many.")
]
BucketingOfFile = Annotated[
    str | None,
    typer.Option("--bucketing", metavar="VERSION", help="Of a --file that does not say: flagd-v3 or -v2."),
]


def percent(text: str) -> float:
    """Give a share of users, written with or without its sign.

    Raises:
        UsageError: it is no number from 0 to 100.
    """
    try:
        share = float(text.removesuffix("%"))
    except ValueError:
        share = -1
    if not 0 <= share <= 100:
        raise UsageError(f'"{text}" is not a percentage', hint="a number from 0 to 100, such as 25")
    return share


def known_bucketing(word: str | None) -> None:
    """Refuse a word that is no bucketing; None is fine.

    Raises:
        UsageError: it is none.
    """
    from gmconfig.flag.flagd.bucketing import Bucketing

    if word is not None:
        one_of(word, tuple(Bucketing), "a bucketing")


def people(session: Session, sample: str) -> Any:
    """Give the users of a sample: a number of made-up ones, or those in a file."""
    if sample.isascii() and sample.isdigit() and len(sample) < 10:
        return int(sample)
    from gmconfig.api.flag.sampling import people_in

    return list(people_in(read_text(session, sample).splitlines(), sample))


def read_text(session: Session, file: str) -> str:
    """Read a file that was named on the command line; `-` is stdin."""
    if file == "-":
        return read_stream(sys.stdin.buffer).decode("utf-8", "replace")
    path = os.path.join(session.directory, file) if session.directory else file
    try:
        return read_given(path).decode("utf-8", "replace")
    except OSError as error:
        raise NotFound(f'"{file}" cannot be read: {(error.strerror or "").lower()}') from error


def content(session: Session, file: str) -> dict[str, Any]:
    """Read a flagd file, JSON or YAML."""
    from gmconfig.storage.yaml import load

    found = load(read_text(session, file).encode(), file)  # YAML 1.2 reads JSON
    if not isinstance(found, dict):
        raise UsageError(f'"{file}" is not a flagd file')
    return found
