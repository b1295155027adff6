"""Loads `jsonschema` without the grammar of IRIs that it takes along where one is installed.

Building that grammar costs a second, and no check of ours asks it: `formats` has its own.
"""

from __future__ import annotations

import sys
from types import ModuleType

_GRAMMAR = "rfc3987_syntax"


def load_jsonschema() -> None:
    """Import `jsonschema`; the grammar waits until some other user of the library asks it."""
    if "jsonschema" in sys.modules or _GRAMMAR in sys.modules or not _is_installed():
        return
    sys.modules[_GRAMMAR] = _Later(_GRAMMAR)
    try:
        import jsonschema  # noqa: F401  # loaded here, used elsewhere
    finally:
        del sys.modules[_GRAMMAR]


def _is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec(_GRAMMAR) is not None


class _Later(ModuleType):
    """Stands for the grammar, and loads it when it is first asked."""

    def is_valid_syntax(self, term: str, value: str) -> bool:
        """Say whether a text is what a term of the grammar means."""
        from importlib import import_module

        return bool(import_module(_GRAMMAR).is_valid_syntax(term, value))
