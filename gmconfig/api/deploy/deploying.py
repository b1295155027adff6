"""Deployments as a user asks for them: words mean targets and environments, each environment is one deployment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.api.deploy.deployments import Deployments
from gmconfig.deploy import planning
from gmconfig.deploy.options import Options
from gmconfig.errors import UnknownVersion, UsageError
from gmconfig.record.chain import timestamp
from gmconfig.record.freeze import Freeze, in_utc

if TYPE_CHECKING:
    from gmconfig.deploy.apply import Applied
    from gmconfig.deploy.plan import Plan
    from gmconfig.deploy.unfinished import Aborted
    from gmconfig.record.entry import Record
    from gmconfig.record.hold import Hold
    from gmconfig.record.ledger import Ledger


class Deployer(Deployments):
    """Plans and carries out deployments for one workspace."""

    # What would be done, and doing it

    def plan(self, words: Sequence[str] = (), asked: planning.Asked | None = None) -> list[Plan]:
        """Plan each environment that the words mean; none mean all."""
        found = []
        for environment, names in self.split(words, asked.at if asked else None).items():
            ledger = self.ledger(environment)
            ledger.refresh()
            with self.survey() as survey:
                request = (asked or planning.Asked()).replaced(words=names)
                found.append(planning.make_plan(ledger, survey, request, self.seen))
        return found

    def uncommitted(self) -> list[str]:
        """Give the files of the configuration whose changes are not committed, so that they are not deployed."""
        from gmconfig.storage.git.uncommitted import uncommitted_files

        project = self.project
        below = f"{project.prefix}/" if project.prefix else ""
        found = sorted(uncommitted_files(project.repository))
        names = [name[len(below) :] for name in found if name.startswith(below)]
        return [name for name in names if name.startswith(_DEPLOYED) or project.layout.readings(name)]

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
        from gmconfig.storage.git.push import PATIENCE

        repository = self.project.repository
        try:
            return repository.resolve(revision)
        except UnknownVersion:
            remote = self.project.settings.remote
            name = revision.removeprefix(f"{remote}/")
            if repository.setting(f"remote.{remote}.url") is None or name.startswith(("-", "+")):
                raise
            asked = ("fetch", "--quiet", "--depth=1", "--no-tags", "--", remote, name)
            done = repository.attempt(*asked, seconds=PATIENCE)
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
            request = (asked or planning.Asked()).replaced(words=names)
            bounds = None if bound is None else bound.get(environment, {})
            with self.survey() as survey, self._followed(self.options(options)) as how:
                done = applying.apply(
                    self.ledger(environment),
                    survey,
                    request,
                    how,
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

        how = self.options(options.replaced(action="rollback"))  # which rules before it are told
        ledger, hold = self._back(word, how, to, old_secrets=old_secrets)
        with self.survey() as survey, self._followed(how) as how:
            done = rollback.rollback(ledger, survey, hold, how, retry=retry, seen=self.seen)
        self._tell(done.record)
        return done

    def plan_rollback(
        self, word: str, *, to: str | None = None, old_secrets: bool = False, retry: bool = False
    ) -> Plan:
        """Plan what `rollback` would do; nothing is held by it."""
        ledger, hold = self._back(word, self.options(None), to, old_secrets=old_secrets)
        with self.survey() as survey:
            asked = planning.Asked(hold.targets, hold=hold, retry=retry)
            return planning.make_plan(ledger, survey, asked, self.seen)

    def _back(self, word: str, options: Options, to: str | None, *, old_secrets: bool) -> tuple[Ledger, Hold]:
        from gmconfig.deploy import rollback

        [(environment, names)] = self.only(word).items()
        ledger = self.ledger(environment)
        ledger.refresh()
        records = list(ledger.chain.records())
        goal = rollback.goal(records, to)
        return ledger, rollback.hold_at(records, goal, options, names, old_secrets=old_secrets)

    def resume(self, word: str, options: Options | None = None) -> Record:
        """Go on with a deployment that was cut short; the word is its id or its environment."""
        from gmconfig.deploy import unfinished

        ledger, name = self.record_of(word)
        with self.survey() as survey, self._followed(self.options(options)) as how:
            record = unfinished.resume(ledger, survey, how, name)
        self._tell(record)
        return record

    def plan_resume(self, word: str) -> Record:
        """Give the deployment that `resume` would go on with."""
        from gmconfig.deploy import unfinished

        return unfinished.resumable(*self.record_of(word))

    def plan_abort(self, word: str) -> Aborted:
        """Give the deployment that `abort` would put back, or who would lose the lock."""
        from gmconfig.deploy import unfinished

        return unfinished.abortable(*self.record_of(word))

    def abort(self, word: str, options: Options | None = None) -> Aborted:
        """Put back what a deployment that was cut short had changed, or free a lock that nobody gives back."""
        from gmconfig.deploy import unfinished

        ledger, name = self.record_of(word)
        with self.survey() as survey:
            done = unfinished.abort(ledger, survey, self.options(options), name)
        self._tell(None if done.freed else done.record)
        return done

    # Who may

    def hold(self, word: str, reason: str = "", at: str | None = None, *, dry_run: bool = False) -> Hold:
        """Keep targets at what they have: the newest deployment that succeeded, or the one named."""
        from gmconfig.deploy import rollback

        [(environment, names)] = self.only(word).items()
        ledger = self.ledger(environment)
        ledger.refresh()
        records = list(ledger.chain.records())
        goal = rollback.goal(records, at) if at else rollback.last_good(records, environment)
        hold = rollback.hold_at(records, goal, self.options(Options(reason=reason)), names)
        if not dry_run:
            ledger.change(ledger.holds.ref, lambda: ledger.holds.add(hold))
        return hold

    def held(self, word: str) -> tuple[Hold, ...]:
        """Give what `unhold` would lift; it fails as that does where nothing is held."""
        [(environment, names)] = self.only(word).items()
        ledger = self.ledger(environment)
        ledger.refresh()
        return ledger.holds.liftable(names)

    def unhold(self, word: str, reason: str = "") -> tuple[Hold, ...]:
        """Let targets follow the branch again; nothing is deployed by it."""
        [(environment, names)] = self.only(word).items()
        ledger = self.ledger(environment)
        ledger.refresh()
        lifted: list[Hold] = []
        ledger.change(ledger.holds.ref, lambda: lifted.extend(ledger.holds.lift(names, self.user, reason)))
        return tuple(lifted)

    def freeze(
        self, environment: str, reason: str, until: datetime | None = None, *, dry_run: bool = False
    ) -> Freeze:
        """Let nothing be deployed into an environment.

        Raises:
            UsageError: its end is past.
        """
        self.project.environment(environment)
        until = in_utc(until) if until is not None else None
        if until is not None and until <= datetime.now(UTC):
            raise UsageError(f"{until:%Y-%m-%d %H:%M} UTC is over", hint="choose a time to come")
        ledger = self.ledger(environment)
        ledger.refresh()
        freeze = Freeze(environment, reason, self.user, timestamp(), until)
        if not dry_run:
            ledger.change(ledger.freezes.ref, lambda: ledger.freezes.begin(freeze))
        return freeze

    def unfreeze(self, environment: str, reason: str = "", *, dry_run: bool = False) -> Freeze:
        """Take a freeze away and give it."""
        self.project.environment(environment)
        ledger = self.ledger(environment)
        ledger.refresh()
        if dry_run:
            return ledger.freezes.endable()
        ended: list[Freeze] = []
        ledger.change(ledger.freezes.ref, lambda: ended.append(ledger.freezes.end(self.user, reason)))
        return ended[0]

    @contextmanager
    def _followed(self, options: Options) -> Iterator[Options]:
        """Give options for a deployment that the journal hears of also where somebody interrupts it."""
        said: list[Record] = []

        def tell(record: Record) -> None:
            said.append(record)
            options.told(record)

        try:
            yield options.replaced(told=tell)
        except KeyboardInterrupt:
            if said and said[-1].state.is_over:
                self._note(said[-1])
            raise

    def _tell(self, record: Record | None) -> None:
        if record is None:
            return
        from gmconfig.api.deploy import commit_status

        self._note(record)
        if not self.offline:
            commit_status.tell(record, os.environ)

    def _note(self, record: Record) -> None:
        from gmconfig.api.secret.rotating import journal_event

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


_DEPLOYED = ("gmconfig.yaml", "secrets/", "flags/")
