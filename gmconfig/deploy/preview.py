"""A plan for a pull request: one commit's renderings against another's, with nothing live looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gmconfig.config.diff import ABSENT, diff
from gmconfig.deploy.plan import Plan, Planned
from gmconfig.deploy.planning import declared_at
from gmconfig.drift.difference import Difference, placed, rules_of
from gmconfig.drift.made import Wanted
from gmconfig.drift.secrets import Veil
from gmconfig.drift.standing import Standing
from gmconfig.drift.survey import Survey
from gmconfig.errors import GmconfigError, NotFound
from gmconfig.target.declared import Target, select

if TYPE_CHECKING:
    from gmconfig.target.rendering import Rendering
    from gmconfig.target.rendering.rendering import Part


def preview(survey: Survey, environment: str, words: Sequence[str], base: str, head: str) -> Plan:
    """Compare what targets should have at `base` with what they should have at `head`; both are full ids.

    A target that only one of them declares comes or goes as a whole.
    """
    after = declared_at(survey, environment, head)
    try:
        before = declared_at(survey, environment, base)
    except NotFound:
        before = {}
    chosen = select({**before, **after}, words, environment)
    found = tuple(
        _planned(survey, before.get(one.name), after.get(one.name), Wanted(base, base), Wanted(head, head))
        for one in chosen
    )
    return Plan(environment, head, found)


def _planned(survey: Survey, old: Target | None, new: Target | None, base: Wanted, head: Wanted) -> Planned:
    target = new or old
    assert target is not None  # noqa: S101  # it was declared by one of the two
    try:
        wanted = survey.rendering(new, head) if new else None
        was = _earlier(survey, old, base) if old else None
    except GmconfigError as error:
        return Planned(Standing(target, error=error), head)
    return Planned(Standing(target, rendering=wanted, changes=changes_between(was, wanted)), head)


def _earlier(survey: Survey, target: Target, base: Wanted) -> Rendering | None:
    """Give the earlier rendering; what could not be made then is as if it had not been there."""
    try:
        return survey.rendering(target, base)
    except GmconfigError:
        return None


def changes_between(was: Rendering | None, wanted: Rendering | None) -> tuple[Difference, ...]:
    """Give where two renderings differ; a secret that was sealed anew is another one."""
    documents = {**(was.parts if was else {}), **(wanted.parts if wanted else {})}
    return tuple(
        found for document, part in documents.items() for found in _between(was, wanted, part, document)
    )


def _between(
    was: Rendering | None, wanted: Rendering | None, part: Part, document: str
) -> Iterator[Difference]:
    before, after = _tree(was, document), _tree(wanted, document)
    for change in diff(before, after, rules_of(part)):
        yield placed(part, change, before, after)


def _tree(rendering: Rendering | None, document: str) -> object:
    """Give a document with its tokens as secrets: another token is another secret."""
    part = rendering.parts.get(document) if rendering else None
    return Veil(rendering, part, None).over_wanted(part.tree) if rendering and part else ABSENT
