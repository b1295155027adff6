"""Setting a one-line value of an everyday file: found, replaced and proved without nodes of the whole file.

What is not that plain is left to the planner, which gives the same bytes for what is.
"""

from __future__ import annotations

from gmconfig.storage.yaml.reader import is_everyday

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.storage.yaml.operations import Edit
    from gmconfig.storage.yaml.spot import Spot

_SCALARS = (str, int, float, bool, type(None))


def set_in_line(raw: bytes, wanted: Edit) -> bytes | None:
    """Give the file's bytes after a value was set; None if somebody who knows more of YAML has to do it."""
    from gmconfig.storage.yaml.operations import Set

    if not isinstance(wanted, Set) or type(wanted.value) not in _SCALARS or wanted.path.document > 1:
        return None
    if not is_everyday(raw):
        return None
    from gmconfig.storage.yaml.spot import spot

    lines = raw.decode("ascii").split("\n")
    found = spot(lines, wanted.path.segments)
    new = _replaced(lines[found.line], found, wanted.value) if found else None
    if found is None or new is None:
        return None
    return "\n".join((*lines[: found.line], new, *lines[found.line + 1 :])).encode("ascii")


def changed_line(before: bytes, after: bytes, keys: Sequence[object]) -> tuple[Spot, Spot] | None:
    """Give where the one-line value at a path stood and stands, if nothing else of an everyday file changed."""
    from gmconfig.storage.yaml.comparison import same
    from gmconfig.storage.yaml.spot import Spot, said, spot

    if not is_everyday(before):
        return None
    lines = before.decode("ascii").split("\n")
    old = spot(lines, keys)
    changed = _other_line(before, after, lines, old.line) if old else None
    now = said(changed) if changed is not None else None
    if old is None or changed is None or now is None or same(old.value, now[4]):
        return None
    return (old, Spot(old.line, changed, now)) if _says(changed, old, now[4]) else None


def _other_line(before: bytes, after: bytes, lines: Sequence[str], number: int) -> str | None:
    """Give what stands in place of a line; None if anything else differs."""
    start = sum(map(len, lines[:number])) + number
    behind = len(before) - start - len(lines[number])
    end = len(after) - behind
    if end < start or after[:start] != before[:start] or after[end:] != before[len(before) - behind :]:
        return None
    line = after[start:end]
    return line.decode("ascii") if line.isascii() and b"\n" not in line else None


def _replaced(line: str, found: Spot, value: object) -> str | None:
    """Give the line with another value, if it is read as the same line with just that value."""
    from gmconfig.storage.yaml.comparison import same
    from gmconfig.storage.yaml.writer import is_literal, scalar

    if is_literal(value) or same(found.value, value):
        return None
    quote = found.quote if isinstance(value, str) else ""
    new = line[: found.start] + scalar(value, style=quote) + line[found.end :]
    return new if _says(new, found, value) else None


def _says(line: str, found: Spot, value: object) -> bool:
    """Whether a line in the place of the found one changes the file's data by this one value, and by no more.

    The reader goes by what each line says by itself: how far in it begins, its key, the kind of its value.
    Where all of that stays, all other lines mean what they meant.
    """
    from gmconfig.storage.yaml.comparison import same
    from gmconfig.storage.yaml.reader import load_everyday
    from gmconfig.storage.yaml.spot import said

    alone = load_everyday(f"{line.strip(' ')}\n".encode("ascii", "replace"))
    now = said(line) if line.isascii() and alone == {found.key: value} else None
    return now is not None and now[:4] == found.says and same(now[4], value)
