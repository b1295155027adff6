"""`run --mount`: values as files in memory, for as long as a command runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gmconfig.storage.memory import MemoryFolder

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ENDINGS = {"yml": "yaml", "env": "dotenv", "sh": "shell"}


class Mount(NamedTuple):
    """A variable that names a folder with one file a value, or the one file `file` with the whole document."""

    variable: str
    file: str | None
    form: str | None


def mounts_of(texts: Sequence[str]) -> list[Mount]:
    """Read `NAME` or `NAME=FILE`; the file's ending is its format.

    Raises:
        UsageError: it is neither, or no format has that ending.
    """
    found = [_mount(text) for text in texts]
    for index, mount in enumerate(found):
        if mount.variable in [other.variable for other in found[:index]]:
            raise UsageError(f'"{mount.variable}" is mounted twice')
    return found


def written(
    folder: MemoryFolder,
    mounts: Sequence[Mount],
    values: Mapping[str, str],
    document: Callable[[], object],
) -> dict[str, str]:
    """Write the files; give the variables with their paths."""
    from gmconfig.config.formats import FORMATS

    paths = {}
    for mount in mounts:
        part = folder.below(mount.variable)
        if mount.file and mount.form:
            text = FORMATS[mount.form](document())
            paths[mount.variable] = part.write(mount.file, text.encode("utf-8", "surrogateescape"))
        else:
            for name, value in values.items():
                part.write(name, value.encode("utf-8", "surrogateescape"))
            paths[mount.variable] = part.path
    return paths


def _mount(text: str) -> Mount:
    variable, equals, file = text.partition("=")
    if not _NAME.fullmatch(variable):
        raise UsageError(f'"{variable}" cannot name a variable', hint="--mount NAME or --mount NAME=FILE")
    if not equals:
        return Mount(variable, None, None)
    from gmconfig.config.formats import FORMATS

    ending = file.rpartition(".")[2]
    form = _ENDINGS.get(ending, ending)
    if "/" in file or "." not in file or form not in FORMATS:
        endings = ", ".join(f".{name}" for name in FORMATS)
        raise UsageError(
            f'"{file}" is not the name of a file with a format', hint=f"it ends with one of: {endings}"
        )
    return Mount(variable, file, form)
