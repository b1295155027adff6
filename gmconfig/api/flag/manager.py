"""FeatureFlagManager: ask, create and change feature flags."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api.flag.answers import FeatureFlag, FlagDifference, Simulation
from gmconfig.api.flag.change_methods import FlagChangeMethods
from gmconfig.api.flag.event_methods import FlagEventMethods
from gmconfig.api.workspace import Workspace
from gmconfig.flag.event.folder import event_log, events_folder
from gmconfig.flag.flagd.kind import Kind
from gmconfig.flag.live import LiveFlags
from gmconfig.flag.lowering import state_of
from gmconfig.flag.source import ProjectFlags

if TYPE_CHECKING:
    from gmconfig.api.flag.staleness import StaleFlag
    from gmconfig.flag.catalogue import Catalogue
    from gmconfig.flag.compiled import Compiled
    from gmconfig.flag.event.log import EventLog
    from gmconfig.flag.flagd.decision import Decision
    from gmconfig.flag.people import Person
    from gmconfig.validate.report.report import Report


class FeatureFlagManager(FlagChangeMethods, FlagEventMethods):
    """The feature flags of one repository, as one environment sees them.

    Asking is safe from any number of threads, and follows the files (or the branch that `at` names): a change is
    noticed within `interval` seconds, flags that cannot be used leave the last good ones.

    Args:
        environment: an `Environment` or a declared name; None is `GMCONFIG_ENVIRONMENT`, else the project's
            default, else the flags without overrides. Changes go to the overrides of the environment that is
            named here, without one to what all share.
        root: a folder of the project; the current one by default.
        at: ask another version: a commit, a tag, a branch, whose commits are followed.
        interval: how many seconds pass between two looks.
        events_dir: a folder that exposures and what `track` tells are written to, off the caller's way; the one
            that gmconfig.yaml names by default. Where none is named, the last 20,000 stay in memory: analytics
            and reports are then about what this manager was asked.
        record: False writes and keeps no events.

    What changes something is one commit, and gives a `FlagOutcome`. Its `how` is `user` (the author; git's identity
    by default), `reason` (why; part of the commit message), `dry_run=True` to change nothing, and `commit=False` to
    leave the change in the working tree.

    Raises:
        NotFound: there is no gmconfig.yaml there or above.
        UnknownEnvironment: the project does not declare it.
    """

    def __init__(
        self,
        environment: str | None = None,
        root: str | os.PathLike[str] | None = None,
        *,
        at: str | None = None,
        interval: float = 1.0,
        events_dir: str | os.PathLike[str] | None = None,
        record: bool = True,
    ) -> None:
        self.workspace = Workspace(environment, root)
        self._source = ProjectFlags(self.workspace.project, self.workspace.environment, at)
        self._live = LiveFlags(self._source, interval)
        self._events_folder = events_folder(self.workspace.project, events_dir)
        self._events = self._log(events_dir) if record else None

    def _log(self, events_dir: str | os.PathLike[str] | None) -> EventLog:
        from gmconfig.flag.event.log import EventLog

        return event_log(self._source, events_dir) or EventLog(None, self.environment)

    @property
    def environment(self) -> str | None:
        """The environment that decisions are made for; None is without overrides."""
        return self.workspace.environment

    # Asking

    def is_feature_enabled(
        self, name: str, user_id: str | None = None, context: Mapping[str, Any] | None = None
    ) -> bool:
        """Whether a flag is on for a user; a flag that does not exist, or fails, is off.

        `user_id` is the user's key, which splits go by; `context` holds the attributes that rules ask for.
        """
        flags = self._live.current()
        decision = flags.evaluate(name, user_id, context)
        if self._events is not None:
            self._events.exposed(decision, user_id, context, flags)
        return decision.enabled

    def evaluate_feature(
        self,
        name: str,
        user_id: str | None = None,
        context: Mapping[str, Any] | None = None,
        default: Any = None,
        *,
        kind: Kind | None = None,
    ) -> Decision:
        """Decide a flag for a user: value, variant, reason, and the rule that decided.

        Never raises because of the flag: what is wrong stands in the decision's `error_code`. `default` is the
        value where the flag gives none; `kind` is the type that the value must have. `user_id` and `context` are
        as in `is_feature_enabled`.
        """
        flags = self._live.current()
        decision = flags.evaluate(name, user_id, context, default, kind=kind)
        if self._events is not None:
            self._events.exposed(decision, user_id, context, flags)
        return decision

    def list_feature_flags(self) -> tuple[FeatureFlag, ...]:
        """Give every flag, by name."""
        catalogue = self._source.catalogue()
        return tuple(self._written(catalogue, name) for name in sorted(catalogue.flags))

    def feature_flag(self, name: str) -> FeatureFlag:
        """Give one flag as it is written, with this environment's overrides.

        Raises:
            NotFound: no flag has that name.
        """
        from gmconfig.api.flag import changes as flag_changes

        return self._written(flag_changes.known(self._source.catalogue(), name), name)

    def _written(self, catalogue: Catalogue, name: str) -> FeatureFlag:
        flag = catalogue.flag(name, self.workspace.project.chain(self.environment))
        rollout = flag.get("rollout") or {}
        return FeatureFlag(
            name,
            state_of(flag),
            flag.get("description"),
            flag.get("owner"),
            flag.get("expires"),
            rollout.get("percentage"),
            flag,
            catalogue.place(name, ()),
        )

    # Compiling and checking

    def compile(self) -> Compiled:
        """Compile this environment's flags to flagd's format; `text()` is the file."""
        return self._source.load().compiled

    def lint(self, *, rebucket: bool = False, code: Sequence[str] = ()) -> Report:
        """Say what is wrong with the flags, in every environment.

        What would deal users out anew since the last commit is an error, unless `rebucket` allows it. In the
        folders of `code`, so is a call for a flag that no file has, or for a value of another type: what
        OpenFeature's clients and this class are asked for with the name written out.

        Raises:
            NotFound: there is no such folder.
        """
        from gmconfig.api.flag.linting import lint

        return lint(self.workspace.project, rebucket=rebucket, code=code)

    def simulate(
        self, name: str, people: Sequence[Person] | int = 10_000, *, percentage: float | None = None
    ) -> Simulation:
        """Say how a flag falls out for people (or for so many made-up ones), and whom a percentage would move."""
        from gmconfig.api.flag import changes as flag_changes
        from gmconfig.api.flag.linting import with_percentage
        from gmconfig.api.flag.sampling import simulated
        from gmconfig.flag.people import made_up, units_of

        flag_changes.known(self._source.catalogue(), name)
        units = units_of(self._live.current().content)
        sample = made_up(people, units) if isinstance(people, int) else people
        proposed = None if percentage is None else with_percentage(self.workspace, name, percentage)
        return simulated(name, self.environment, self._live.current(), sample, proposed)

    def diff(
        self, left: str, right: str, names: Sequence[str] = (), people: Sequence[Person] | int = 10_000
    ) -> tuple[FlagDifference, ...]:
        """Say how many people get another variant on the other side, and by which rule."""
        from gmconfig.api.flag.sampling import differences

        return differences(self.workspace, left, right, names, people)

    def stale_feature_flags(self, code: Sequence[str] = (), *, days: int = 30) -> tuple[StaleFlag, ...]:
        """Give the flags that have done their work, with reasons and with whoever changed them last.

        A flag is stale that gave everybody the same in every environment for so many days by git's history,
        that is expired or archived, or that nothing in `code` (folders) mentions.

        Raises:
            GitTrouble: there is no history, or this clone lacks a part of it.
        """
        from gmconfig.api.flag.staleness import stale

        return stale(self.workspace, code, days)
