"""What was deployed, as a user asks about it; and what words mean: targets, environments, deployments."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from heapq import merge
from typing import TYPE_CHECKING

from gmconfig.api.deploy.status import EnvironmentStatus
from gmconfig.api.whose import whose
from gmconfig.deploy import planning
from gmconfig.deploy.options import Options
from gmconfig.drift.survey import Survey
from gmconfig.errors import NotFound, UsageError
from gmconfig.project.names import is_name
from gmconfig.record.chain import Chain
from gmconfig.record.exchange import Exchange
from gmconfig.record.ledger import Ledger
from gmconfig.target.declared import Target, select, targets
from gmconfig.target.kind import Access

if TYPE_CHECKING:
    from gmconfig.api.automation.own_rules import OwnRules
    from gmconfig.api.workspace import Workspace
    from gmconfig.drift.standing import Standing
    from gmconfig.record.entry import Record

Seen = Callable[["Standing"], None]


def _nobody(_: Standing) -> None:
    """Tell nobody."""


class Deployments:
    """What one workspace has deployed, and what deploying needs.

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
        self.own_rules: OwnRules | None = None
        """Rules of this process alone, beside those of gmconfig.yaml."""
        self._user = user

    # What was done

    def history(self, word: str | None = None) -> Iterator[Record]:
        """Yield the records of an environment (of each with targets, if none is named), the newest first."""
        chains = [self._chain(environment).records() for environment in ([word] if word else self.split(()))]
        return merge(*chains, key=lambda record: record.started, reverse=True)

    def show(self, name: str) -> tuple[Record, Mapping[str, object]]:
        """Give a record, and the plan that it carried out."""
        from gmconfig.deploy.recorded import whole

        environment, _, number = name.rpartition("-")
        is_id = number.isdigit() and name not in self.project.environments
        chain = self._chain(environment if is_id else name)
        record = chain.find(name) if is_id else chain.latest()
        if record is None:
            raise NotFound(f"nothing was deployed into {name} yet", hint=f"gmconfig deploy apply {name}")
        return record, whole(chain.plan_of(record))

    def _chain(self, environment: str) -> Chain:
        """Give the records of an environment, and of one that is not declared any more: what it did is not undone.

        Raises:
            UnknownEnvironment: it is not declared, and nothing was ever deployed into it.
        """
        if environment in self.project.environments or not is_name(environment):
            self.project.environment(environment)
            ledger = self.ledger(environment)
            ledger.refresh()
            return ledger.chain
        if not self.offline:
            Exchange(self.project).fetch()
        chains = [Chain(self.project, environment, protected=protected) for protected in (False, True)]
        past = next((chain for chain in chains if chain.tip()), None)
        if past is None:
            self.project.environment(environment)
        return past or chains[0]

    def status(self, word: str | None = None) -> list[EnvironmentStatus]:
        """Say how the environment that a word means stands; without one each that has targets."""
        if word is None:
            return [self._status(environment) for environment in self.split(())]
        ledger, name = self.record_of(word)
        found = self._status(ledger.environment)
        if not name:
            return [found]
        is_newest = found.record is not None and found.record.id == name
        return [found.replaced(record=ledger.chain.find(name), is_newest=is_newest)]

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

    # What all of these need

    @cached_property
    def user(self) -> str:
        """Whom records name; git is asked for it, which a plan need not wait for."""
        return whose(self.project.repository, self._user, os.environ)

    def ledger(self, environment: str) -> Ledger:
        """Give an environment's records."""
        return Ledger(self.project, environment, user=lambda: self.user, offline=self.offline)

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
        """Give options with the user filled in, and with the rules that a deployment waits for."""
        given = (options or Options()).replaced(user=self.user)
        if given.through_freeze or not (self.own_rules or self.project.settings.section("automation")):
            return given
        from gmconfig.api.deploy.before_deployment import before

        return given.replaced(before=before(self, given))

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
        known = self.project.environments
        if number.isdigit() and environment in known and word not in known:
            return self.ledger(environment), word
        self.project.environment(word)
        return self.ledger(word), None

    def only(self, word: str) -> dict[str, tuple[str, ...]]:
        """Give the one environment that a word means, with the targets' names.

        Raises:
            UsageError: it means targets of several.
        """
        found = self.split([word])
        if len(found) != 1:
            raise UsageError(f'"{word}" means targets of several environments', hint="name one environment")
        return found
