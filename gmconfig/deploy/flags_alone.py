"""A kill switch goes alone: what is live on each target stays, and the flags of a commit come to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gmconfig.drift.survey import Survey, Wanted
from gmconfig.errors import GmconfigError
from gmconfig.record.status import read_all
from gmconfig.target.formats import FLAGS

if TYPE_CHECKING:
    from gmconfig.record.hold import Hold
    from gmconfig.record.ledger import Ledger
    from gmconfig.target.declared import Target

Chosen = tuple["Target", Wanted, "Hold | None"]


def with_flags(ledger: Ledger, survey: Survey, chosen: Sequence[Chosen], commit: str) -> Iterator[Chosen]:
    """Yield the targets that take the flags and have something of ours, with what is live and a commit's flags.

    A target that cannot be looked at is among them, so that it is told of.
    """
    said = read_all(ledger.project, ledger.environment)
    words = {name: word for status in said for name, word in status.targets.items()}
    for target, wanted, hold in chosen:
        if FLAGS not in target.documents:
            continue
        try:
            live = (
                (words[target.name].commit, words[target.name].wanted)
                if target.agent
                else _live(survey, target)
            )
        except (GmconfigError, KeyError):
            yield target, wanted, hold
            continue
        if live is not None and live[0]:
            yield target, _kept(survey, target, *live, commit), hold


def _live(survey: Survey, target: Target) -> tuple[str, str] | None:
    marker = survey.kind(target).read().marker
    return (marker.commit, marker.wanted) if marker else None


def _kept(survey: Survey, target: Target, base: str, digest: str, commit: str) -> Wanted:
    """Give what is live but for its flags: with the secrets that it was made of, as far as that can be told."""
    for wanted in (Wanted(base, commit), Wanted(base, base)):
        try:
            if survey.rendering(target, wanted).wanted == digest:
                return wanted._replace(flags=commit)
        except GmconfigError:
            continue
    return Wanted(base, commit, commit)
