"""What documents, environments, targets and layer variables may be called."""

from __future__ import annotations

from gmconfig.errors import UsageError

RESERVED_ENVIRONMENTS = ("common", "keys", "log")
RESERVED_DOCUMENTS = ("flags",)

_FIRST = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_LATER = _FIRST | {"-", "."}

HINT = 'names are made of letters, digits, "_", "-" and ".", and begin with a letter, a digit or "_"'


def is_name(text: str) -> bool:
    """Whether a text is safe as a name: in paths, in refs, and on a command line.

    `schemas/gmconfig.schema.json` has the same rule as a pattern; this one does not load `re`.
    """
    return (
        0 < len(text) <= 100
        and text[0] in _FIRST
        and _LATER.issuperset(text)
        and ".." not in text
        and not text.endswith((".", ".local", ".lock"))
    )


def check_name(kind: str, text: str) -> str:
    """Give the name back if it is one.

    Raises:
        UsageError: it could escape from its folder, be taken for an option, or is reserved.
    """
    if not is_name(text):
        raise UsageError(f'"{text}" cannot name {kind}', hint=HINT)
    if text in reserved(kind):
        raise UsageError(f'"{text}" is reserved and cannot name {kind}', hint="choose another name")
    return text


def reserved(kind: str) -> tuple[str, ...]:
    """The names of a kind (`an environment`, `a document`) that gmconfig needs for itself."""
    return {"an environment": RESERVED_ENVIRONMENTS, "a document": RESERVED_DOCUMENTS}.get(kind, ())
