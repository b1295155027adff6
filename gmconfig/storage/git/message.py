"""A commit's message: the words, and trailers that machines read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_TRAILER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*: .*")
_OURS = "Gmconfig-"

Trailers = Mapping[str, str] | Iterable[tuple[str, str]]


def compose_message(message: str, trailers: Trailers = ()) -> str:
    """Put the trailers below the words, in the last paragraph if that holds trailers already.

    The first line is the subject; what follows it is the body. Where the words end with what looks like one of
    gmconfig's own trailers, the real ones get a paragraph of their own, so that none can be made up.
    """
    pairs = trailers.items() if isinstance(trailers, Mapping) else trailers
    lines = [f"{name}: {' '.join(value.split())}" for name, value in pairs]
    subject, *body = [line.rstrip() for line in message.replace("\0", "").strip().splitlines()] or [""]
    text = "\n".join([subject, *([""] if body and body[0] else []), *body])
    if not lines:
        return text + "\n"
    gap = "\n" if _ends_with_trailers(text) and _OURS not in text.rpartition("\n\n")[2] else "\n\n"
    return text + gap + "\n".join(lines) + "\n"


def split_message(message: str) -> tuple[str, str, dict[str, str]]:
    """Give a message's subject, its body, and its trailers, which the body does not repeat."""
    subject, _, rest = message.strip().partition("\n\n")
    subject = " ".join(subject.split())
    if not _ends_with_trailers(message.strip()):
        return subject, rest.strip(), {}
    body, _, last = ("\n\n" + rest).rpartition("\n\n")
    return subject, body.strip(), dict(line.split(": ", 1) for line in last.splitlines())


def _ends_with_trailers(text: str) -> bool:
    _, gap, last = text.rpartition("\n\n")
    return bool(gap) and all(_TRAILER.fullmatch(line) for line in last.splitlines())
