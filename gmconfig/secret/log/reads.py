"""The local journal of reads: who read which secret on this machine, when; cooperative, and never a value."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from gmconfig.secret.log.event import timestamp
from gmconfig.secret.token import Context
from gmconfig.storage.files import trouble

FILE = "audit.jsonl"
_FIELDS = {"time", "verb", "place", "member"}


def note(
    where: str,
    context: Context,
    member: str,
    *,
    verb: str,
    now: datetime | None = None,
    user: str | None = None,
) -> None:
    """Append one read to the journal in a folder.

    `user` is whom the process acts for, where that is somebody else than the member.

    Raises:
        GmconfigError: the journal cannot be written.
    """
    entry = {
        "time": timestamp(now or datetime.now(UTC)),
        "verb": verb,
        "place": str(context),
        "member": member,
        **({"user": user} if user else {}),
    }
    _append(Path(where, FILE), json.dumps(entry, ensure_ascii=False, sort_keys=True).encode() + b"\n")


def read(where: str) -> list[dict[str, str]]:
    """Give all reads on this machine, the oldest first; a line that was cut off is left out."""
    file = Path(where, FILE)
    entries = []
    for line in file.read_bytes().splitlines() if file.is_file() else ():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if _is_read(entry):
            entries.append(entry)
    return entries


def _is_read(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() >= _FIELDS
        and all(isinstance(text, str) for text in entry.values())
    )


def _append(file: Path, line: bytes) -> None:
    """Write one line in one call, which the operating system does not mix with another process's."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise trouble(error, str(file)) from error
