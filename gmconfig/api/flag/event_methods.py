"""The methods of FeatureFlagManager that are about users: events, analytics, experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.api.outcome import How

if TYPE_CHECKING:
    from gmconfig.api.flag.answers import FlagOutcome
    from gmconfig.api.flag.events import Given
    from gmconfig.api.flag.experiments import Allocation, Metrics, Variants
    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.event.analytics import FeatureAnalytics
    from gmconfig.flag.event.ingest import Ingested
    from gmconfig.flag.event.log import EventLog
    from gmconfig.flag.experiment.assessment import Assessment
    from gmconfig.flag.experiment.definition import Experiment
    from gmconfig.flag.live import LiveFlags


class FlagEventMethods:
    """What users were given, what they did then, and what that says."""

    workspace: Workspace
    _live: LiveFlags
    _events: EventLog | None
    _events_folder: str | None

    def track(self, metric: str, user_id: str, value: float = 1.0) -> None:
        """Tell that a user did what an experiment measures, once or for a value.

        `user_id` is the unit that the experiment splits by. It returns at once; a thread writes.
        """
        if self._events is not None:
            self._events.track(metric, user_id, value)

    def flush_events(self) -> None:
        """Return when all exposures and metrics of this process are written; its end does that by itself."""
        if self._events is not None:
            self._events.flush()

    def ingest_events(self) -> Ingested:
        """Load what programs have written since the last time into this repository's database.

        Raises:
            NotFound: no folder of events is known, or it is not there.
            Locked: another process does so, and does not finish.
        """
        from gmconfig.api.flag.events import ingested

        self.flush_events()
        return ingested(self.workspace, self._events_folder)

    def get_feature_analytics(self, name: str, hours_back: float = 24) -> FeatureAnalytics:
        """Count a flag's users of the last `hours_back` hours, by variant and reason, as a whole and hour by hour.

        Raises:
            NotFound: there is no such flag, or no events.
        """
        from gmconfig.api.flag.events import feature_analytics

        self.flush_events()
        return feature_analytics(self.workspace, self._given(), name, hours_back)

    def create_ab_test(
        self,
        name: str,
        feature_flag: str,
        variants: Variants | None = None,
        allocation: Allocation | None = None,
        metrics: Metrics | None = None,
        *,
        control: str | None = None,
        planned_users: int | None = None,
        minimum_effect: float | None = None,
        **how: Any,
    ) -> FlagOutcome:
        """Begin an experiment on a flag, as one commit; in this environment if one was named.

        Args:
            name: of the experiment; empty for the one that the file names, or the flag's.
            feature_flag: an existing flag.
            variants: names, the control first; or a map of names and values. The flag's own by default; the
                first of two names that a boolean flag does not have is its false.
            allocation: percentages, by name or in the variants' order; who is left gets the flag's default.
            metrics: names of what `track` tells (the share of users who did it), or a map that says
                `proportion` or `mean` of each.
            control: the variant that others are compared with, if it is not the first.
            planned_users: how many users two variants will have at the end; intervals are narrowest there.
            minimum_effect: the smallest relative lift that would matter, in percent.
            **how: `user`, `reason`, `dry_run`, `commit`.

        Raises:
            NotFound: there is no such flag.
            Refused: an experiment runs on it.
            InvalidConfiguration: the flag would not pass validation.
        """
        from gmconfig.api.flag.experiments import Plan, start

        plan = Plan(name or None, variants, allocation, metrics, control, planned_users, minimum_effect)
        outcome = start(self.workspace, feature_flag, plan, How(**how))
        self._live.expire()
        return outcome

    def stop_experiment(self, name: str, serve: str | None = None, **how: Any) -> FlagOutcome:
        """End an experiment, by its name or its flag's: everybody gets `serve`, the control by default.

        Raises:
            NotFound: there is no such experiment.
            Refused: it is not running.
        """
        from gmconfig.api.flag.experiments import stop

        outcome = stop(self.workspace, name, serve, How(**how))
        self._live.expire()
        return outcome

    def list_experiments(self) -> list[Experiment]:
        """Give every experiment that this environment sees, running or not."""
        from gmconfig.api.flag.experiments import experiments

        return experiments(self.workspace, self.workspace.environment)

    def experiment_report(self, name: str, *, fixed: bool = False, alpha: float = 0.05) -> Assessment:
        """Judge an experiment by what was seen so far; right however often one looks.

        With `fixed` by the classical tests, which are right for one look at the planned end only. `alpha` is how
        often a verdict may be wrong where nothing differs.

        Raises:
            NotFound: there is no such experiment, or no events.
            Refused: it was never started.
        """
        from gmconfig.api.flag.events import experiment_report

        self.flush_events()
        return experiment_report(self.workspace, self._given(), name, fixed=fixed, alpha=alpha)

    def _given(self) -> Given:
        from gmconfig.api.flag.events import Given

        memory = None if self._events is None else self._events.memory
        return Given(self._events_folder, memory.events() if memory else ())
