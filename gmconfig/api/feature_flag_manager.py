"""FeatureFlagManager: ask, create and change feature flags."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api import flag_changes
from gmconfig.api.flag_answers import FeatureFlag, FlagDifference, Simulation
from gmconfig.api.live_flags import LiveFlags
from gmconfig.api.outcome import How, Outcome
from gmconfig.api.workspace import Workspace
from gmconfig.errors import UsageError
from gmconfig.flag.bucketing import Bucketing
from gmconfig.flag.kind import Kind
from gmconfig.flag.lowering import state_of
from gmconfig.flag.state import FeatureState

if TYPE_CHECKING:
    from gmconfig.api.flag_sampling import Person
    from gmconfig.flag.compiled import Compiled
    from gmconfig.flag.decision import Decision
    from gmconfig.validate.report.report import Report

_HOW = ("user", "reason", "dry_run", "commit")


class FeatureFlagManager:
    """The feature flags of one repository, as one environment sees them.

    Asking is safe from any number of threads, and follows the files: a commit that arrives is noticed within
    `interval` seconds, files that cannot be used leave the last good flags.

    Args:
        environment: an `Environment` or a declared name; None is `GMCONFIG_ENVIRONMENT`, else the project's
            default, else the flags without overrides. Changes go to the overrides of the environment that is
            named here, without one to what all share.
        root: a folder of the project; the current one by default.
        at: ask another version: a commit, a tag.
        interval: how many seconds pass between two looks at the files.

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
    ) -> None:
        self.workspace = Workspace(environment, root)
        self._live = LiveFlags(self.workspace, at, interval)

    @property
    def environment(self) -> str | None:
        """The environment that decisions are made for; None is without overrides."""
        return self.workspace.environment

    # Asking

    def is_feature_enabled(
        self, name: str, user_id: str | None = None, context: Mapping[str, Any] | None = None
    ) -> bool:
        """Whether a flag is on for a user; a flag that does not exist, or fails, is off."""
        return self._live.current().evaluate(name, user_id, context).enabled

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
        value where the flag gives none; `kind` is the type that the value must have.
        """
        return self._live.current().evaluate(name, user_id, context, default, kind=kind)

    def list_feature_flags(self) -> tuple[FeatureFlag, ...]:
        """Give every flag, by name."""
        return tuple(self.feature_flag(name) for name in sorted(self._live.catalogue().flags))

    def feature_flag(self, name: str) -> FeatureFlag:
        """Give one flag as it is written, with this environment's overrides.

        Raises:
            NotFound: no flag has that name.
        """
        catalogue = flag_changes.known(self._live.catalogue(), name)
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

    # Changing

    def create_feature_flag(
        self,
        name: str,
        description: str = "",
        owner: str = "",
        state: FeatureState | str = FeatureState.DISABLED,
        enabled_percentage: float | None = None,
        *,
        percentage: float | None = None,
        user: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
        commit: bool = True,
        **fields: Any,
    ) -> Outcome:
        """Create a flag for all environments, as one commit; `fields` are further keys of a flag.

        Args:
            name: what programs ask for.
            description: what it is for.
            owner: who answers for it.
            state: a `FeatureState` or its name.
            enabled_percentage: the share of users of a rollout.
            percentage: the same.
            user: author of the commit; git's identity by default.
            reason: becomes part of the commit message.
            dry_run: change nothing.
            commit: False leaves the change in the working tree.
            **fields: such as `users`, `rules`, `type`, `variants`, `expires`.

        Raises:
            Refused: the flag exists already.
            InvalidConfiguration: the flag would not pass validation.
        """
        told = {"description": description, "owner": owner}
        given = {key: text for key, text in told.items() if text} | {"state": _state(state)} | fields
        share = enabled_percentage if percentage is None else percentage
        if share is not None:
            given["rollout"] = {"percentage": flag_changes.plain_number(share)} | given.get("rollout", {})
        how = How(user, reason, dry_run, commit)
        return self._changed(flag_changes.create(self.workspace, name, given, how))

    def update_feature_flag(self, name: str, **fields: Any) -> Outcome:
        """Change keys of a flag in one commit, in this environment if one was named; None removes a key.

        Beside a flag's own keys: `percentage` (or `enabled_percentage`), and `user`, `reason`, `dry_run`,
        `commit` as in `create_feature_flag`.

        Raises:
            NotFound: no flag has that name.
            UsageError: a flag has no such key.
            InvalidConfiguration: the flag would not pass validation.
        """
        how = How(**{key: fields.pop(key) for key in _HOW if key in fields})
        shares = [fields.pop(key) for key in ("percentage", "enabled_percentage") if key in fields]
        if "state" in fields and fields["state"] is not None:
            fields["state"] = _state(fields["state"])
        if shares and "rollout" in fields:
            raise UsageError("a percentage and a rollout exclude each other")
        if not shares:
            return self._changed(flag_changes.update(self.workspace, name, fields, how))
        values: dict[tuple[str | int, ...], Any] = {(key,): value for key, value in fields.items()}
        values[("rollout", "percentage")] = flag_changes.plain_number(shares[0])
        return self._changed(flag_changes.set_paths(self.workspace, name, values, how, "set"))

    def set_value(self, name: str, path: str, value: object, **how: Any) -> Outcome:
        """Set what stands at a path of a flag, such as `rollout.by`."""
        return self._changed(flag_changes.set_path(self.workspace, name, path, value, How(**how)))

    def set_rollout(self, name: str, percentage: float, **how: Any) -> Outcome:
        """Serve a flag to a share of users; raising it takes nobody out."""
        return self._changed(flag_changes.roll_out(self.workspace, name, percentage, How(**how)))

    def enable_feature_flag(self, name: str, **how: Any) -> Outcome:
        """Switch a flag on: for the share that is written down for it, else for everybody."""
        return self._changed(flag_changes.enable(self.workspace, name, How(**how)))

    def disable_feature_flag(self, name: str, **how: Any) -> Outcome:
        """Switch a flag off for everybody, whatever else is said about it."""
        values: dict[tuple[str | int, ...], object] = {("state",): "disabled"}
        return self._changed(flag_changes.set_paths(self.workspace, name, values, How(**how), "disable"))

    def delete_feature_flag(self, name: str, **how: Any) -> Outcome:
        """Remove a flag."""
        return self._changed(flag_changes.delete(self.workspace, name, How(**how)))

    def import_flags(
        self,
        content: Mapping[str, Any],
        *,
        bucketing: str = "flagd-v3",
        into: str = "flags/flags.yaml",
        **how: Any,
    ) -> Outcome:
        """Write what a flagd file holds as a new flag file; compiled, it is the same JSON again."""
        from gmconfig.flag.imported import imported

        tree = imported(content, Bucketing(bucketing))
        return self._changed(flag_changes.import_file(self.workspace, tree, into, How(**how)))

    # Compiling and checking

    def compile(self) -> Compiled:
        """Compile this environment's flags to flagd's format; `text()` is the file."""
        return self._live.compiled()

    def lint(self) -> Report:
        """Say what is wrong with the flags, in every environment."""
        from gmconfig.api.flag_linting import lint

        return lint(self.workspace.project)

    def simulate(
        self, name: str, people: Sequence[Person] | int = 10_000, *, percentage: float | None = None
    ) -> Simulation:
        """Say how a flag falls out for people (or for so many made-up ones), and whom a percentage would move."""
        from gmconfig.api.flag_linting import with_percentage
        from gmconfig.api.flag_sampling import made_up, simulated

        flag_changes.known(self._live.catalogue(), name)
        sample = made_up(people) if isinstance(people, int) else people
        proposed = None if percentage is None else with_percentage(self.workspace, name, percentage)
        return simulated(name, self.environment, self._live.current(), sample, proposed)

    def diff(
        self, left: str, right: str, names: Sequence[str] = (), people: Sequence[Person] | int = 10_000
    ) -> tuple[FlagDifference, ...]:
        """Say how many people get another variant on the other side, and by which rule."""
        from gmconfig.api.flag_sampling import differences, made_up

        sample = made_up(people) if isinstance(people, int) else people
        return differences(self.workspace, left, right, names, sample)

    def _changed(self, outcome: Outcome) -> Outcome:
        self._live.expire()
        return outcome


def _state(state: FeatureState | str) -> str:
    try:
        return str(FeatureState(state))
    except ValueError as error:
        raise UsageError(f'"{state}" is no state', hint=f"one of: {', '.join(FeatureState)}") from error
