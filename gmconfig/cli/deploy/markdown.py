"""A plan as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gmconfig.cli import terminal
from gmconfig.cli.deploy import alike, shown
from gmconfig.spoken import in_markdown

if TYPE_CHECKING:
    from gmconfig.deploy.plan import Plan, Planned

_MOST_LINES = 200  # a comment has a limit, and nobody reads further


def plans(found: Sequence[Plan]) -> str:
    """Give plans as one comment: a heading an environment, a table of its targets, the changes as a diff."""
    changing = [plan for plan in found if plan.changing or plan.troubled]
    if not changing:
        return "### gmconfig: nothing would change\n"
    return "\n".join(line for plan in changing for line in _plan(plan)) + "\n"


def _plan(plan: Plan) -> Iterator[str]:
    yield f"### {plan.environment}: {len(plan.changing):,} of {len(plan.targets):,} targets would change"
    yield ""
    for group in alike.groups(plan.changing, lambda one: "\n".join(_lines(one))):
        names = ", ".join(f"`{one.name}`" for one in group[:10])
        more = f" and {len(group) - 10:,} more" if len(group) > 10 else ""
        yield f"**{names}**{more}"
        yield ""
        yield from _changes(group[0])
        yield ""
    for one in plan.troubled:
        yield f"- ⚠ `{one.name}`: {in_markdown(str(one.standing.error or '; '.join(one.lacks)))}"
    for problem in plan.budget:
        yield f"- ⚠ beyond the budget: {in_markdown(problem)}"
    if plan.freeze:
        yield f"- ⚠ {in_markdown(str(plan.freeze))}"


def _changes(one: Planned) -> Iterator[str]:
    lines = _lines(one)
    fence = "`" * (max((_longest_run(line) for line in lines), default=0) + 3)
    yield f"{fence}diff"
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"# {len(lines) - _MOST_LINES:,} more"
    yield fence


def _lines(one: Planned) -> list[str]:
    """Give the changes as a diff's lines; a changed value has the sign that GitHub paints orange."""
    several = len(one.standing.target.documents) > 1
    rows = (terminal.plain(shown.change(one, each, several=several)) for each in one.standing.changes)
    return [
        row.strip().replace("~ ", "! ", 1) if row.strip().startswith("~") else row.strip() for row in rows
    ]


def _longest_run(line: str) -> int:
    longest = run = 0
    for char in line:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
