"""A kill switch goes alone: what is live on each target stays, and the flags of a commit come to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gmconfig.drift.made import Wanted
from gmconfig.drift.survey import Survey
from gmconfig.errors import GmconfigError
from gmconfig.record.status import read_all
from gmconfig.target.formats import FLAGS

if TYPE_CHECKING:
    from gmconfig.drift.made import Put
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
            live = words[target.name] if target.agent else survey.kind(target).read().marker
        except (GmconfigError, KeyError):
            yield target, wanted, hold
            continue
        if live is not None and live.commit:
            yield target, _kept(survey, target, live, commit), hold


def _kept(survey: Survey, target: Target, live: Put, commit: str) -> Wanted:
    """Give what is live but for its flags: with the secrets that it was made of, as far as that can be told."""
    made = survey.made_of(target, live, Wanted(commit, commit))
    return made._replace(flags=commit) if made else Wanted(live.commit, commit, commit)
