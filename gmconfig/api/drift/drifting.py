"""Drift as a user asks about it: found, explained, put back, adopted, acknowledged."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from gmconfig.api.deploy.deploying import Deployer
from gmconfig.deploy import planning
from gmconfig.deploy.correction import Correction
from gmconfig.deploy.options import Options
from gmconfig.drift.detection import DriftDetection, identify
from gmconfig.drift.watching import Watch
from gmconfig.errors import NotFound, Refused, UsageError
from gmconfig.path import KeyPath

if TYPE_CHECKING:
    from gmconfig.api.journaling import Journals
    from gmconfig.deploy.apply import Applied
    from gmconfig.deploy.plan import Plan
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.standing import Standing


@dataclass(frozen=True, slots=True)
class Detected:
    """What a look at targets found.

    Attributes:
        standings: each target that was looked at.
        detections: what has drifted now, acknowledged or not.
        today: the day that acknowledgements are judged by.
    """

    standings: tuple[Standing, ...]
    detections: tuple[DriftDetection, ...]
    today: date

    @property
    def counting(self) -> list[DriftDetection]:
        """What has drifted and nobody has acknowledged."""
        return [one for one in self.detections if one.counts(self.today)]

    @property
    def unknown(self) -> list[Standing]:
        """The targets that could not be looked at."""
        return [one for one in self.standings if one.error is not None]

    @property
    def ok(self) -> bool:
        """Whether nothing has drifted."""
        return not self.counting and not self.unknown


class Drifter:
    """Looks for drift through a deployer's targets, and notes what it finds in the journal."""

    def __init__(self, deployer: Deployer) -> None:
        self.deployer = deployer
        self.watch = Watch(deployer.project)

    def detect(self, words: Sequence[str] = (), environment: str | None = None) -> Detected:
        """Look at targets and note what has drifted since, and what is gone; takes no lock.

        Raises:
            NotFound: a word means no target.
        """
        standings = tuple(self._standings(words, environment))
        now = datetime.now(UTC).date()
        return Detected(standings, tuple(self.watch.seen(standings)), now)

    def known(self, *, resolved: bool | None = None) -> list[DriftDetection]:
        """Give the drifts that the journal tells of, the newest first; None gives those that are gone too.

        Drift of a target that is not declared any more is neither there nor gone: nobody looks there.
        """
        found = sorted(self.watch.known().values(), key=lambda one: one.detected_at, reverse=True)
        if resolved is None:
            return found
        declared = self.deployer.declared() if any(not one.resolved for one in found) else {}
        return [one for one in found if one.resolved is resolved and (resolved or one.target in declared)]

    def looked_at(self, target: str) -> Standing:
        """Look at one target.

        Raises:
            NotFound: there is no such target.
        """
        if target not in self.deployer.declared():
            self._standings([target], None)
            raise UsageError(f'"{target}" is not one target', hint="name one: gmconfig deploy status")
        [standing] = self._standings([target], None)
        if standing.error is not None:
            raise standing.error
        return standing

    def drifted_at(
        self, target: str, document: str | None, path: str
    ) -> tuple[Standing, str, tuple[Difference, ...]]:
        """Give the document, and where it has drifted at a path or below it.

        Raises:
            NotFound: there is no such target, or nothing has drifted there.
        """
        standing, wanted = self.looked_at(target), KeyPath.parse(path)
        known = document or self.document_of(standing, wanted)
        inside = [one for one in standing.drift if one.document == known]
        found = [one for one in inside if one.is_at(wanted)] or [
            one for one in inside if one.is_below(wanted)
        ]
        if not found:
            above = next((one.path for one in inside if one.is_above(wanted)), None)
            said = f": {above} is told of as a whole" if above else ""
            hint = (
                shlex.join(["drift", "explain", target, known, above]) if above else f"drift detect {target}"
            )
            raise NotFound(f'"{path}" has not drifted on {target}{said}', hint=f"gmconfig {hint}")
        return standing, known, tuple(found)

    def correct(self, words: Sequence[str], correction: Correction, options: Options) -> list[Applied]:
        """Put drift back as the last deployment had it."""
        return list(self.corrections(words, correction, options))

    def corrections(
        self, words: Sequence[str], correction: Correction, options: Options
    ) -> Iterator[Applied]:
        """Do that environment by environment, and yield each correction when it is made."""
        asked = planning.Asked(corrects=correction)
        return self.deployer.apply(words, asked, replace(options, action="correct"))

    def plan_correction(self, words: Sequence[str], correction: Correction) -> list[Plan]:
        """Plan what `correct` would do; nothing is changed by it."""
        return self.deployer.plan(words, planning.Asked(corrects=correction))

    def within(self, words: Sequence[str], environment: str | None) -> Sequence[str]:
        """Give words for the targets that others mean within one environment.

        Raises:
            NotFound: they mean none there.
        """
        if environment is None:
            return words
        self.deployer.project.environment(environment)
        if not words:
            return [environment]
        found = self.deployer.split(words).get(environment)
        if found is None:
            raise _nothing_there(words, environment)
        return found or [environment]

    def acknowledge(
        self, target: str, document: str | None, path: str, reason: str, until: str | None = None
    ) -> DriftDetection:
        """Note that a drift is known; it does not count until that day, or until it changes.

        Raises:
            NotFound: nothing has drifted there.
            UsageError: no reason was given, or the day is not a day.
        """
        if not reason:
            raise UsageError(
                "an acknowledgement needs a reason", hint='--reason "scaled by hand for the sale"'
            )
        day = _day(until)
        standing, _, found = self.drifted_at(target, document, path)
        self.watch.seen([standing])
        if len(found) > 1:
            raise UsageError(
                f'"{path}" is not one drift', hint=f"name one: {', '.join(one.path for one in found)}"
            )
        name = identify(target, found[0])
        self.watch.acknowledge([name], self.deployer.user, reason, day)
        return self.watch.known()[name]

    @property
    def is_shared(self) -> bool:
        """Whether others have a journal of their own, at a remote that may be asked."""
        return not self.deployer.offline and self._journals.is_shared

    def share(self) -> None:
        """Let others know what the journal tells.

        Raises:
            GitTrouble: there is no remote, or it cannot be reached.
        """
        self._journals.sync()

    @property
    def _journals(self) -> Journals:
        from gmconfig.api.journaling import Journals

        return Journals(self.deployer.workspace)

    def _standings(self, words: Sequence[str], environment: str | None) -> list[Standing]:
        deployer = self.deployer
        if environment is not None:
            deployer.project.environment(environment)
        wanted = [*words] if words else [environment] if environment else []
        found: list[Standing] = []
        for name, names in deployer.split(wanted).items():
            if environment not in (None, name):
                continue
            ledger = deployer.ledger(name)
            ledger.refresh()
            with deployer.survey() as survey:
                asked = planning.Asked(words=names)
                found.extend(planning.standings(ledger, survey, asked, deployer.seen))
        if not found:
            raise _nothing_there(words, str(environment))
        return found

    def document_of(self, standing: Standing, path: KeyPath) -> str:
        """Give the document that a path of a target is in: the one where it drifted, else the usual one.

        Raises:
            UsageError: it may be in several.
        """
        documents, usual = standing.target.documents, self.deployer.project.default_document
        drifted = {one.document for one in standing.drift if one.is_at(path) or one.is_below(path)}
        if len(drifted) == 1:
            return drifted.pop()
        if len(documents) == 1 or (usual in documents and not drifted):
            return usual if usual in documents else documents[0]
        raise UsageError(
            f"which document of {standing.target.name}? {', '.join(documents)}",
            hint=shlex.join(["gmconfig", "drift", "explain", standing.target.name, documents[0], str(path)]),
        )


def _nothing_there(words: Sequence[str], environment: str) -> NotFound:
    return NotFound(f"{', '.join(words)} has no target in {environment}", hint="gmconfig deploy status")


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is not a day', hint="--until 2027-01-31") from None
    if day < datetime.now(UTC).date():
        raise Refused(f"{text} is over", hint="choose a day to come")
    return day.isoformat()
