"""How explanations and differences look: as aligned lines, and as JSON records."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gmconfig.cli import terminal, values
from gmconfig.config.diff import ABSENT
from gmconfig.path import format_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.api import DocumentDifference, Explanation
    from gmconfig.api.config.live_values import LiveValue
    from gmconfig.config.diff import Change

_SHOWN = 5  # so many targets that stand alike are named
_FEW = 10  # so many documents are told of one by one, whether they differ or not
_WIDEST = 48  # the column of paths is no wider
_ABOUT = {
    "changed": "different secrets",
    "re-sealed": "sealed again, same secret",
    "unknown": "sealed, no key to compare",
}


def explanation(found: Explanation, live: Sequence[LiveValue] = ()) -> list[terminal.Line]:
    """Lay out an explanation: the value, every layer that has a say, strongest first, and what is live."""
    rows: list[terminal.Line] = [
        *terminal.row(
            [f"{found.path or found.document} = "],
            f"{values.inline(found.value)}        ",
            (found.environment or "base", "dim"),
        ),
        "",
    ]
    places = [str(say.place) if say.place else say.source for say in found.says]
    width = max(map(terminal.cells, places), default=0)
    told = [values.inline(say.value) for say in found.says]
    told_width = max(map(terminal.cells, told), default=0)
    for say, place, text in zip(found.says, places, told, strict=True):
        wins = ("   ← wins", "green") if say.wins else ""
        rows.extend(
            terminal.row([f"  {terminal.padded(place, width)}   "], terminal.padded(text, told_width), wins)
        )
        rows.extend(_who(say))
    if live or found.checks:
        rows.append("")
    if live:
        rows.extend(_listed("  live   ", _alike(live)))
    if found.checks:
        rows.extend(_listed("  checks ", found.checks))
    return [terminal.plain(row).rstrip() if isinstance(row, str) else row for row in rows]


def _listed(name: str, told: Sequence[str]) -> list[terminal.Line]:
    return terminal.row([name], *(one if one is told[0] else f" · {one}" for one in told))


def _alike(live: Sequence[LiveValue]) -> list[str]:
    """Tell what is live, once for all targets that stand alike; those that nothing is known of come last."""
    together: dict[str, list[str]] = {}
    for one in sorted(live, key=lambda one: bool(one.unknown)):
        together.setdefault(_live(one), []).append(one.target)
    return [f"{_few(names)}: {said}" for said, names in together.items()]


def _live(one: LiveValue) -> str:
    if one.unknown:
        return one.unknown
    value = "(none)" if one.value is ABSENT else values.inline(one.value)
    since = f" since {one.record} ({one.since[:10]})" if one.record and not one.drifted else ""
    return f"{value}{since}{'  drifted' if one.drifted else ''}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def live_record(one: LiveValue) -> dict[str, Any]:
    """Give what is live on a target as JSON has it; without a value where there is none, or none is known."""
    return {
        "target": one.target,
        **({} if one.value is ABSENT else {"value": one.value}),
        "deployment": one.record or None,
        "since": one.since or None,
        "drifted": one.drifted,
        "unknown": one.unknown or None,
    }


def explanation_record(found: Explanation, live: Sequence[LiveValue] = ()) -> dict[str, Any]:
    """Give an explanation as JSON has it."""
    return {
        "document": found.document,
        "environment": found.environment,
        "path": found.path,
        "value": found.value,
        "layers": [_say_record(say) for say in found.says],
        "live": [live_record(one) for one in live],
        "checks": list(found.checks),
    }


def differences(found: Sequence[DocumentDifference], *, named: bool) -> Iterator[terminal.Line]:
    """Lay out how documents differ; of many that were not named, those that do not are only counted."""
    alike = sum(not one.changes for one in found)
    are_told = named or len(found) <= _FEW
    for one in found:
        if one.changes or are_told:
            yield from difference(one)
    if not are_told and alike:
        other = "" if alike == len(found) else "other "
        yield f"no difference in {alike:,} {other}document{'' if alike == 1 else 's'}"


def difference(found: DocumentDifference) -> list[terminal.Line]:
    """Lay out how one document differs."""
    where = f" #{found.yaml_document}" if found.yaml_document else ""
    where += f" in {found.environment}" if found.environment else ""
    if not found.changes:
        return [found.document + where, "    no difference"]
    return [found.document + where, *changes(found.changes)]


def changes(found: Sequence[Change]) -> list[terminal.Line]:
    """Lay out changes, aligned by path; what follows a path that is very long stands below it."""
    sizes = [terminal.cells(format_keys(change.path)) for change in found]
    width = max((size for size in sizes if size <= _WIDEST), default=0)
    room = terminal.width() if sys.stdout.isatty() else None
    return [line for change in found for line in _change(change, width, room)]


def difference_record(found: DocumentDifference) -> dict[str, Any]:
    """Give a document's differences as JSON has them."""
    changes = [change_record(change) for change in found.changes]
    for change in changes if found.yaml_document else ():
        change["path"] = f"#{found.yaml_document}:{change['path']}"
    return {"document": found.document, "environment": found.environment, "changes": changes}


def change_record(change: Change) -> dict[str, Any]:
    """Give one change as JSON has it; a secret's two sides are masked, and `secret` says how they differ."""
    return {
        "path": format_keys(change.path),
        "kind": change.kind,
        "before": None if change.kind == "+" else change.before,
        "after": None if change.kind == "-" else change.after,
        "secret": change.secret,
    }


def _change(change: Change, width: int, room: int | None) -> Iterator[terminal.Line]:
    mark, path = (change.kind, values.MARKS[change.kind]), format_keys(change.path)
    sides = _sides(change)
    said = "".join(sides)
    if terminal.cells(path) <= width and (room is None or terminal.cells(said) + width + 7 <= room):
        yield ["  ", mark, f" {terminal.padded(path, width)}   {said}"]
        return
    yield ["  ", mark, f" {path}"]
    yield from terminal.row([f"        {sides[0]}"], *sides[1:])


def _sides(change: Change) -> list[str]:
    """Give what is told of a change, in pieces between which a line may end."""
    if change.kind == "+":
        return [values.inline(change.after)]
    if change.kind == "-":
        return [values.inline(change.before)]
    before, after = values.sides(change.before, change.after)
    return [before, f" → {after}", f"   ({_ABOUT[change.secret]})" if change.secret else ""]


def _who(say: Any) -> list[terminal.Line]:
    if say.revision is None:
        return [[(f"      {say.reason}", "dim")]] if say.reason else []
    commit = say.revision
    made = f"      {commit.commit[:7]}  {commit.date:%Y-%m-%d}  {commit.author}"
    return terminal.row([(made, "dim")], (f"   {say.reason}", "dim"))


def _say_record(say: Any) -> dict[str, Any]:
    commit = say.revision
    return {
        "layer": say.source,
        "file": say.place.file if say.place else None,
        "line": say.place.line if say.place else None,
        "column": say.place.column if say.place else None,
        "value": values.unsealed(say.value),
        "wins": say.wins,
        "commit": commit.commit if commit else None,
        "author": commit.author if commit else None,
        "date": commit.date.isoformat() if commit else None,
        "reason": say.reason or None,
    }
