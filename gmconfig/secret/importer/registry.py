"""Every tool that secrets come from; a new one is a module with a `read` and a line here.

Another package adds one by the entry point group `gmconfig.importers`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from gmconfig import further
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.secret.importer.imported import Imported
    from gmconfig.secret.importer.keyring import KeyRing

    Reader = Callable[[bytes, str, KeyRing], Imported]


GROUP = "gmconfig.importers"


def _lazy(module: str) -> Reader:
    """Give a module's `read`, loading it when it is first called: help only needs the names."""

    def read(raw: bytes, file: str, keys: KeyRing) -> Imported:
        found: Reader = import_module(f"gmconfig.secret.importer.{module}").read
        return found(raw, file, keys)

    return read


IMPORTERS: dict[str, Reader] = {
    "sops": _lazy("sops"),
    "ansible-vault": _lazy("ansible"),
    "eyaml": _lazy("eyaml"),
    "dotenv": _lazy("dotenv"),
}
"""Each reader by the name that `--from` takes; it gets a file's bytes, its name, and the keys at hand."""


def reader(tool: str) -> Reader:
    """Give the reader of a tool's files.

    Raises:
        UsageError: nobody has one.
        BrokenConfiguration: another package's cannot be loaded.
    """
    found = IMPORTERS.get(tool) or further.load(GROUP, tool, "the importer")
    if found is None:
        raise UsageError(f'"{tool}" cannot be imported from', hint=f"one of: {', '.join(tools())}")
    return cast("Reader", found)


def tools() -> list[str]:
    """Give the names of all tools, those of other packages too."""
    return [*IMPORTERS, *further.names(GROUP)]
