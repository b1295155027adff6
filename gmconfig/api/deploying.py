"""Deployments as a user asks for them: words mean targets and environments, each environment is one deployment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from gmconfig.api.deployment_status import EnvironmentStatus
from gmconfig.api.whose import whose
from gmconfig.deploy import planning
from gmconfig.deploy.options import Options
from gmconfig.drift.survey import Survey
from gmconfig.errors import NotFound, UnknownVersion, UsageError
from gmconfig.record.chain import timestamp
from gmconfig.record.entry import State
from gmconfig.record.freeze import Freeze
from gmconfig.record.ledger import Ledger
from gmconfig.target.declared import Target, select, targets
from gmconfig.target.kind import Access

if TYPE_CHECKING:
    from datetime import datetime

    from gmconfig.api.workspace import Workspace
    from gmconfig.deploy.apply import Applied
    from gmconfig.deploy.plan import Plan
    from gmconfig.drift.standing import Standing
    from gmconfig.record.entry import Record
    from gmconfig.record.hold import Hold

Seen = Callable[["Standing"], None]


def _nobody(_: Standing) -> None:
    """Tell nobody."""


class Deployer:
    """Plans and carries out deployments for one workspace.

    Args:
        workspace: the project, and whose keys open its secrets.
        user: for the records; else git's identity, or who started the run of a forge, or the login.
        offline: leave the remote alone.
        take_over: what gmconfig did not put on a target may be replaced.
        seen: is told of each target that was looked at.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        user: str | None = None,
        offline: bool = False,
        take_over: bool = False,
        seen: Seen = _nobody,
    ) -> None:
        self.workspace = workspace
        self.project = workspace.project
        self.offline = offline
        self.take_over = take_over
        self.seen = seen
        self.user = whose(self.project.repository, user, os.environ)

    # What would be done, and doing it

    def plan(self, words: Sequence[str] = (), asked: planning.Asked | None = None) -> list[Plan]:
        """Plan each environment that the words mean; none mean all."""
        found = []
        for environment, names in self.split(words, asked.at if asked else None).items():
            ledger = self.ledger(environment)
            ledger.refresh()
            with self.survey() as survey:
                request = replace(asked or planning.Asked(), words=names)
                found.append(planning.make_plan(ledger, survey, request, self.seen))
        return found

    def preview(self, words: Sequence[str], base: str, asked: planning.Asked) -> list[Plan]:
        """Compare what targets should have with what they should have had at another commit; no target is asked.

        Environments in which nothing differs are left out.
        """
        from gmconfig.deploy import preview

        repository = self.project.repository
        old, new = self._deepened(base), repository.resolve(asked.at or "HEAD")
        with self.survey() as survey:
            found = [
                preview.preview(survey, environment, names, old, new)
                for environment, names in self.split(words, new).items()
            ]
        return [plan for plan in found if plan.changing or plan.troubled]

    def _deepened(self, revision: str) -> str:
        """Give a revision's commit; a shallow clone gets it from its remote."""
        repository = self.project.repository
        try:
            return repository.resolve(revision)
        except UnknownVersion:
            remote = self.project.settings.remote
            name = revision.removeprefix(f"{remote}/")
            if repository.setting(f"remote.{remote}.url") is None or name.startswith(("-", "+")):
                raise
            done = repository.attempt("fetch", "--quiet", "--depth=1", "--no-tags", "--", remote, name)
            if done.returncode:
                raise
            return repository.resolve("FETCH_HEAD")

    def apply(
        self,
        words: Sequence[str] = (),
        asked: planning.Asked | None = None,
        options: Options | None = None,
        bound: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Iterator[Applied]:
        """Deploy into each environment that the words mean, one after the other.

        `bound` is what a saved plan was bound to, by environment.

        Raises:
            UsageError: no word says which environment, and there are several.
        """
        from gmconfig.deploy import apply as applying

        chosen = self.split(words, asked.at if asked else None)
        if not words and len(chosen) > 1:
            raise UsageError(
                f"which environment? {', '.join(chosen)}", hint="gmconfig deploy apply production"
            )
        for environment, names in chosen.items():
            request = replace(asked or planning.Asked(), words=names)
            bounds = None if bound is None else bound.get(environment, {})
            with self.survey() as survey:
                done = applying.apply(
                    self.ledger(environment),
                    survey,
                    request,
                    self.options(options),
                    bound=bounds,
                    seen=self.seen,
                )
            self._tell(done.record)
            yield done

    def rollback(
        self,
        word: str,
        options: Options,
        *,
        to: str | None = None,
        old_secrets: bool = False,
        retry: bool = False,
    ) -> Applied:
        """Bring an environment, or one of its targets, back to an earlier deployment and hold it there."""
        from gmconfig.deploy import rollback

        [(environment, names)] = self._one(word).items()
        ledger = self.ledger(environment)
        ledger.refresh()
        goal = rollback.goal(list(ledger.chain.records()), to)
        hold = rollback.hold_at(goal, self.options(options), names, old_secrets=old_secrets)
        with self.survey() as survey:
            done = rollback.rollback(ledger, survey, hold, self.options(options), retry=retry, seen=self.seen)
        self._tell(done.record)
        return done

    def resume(self, word: str, options: Options | None = None) -> Record:
        """Go on with a deployment that was cut short; the word is its id or its environment."""
        from gmconfig.deploy import unfinished

        ledger, name = self.record_of(word)
        with self.survey() as survey:
            record = unfinished.resume(ledger, survey, self.options(options), name)
        self._tell(record)
        return record

    def abort(self, word: str, options: Options | None = None) -> Record:
        """Put back what a deployment that was cut short had changed."""
        from gmconfig.deploy import unfinished

        ledger, name = self.record_of(word)
        with self.survey() as survey:
            record = unfinished.abort(ledger, survey, self.options(options), name)
        self._tell(record)
        return record

    # What was done

    def history(self, word: str | None = None) -> Iterator[Record]:
        """Yield the records of an environment (of each with targets, if none is named), the newest first."""
        for environment in [word] if word else self.split(()):
            self.project.environment(environment)
            ledger = self.ledger(environment)
            ledger.refresh()
            yield from ledger.chain.records()

    def show(self, name: str) -> tuple[Record, Mapping[str, object]]:
        """Give a record, and the plan that it carried out."""
        from gmconfig.deploy.recorded import whole

        ledger, found = self.record_of(name)
        ledger.refresh()
        record = ledger.chain.find(found) if found else ledger.chain.latest()
        if record is None:
            raise NotFound(f"nothing was deployed into {name} yet", hint=f"gmconfig deploy apply {name}")
        return record, whole(ledger.chain.plan_of(record))

    def status(self, word: str | None = None) -> list[EnvironmentStatus]:
        """Say how the environment that a word means stands; without one each that has targets."""
        if word is None:
            return [self._status(environment) for environment in self.split(())]
        ledger, name = self.record_of(word)
        found = self._status(ledger.environment)
        return [replace(found, record=ledger.chain.find(name)) if name else found]

    def _status(self, environment: str) -> EnvironmentStatus:
        from datetime import UTC, datetime

        from gmconfig.record.status import read_all

        ledger = self.ledger(environment)
        ledger.refresh()
        with self.survey() as survey:
            found = planning.make_plan(ledger, survey, planning.Asked(), self.seen)
        holder = ledger.lock.holder()
        return EnvironmentStatus(
            environment,
            ledger.chain.latest(),
            {one.name: one.state for one in found.targets},
            f"being deployed by {holder}" if holder and holder.is_active(datetime.now(UTC)) else None,
            str(found.freeze) if found.freeze else None,
            tuple(str(hold) for hold in ledger.holds.all()),
            tuple(read_all(self.project, environment)),
        )

    # Who may

    def hold(self, word: str, reason: str = "", at: str | None = None) -> Hold:
        """Keep targets at what they have: the newest deployment that succeeded, or the one named."""
        from gmconfig.deploy import rollback

        [(environment, names)] = self._one(word).items()
        ledger = self.ledger(environment)
        ledger.refresh()
        records = list(ledger.chain.records())
        goal = rollback.goal(records, at) if at else _last_good(records, environment)
        hold = rollback.hold_at(goal, self.options(Options(reason=reason)), names)
        ledger.change(ledger.holds.ref, lambda: ledger.holds.add(hold))
        return hold

    def unhold(self, word: str) -> tuple[Hold, ...]:
        """Let targets follow the branch again; nothing is deployed by it."""
        [(environment, names)] = self._one(word).items()
        ledger = self.ledger(environment)
        ledger.refresh()
        lifted: list[Hold] = []
        ledger.change(ledger.holds.ref, lambda: lifted.extend(ledger.holds.lift(names)))
        return tuple(lifted)

    def freeze(self, environment: str, reason: str, until: datetime | None = None) -> Freeze:
        """Let nothing be deployed into an environment.

        Raises:
            UsageError: its end is past.
        """
        self.project.environment(environment)
        if until is not None and until.isoformat() <= timestamp():
            raise UsageError(f"{until:%Y-%m-%d %H:%M} UTC is over", hint="choose a time to come")
        ledger = self.ledger(environment)
        ledger.refresh()
        freeze = Freeze(environment, reason, self.user, timestamp(), until)
        ledger.change(ledger.freezes.ref, lambda: ledger.freezes.begin(freeze))
        return freeze

    def unfreeze(self, environment: str) -> None:
        """Take a freeze away."""
        self.project.environment(environment)
        ledger = self.ledger(environment)
        ledger.refresh()
        ledger.change(ledger.freezes.ref, ledger.freezes.end)

    # What all of these need

    def ledger(self, environment: str) -> Ledger:
        """Give an environment's records."""
        return Ledger(self.project, environment, user=self.user, offline=self.offline)

    @contextmanager
    def survey(self) -> Iterator[Survey]:
        """Look at targets, with this process's keys and environment."""
        access = Access(self.project.root, os.environ, take_over=self.take_over)
        survey = Survey(self.project, access, self.workspace.sources)
        try:
            yield survey
        finally:
            survey.close()

    def options(self, options: Options | None) -> Options:
        """Give options with the user filled in."""
        return replace(options or Options(), user=self.user)

    def declared(self, at: str | None = None) -> dict[str, Target]:
        """Give the targets as a commit declares them."""
        return targets(self.project.at(self.project.snapshot(at or "HEAD")))

    def split(self, words: Sequence[str], at: str | None = None) -> dict[str, tuple[str, ...]]:
        """Give the targets' names that words mean, by environment; none of them means all of it.

        Raises:
            NotFound: a word means nothing, or nothing is declared.
        """
        declared = self.declared(at)
        if not declared:
            raise NotFound(
                "no targets are declared", hint="declare them under targets: in gmconfig.yaml, and commit"
            )
        self._check_has_targets(declared, words)
        chosen = select(declared, words)
        whole = (
            {word for word in words if word in self.project.environments}
            if words
            else set(self.project.environments)
        )
        found: dict[str, tuple[str, ...]] = {}
        for one in chosen:
            names = found.get(one.environment, ())
            found[one.environment] = () if one.environment in whole else (*names, one.name)
        return found

    def _check_has_targets(self, declared: Mapping[str, Target], words: Sequence[str]) -> None:
        """Tell an environment that nothing goes to from a word that means nothing."""
        for word in words:
            if word in self.project.environments and not any(
                one.answers_to(word) for one in declared.values()
            ):
                raise NotFound(
                    f"{word} has no targets", hint="declare them under targets: in gmconfig.yaml, and commit"
                )

    def record_of(self, word: str) -> tuple[Ledger, str | None]:
        """Give the ledger that a deployment's id or an environment means, and the id if it is one."""
        environment, _, number = word.rpartition("-")
        if number.isdigit() and environment in self.project.environments:
            return self.ledger(environment), word
        self.project.environment(word)
        return self.ledger(word), None

    def _one(self, word: str) -> dict[str, tuple[str, ...]]:
        found = self.split([word])
        if len(found) != 1:
            raise UsageError(f'"{word}" means targets of several environments', hint="name one environment")
        return found

    def _tell(self, record: Record | None) -> None:
        if record is None:
            return
        from gmconfig.api.rotating import journal_event

        event = {
            "kind": "deployment",
            "id": record.id,
            "environment": record.environment,
            "action": record.action,
            "state": str(record.state),
            "commit": record.commit,
            "by": record.user,
        }
        journal_event(self.workspace, {**event, **({"error": record.error} if record.error else {})})


def _last_good(records: Sequence[Record], environment: str) -> Record:
    good = (State.SUCCEEDED, State.PARTIAL)
    found = next((record for record in records if record.state in good), None)
    if found is None:
        raise NotFound(f"nothing was deployed into {environment} yet, so there is nothing to hold it at")
    return found
