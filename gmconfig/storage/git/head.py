"""What HEAD points to, read from its file: commands ask for it many times, and each git process costs 3 ms.

Only what git itself would write in the ordinary way is read; None leaves everything else to git.
"""

from __future__ import annotations

import os

_BRANCHES = "ref: refs/heads/"
_HEX = frozenset("0123456789abcdef")
_LENGTHS = (40, 64)


def head_ref(git_dir: str) -> str | None:
    """Give the branch that HEAD points to, as `refs/heads/main`."""
    text = _line(os.path.join(git_dir, "HEAD"))
    if text is None or not text.startswith(_BRANCHES):
        return None
    ref = text.removeprefix("ref: ")
    return ref if _is_ordinary(ref) else None


def loose_ref(common_dir: str, ref: str) -> str | None:
    """Give the commit that a branch with a file of its own points to."""
    text = _line(os.path.join(common_dir, ref))
    return text if text and len(text) in _LENGTHS and _HEX.issuperset(text) else None


def is_absent(common_dir: str, ref: str) -> bool:
    """Whether there is surely no such ref: it has no file, and is not among the packed ones.

    A ref that is being packed has its file until it is in the list; so the file is looked for first.
    """
    if not _is_ordinary(ref) or os.path.lexists(os.path.join(common_dir, ref)):
        return False
    if head_ref(common_dir) is None and loose_ref(common_dir, "HEAD") is None:  # reftables: git knows
        return False
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            return b" " + ref.encode() + b"\n" not in file.read()
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _is_ordinary(ref: str) -> bool:
    """Whether a name is one that every version of git takes as it is; reftables have `.invalid` here."""
    return ref.isascii() and ref.isprintable() and not any(sign in ref for sign in ("..", "/.", " ", "\\"))


def _line(path: str) -> str | None:
    """Give a file's only line, complete with its end."""
    try:
        with open(path, encoding="ascii", newline="") as file:
            text = file.read(1_000)
    except (OSError, ValueError):
        return None
    return text[:-1] if text.endswith("\n") and text.count("\n") == 1 else None
