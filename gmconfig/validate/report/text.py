"""A report for people: one line a finding, the source below it, a summary at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gmconfig.counted import counted
from gmconfig.finding import Finding, Severity
from gmconfig.spoken import unheard
from gmconfig.validate.report.report import Report, label, listed, where

Paint = Callable[[str, str], str]

_CODES = {"error": "31;1", "warning": "38;5;136", "info": "38;5;30", "dim": "2", "good": "32"}
"""Yellow and cyan are shades that read on white as on black: those of a terminal itself often vanish on white."""
_ROOM = 120
_CONTROLS = dict.fromkeys(
    (
        *range(9),
        *range(10, 32),
        *range(127, 160),
        0x61C,
        0x200E,
        0x200F,
        *range(0x2028, 0x202F),
        *range(0x2066, 0x206A),
    ),
    "\ufffd",
)
"""What commands a terminal, or turns a line around: a file of anybody may hold it, and it keeps its one column."""


def render(report: Report, *, colour: bool = False) -> str:
    """Write a report for a terminal."""
    paint = _painted if colour else _plain
    lines = [line for finding in report.findings for line in _finding(report, finding, paint)]
    return unheard("\n".join([*lines, *([""] if lines else []), _summary(report, paint)])) + "\n"


def _finding(report: Report, finding: Finding, paint: Paint) -> Iterator[str]:
    kind = _kind(finding)
    start = f"{finding.place}: " if finding.place else ""
    waived = f" (waived {finding.waived})" if finding.waived else ""
    framed = list(_frame(report, finding, paint, kind)) if _is_framed(finding) else []
    named = "" if framed else _named(finding)
    said = f"{label(finding)}: {finding.message}{named}{waived}".translate(_CONTROLS)
    yield f"{start.translate(_CONTROLS)}{paint(_word(finding), kind)}: {said}"
    yield from framed
    if finding.hint:
        yield f"  {paint('hint', 'dim')}: {finding.hint.translate(_CONTROLS)}"


def _kind(finding: Finding) -> str:
    return "error" if finding.fails else _word(finding)


def _word(finding: Finding) -> str:
    """Give the severity as it is shown: what is waived only warns."""
    return "warning" if finding.waived and finding.severity.fails else finding.severity.value


def _is_framed(finding: Finding) -> bool:
    """Whether the source helps: where the message says it all, it would only be noise."""
    return finding.waived is None and finding.check != "reference" and finding.severity is not Severity.INFO


def _named(finding: Finding) -> str:
    """Name the value and the environments where neither a frame nor the message does."""
    said = finding.message
    if finding.check == "yaml" or (
        finding.environments and all(name in said for name in finding.environments)
    ):
        return ""
    if finding.path is not None and finding.path in said:
        return f" in {listed(finding.environments)}" if finding.environments else ""
    name = where(finding)
    return f" ({name})" if name else ""


def _frame(report: Report, finding: Finding, paint: Paint, kind: str) -> Iterator[str]:
    place = finding.place
    line = report.lines.get((place.file, place.line)) if place else None
    if place is None or line is None:
        return
    line = line.translate(_CONTROLS)
    before = report.lines.get((place.file, place.line - 1), "").translate(_CONTROLS)
    gutter = max(4, len(str(place.line)))
    if before.strip():
        yield f"{paint(f'{place.line - 1:>{gutter}} │', 'dim')} {before[:_ROOM]}"
    line, column = _window(line, place.column)
    yield f"{paint(f'{place.line:>{gutter}} │', 'dim')} {line}"
    width = max(1, sum(_columns(char) for char in line[column - 1 : column - 1 + finding.width]))
    pad = "".join("\t" if char == "\t" else " " * _columns(char) for char in line[: column - 1])
    caret = paint("━" * width, kind)
    yield f"{paint(' ' * gutter + ' │', 'dim')} {pad}{caret} {where(finding).translate(_CONTROLS)}".rstrip()


def _window(line: str, column: int) -> tuple[str, int]:
    """Cut a long line down to what surrounds the column."""
    start = max(0, column - _ROOM // 2) if len(line) > _ROOM and column > _ROOM // 2 else 0
    return line[start : start + _ROOM], column - start


def _columns(char: str) -> int:
    if char < "\u0300":  # all below take one
        return 1
    from unicodedata import category, east_asian_width

    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _summary(report: Report, paint: Paint) -> str:
    errors = sum(finding.fails for finding in report.findings)
    warnings = sum(_word(finding) == "warning" for finding in report.findings)
    notes = sum(_word(finding) == "info" for finding in report.findings)
    counts = ((errors, "error"), (warnings, "warning"), (notes, "note"))
    found = ", ".join(counted(number, noun) for number, noun in counts if number)
    verdict = paint(found, "good" if report.ok else "error") if found else paint("no findings", "good")
    remarks = [
        *([f"{counted(report.unchecked, 'value')} not checked"] if report.unchecked else []),
        *(
            [f"{counted(report.unchanged, 'file')} unchanged since the last check"]
            if report.unchanged
            else []
        ),
    ]
    remarks += report.remarks
    return f"{verdict} in {_scope(report)}" + (f" ({', '.join(remarks)})" if remarks else "")


def _scope(report: Report) -> str:
    if not report.documents:
        return counted(report.files, "file")
    parts = [
        *([counted(len(report.environments), "environment")] if report.environments else []),
        counted(len(report.documents), "document"),
    ]
    return ", ".join(parts)


def _plain(text: str, _style: str) -> str:
    return text


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style in _CODES else text
