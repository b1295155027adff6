"""The methods of FeatureFlagManager that change flags: each is one minimal commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api.flag.answers import FlagOutcome
from gmconfig.api.outcome import How
from gmconfig.api.workspace import Workspace
from gmconfig.errors import UsageError
from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.state import FeatureState

if TYPE_CHECKING:
    from gmconfig.api.flag.living import FlagLive
    from gmconfig.flag.live import LiveFlags

_HOW = ("user", "reason", "dry_run", "commit")


class FlagChangeMethods:
    """Creating, changing and removing the flags of a workspace."""

    workspace: Workspace
    _live: LiveFlags

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
    ) -> FlagOutcome:
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
        from gmconfig.api.flag import changes as flag_changes

        told = {"description": description, "owner": owner}
        given = {key: text for key, text in told.items() if text} | {"state": _state(state)} | fields
        share = enabled_percentage if percentage is None else percentage
        if share is not None:
            given["rollout"] = {"percentage": flag_changes.plain_number(share)} | given.get("rollout", {})
        how = How(user, reason, dry_run, commit)
        return self._changed(flag_changes.create(self.workspace, name, given, how))

    def update_feature_flag(self, name: str, **fields: Any) -> FlagOutcome:
        """Change keys of a flag in one commit, in this environment if one was named; None removes a key.

        `fields` are, beside a flag's own keys: `percentage` (or `enabled_percentage`), and `user`, `reason`,
        `dry_run`, `commit` as in `create_feature_flag`; `rebucket` lets another salt or unit deal users out anew.

        Raises:
            NotFound: no flag has that name.
            UsageError: a flag has no such key.
            Refused: users would be dealt out anew; the message says how many would get another variant.
            InvalidConfiguration: the flag would not pass validation.
        """
        from gmconfig.api.flag import changes as flag_changes

        how = How(**{key: fields.pop(key) for key in _HOW if key in fields})
        rebucket = bool(fields.pop("rebucket", False))
        shares = [fields.pop(key) for key in ("percentage", "enabled_percentage") if key in fields]
        if "state" in fields and fields["state"] is not None:
            fields["state"] = _state(fields["state"])
        if shares and "rollout" in fields:
            raise UsageError("a percentage and a rollout exclude each other")
        if not shares:
            return self._changed(flag_changes.update(self.workspace, name, fields, how, rebucket=rebucket))
        values: dict[tuple[str | int, ...], Any] = {(key,): value for key, value in fields.items()}
        values[("rollout", "percentage")] = flag_changes.plain_number(shares[0])
        changed = flag_changes.set_paths(self.workspace, name, values, how, "set", rebucket=rebucket)
        return self._changed(changed)

    def set_value(
        self, name: str, path: str, value: object, *, rebucket: bool = False, **how: Any
    ) -> FlagOutcome:
        """Set what stands at a path of a flag, such as `rollout.by`.

        Raises:
            Refused: users would be dealt out anew (another salt or unit), and `rebucket` does not allow it.
        """
        from gmconfig.api.flag import changes as flag_changes

        changed = flag_changes.set_path(self.workspace, name, path, value, How(**how), rebucket=rebucket)
        return self._changed(changed)

    def set_rollout(self, name: str, percentage: float, **how: Any) -> FlagOutcome:
        """Serve a flag to a share of users, in percent; raising it takes nobody out.

        Raises:
            NotFound: no flag has that name.
            InvalidConfiguration: the flag would not pass validation.
        """
        from gmconfig.api.flag import changes as flag_changes

        return self._changed(flag_changes.roll_out(self.workspace, name, percentage, How(**how)))

    def enable_feature_flag(self, name: str, *, push: bool = False, **how: Any) -> FlagOutcome:
        """Switch a flag on: for the share that is written down for it, else for everybody.

        With `push` the commit goes to the remote; `pushed` of the outcome says what became of it there.
        """
        from gmconfig.api.flag import changes as flag_changes

        return self._switched(flag_changes.enable, name, push, How(**how))

    def disable_feature_flag(self, name: str, *, push: bool = False, **how: Any) -> FlagOutcome:
        """Switch a flag off for everybody, whatever else is said about it; `push` as for switching on."""
        from gmconfig.api.flag import changes as flag_changes

        return self._switched(flag_changes.disable, name, push, How(**how))

    def bring_live(self, **how: Any) -> tuple[FlagLive, ...]:
        """Bring the committed flags, and nothing else, to the targets that take them; say since when they are live.

        Freezes do not count, and what is held stays so but for its flags. Targets with agents need the commit to be
        pushed. `how` is as in `gmconfig.api.flag.living.bring`: `user`, `reason`, `patience`, `told`.
        """
        from gmconfig.api.flag.living import bring

        return bring(self.workspace, **how)

    def promote_feature_flag(
        self, name: str, source: str, target: str, *, rebucket: bool = False, **how: Any
    ) -> FlagOutcome:
        """Let one environment serve a flag as another does, by the smallest override that says so.

        Raises:
            NotFound: no flag has that name.
            UnknownEnvironment: one of the environments is not declared.
            Refused: users would be dealt out anew, and `rebucket` does not allow it.
        """
        from gmconfig.api.flag.promoting import promote

        changed = promote(self.workspace, name, source, target, How(**how), rebucket=rebucket)
        return self._changed(changed)

    def rename_feature_flag(
        self, name: str, new_name: str, *, rebucket: bool = False, **how: Any
    ) -> FlagOutcome:
        """Give a flag another name, here and where other flags require it.

        Its users stay where they are, for the old name is kept as its salt; with `rebucket` it is not.

        Raises:
            NotFound: no flag has that name.
            Refused: the new name is taken, or a raw rule splits users by the flag's own name.
        """
        from gmconfig.api.flag.promoting import rename

        return self._changed(rename(self.workspace, name, new_name, How(**how), rebucket=rebucket))

    def set_bucketing(self, bucketing: str, *, rebucket: bool = False, **how: Any) -> FlagOutcome:
        """Deal all users out in another of flagd's ways.

        Raises:
            Refused: that moves users, and `rebucket` does not allow it; the message says how many.
        """
        from gmconfig.api.flag.promoting import rebucket as dealt_anew

        return self._changed(dealt_anew(self.workspace, Bucketing(bucketing), How(**how), rebucket=rebucket))

    def delete_feature_flag(self, name: str, *, code: Sequence[str] = (), **how: Any) -> FlagOutcome:
        """Remove a flag, unless the source files below the folders `code` still mention it.

        Raises:
            NotFound: no flag has that name, or there is no such folder.
            Refused: an experiment runs on it, or the code mentions it.
        """
        from gmconfig.api.flag import changes as flag_changes

        return self._changed(flag_changes.delete(self.workspace, name, How(**how), code))

    def import_flags(
        self,
        content: Mapping[str, Any],
        *,
        bucketing: str | None = None,
        into: str = "flags/flags.yaml",
        **how: Any,
    ) -> FlagOutcome:
        """Write what a flagd file holds as a new flag file; compiled, it is the same JSON again.

        `bucketing` speaks for a file whose metadata does not say which one it was made for; `into` is the new
        file's path below the project's root.

        Raises:
            BrokenConfiguration: the content is not a flagd file.
            UsageError: `into` is not a file of flags.
            Refused: that file exists already.
            InvalidConfiguration: the flags would not pass validation.
        """
        from gmconfig.api.flag import changes as flag_changes
        from gmconfig.flag.imported import imported

        tree = imported(content, bucketing)
        return self._changed(flag_changes.import_file(self.workspace, tree, into, How(**how)))

    def _switched(
        self, switch: Callable[[Workspace, str, How], FlagOutcome], name: str, push: bool, how: How
    ) -> FlagOutcome:
        from gmconfig.api.flag.pushing import check_pushable, pushed

        if push:
            check_pushable(how)
        outcome = self._changed(switch(self.workspace, name, how))
        return pushed(self.workspace, outcome) if push else outcome

    def _changed(self, outcome: FlagOutcome) -> FlagOutcome:
        self._live.expire()
        return outcome


def _state(state: FeatureState | str) -> str:
    try:
        return str(FeatureState(state))
    except ValueError as error:
        raise UsageError(f'"{state}" is not a state', hint=f"one of: {', '.join(FeatureState)}") from error
