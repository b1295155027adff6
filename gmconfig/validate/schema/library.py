"""Loads the two engines without what they take along and no check of ours asks.

`jsonschema` takes a grammar of IRIs where one is installed, which costs a second (`formats` has its own), and
`jsonschema_rs` the library of mails to read the day on which it was built, 10 ms: as long as Python's own start.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_GRAMMAR = "rfc3987_syntax"
_MAILS = "email.utils"


def load_jsonschema() -> None:
    """Import `jsonschema`; the grammar waits until some other user of the library asks it."""
    if "jsonschema" in sys.modules or _GRAMMAR in sys.modules or not _is_installed():
        return
    sys.modules[_GRAMMAR] = _Later(_GRAMMAR)
    try:
        import jsonschema  # noqa: F401  # loaded here, used elsewhere
    finally:
        del sys.modules[_GRAMMAR]


def load_engine() -> None:
    """Import `jsonschema_rs` without the library of mails.

    With other threads about it is loaded as it is: one of them might ask for mails in this moment.
    """
    if not {"jsonschema_rs", _MAILS, "threading"}.isdisjoint(sys.modules):
        return
    mails = sys.modules[_MAILS] = _LaterMails(_MAILS)
    try:
        import jsonschema_rs  # noqa: F401  # loaded here, used elsewhere
    finally:
        mails.step_aside()


def _is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec(_GRAMMAR) is not None


class _Later(ModuleType):
    """Stands for the grammar, and loads it when it is first asked."""

    def is_valid_syntax(self, term: str, value: str) -> bool:
        """Say whether a text is what a term of the grammar means."""
        from importlib import import_module

        return bool(import_module(_GRAMMAR).is_valid_syntax(term, value))


class _LaterMails(ModuleType):
    """Stands for the library of mails while the engine is loaded, and loads it when it is asked for more."""

    def parsedate_to_datetime(self, date: str) -> str:
        """Leave the day of the engine's build, which it asks this for, as it is written."""
        return date

    def __getattr__(self, name: str) -> Any:
        from importlib import import_module

        self.step_aside()
        return getattr(import_module(_MAILS), name)

    def step_aside(self) -> None:
        """Leave the name to the library itself."""
        if sys.modules.get(_MAILS) is self:
            del sys.modules[_MAILS]
