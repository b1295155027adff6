"""The OpenFeature provider: applications ask through OpenFeature's SDK, gmconfig decides in their process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.errors import GmconfigError
from gmconfig.flag.event.folder import event_log
from gmconfig.flag.flagd.kind import Kind
from gmconfig.flag.live import LiveFlags, Reload
from gmconfig.flag.resolution import decided, details
from gmconfig.flag.sdk import (
    AbstractProvider,
    ErrorCode,
    EvaluationContext,
    FlagResolutionDetails,
    FlagValueType,
    Hook,
    Metadata,
    ProviderEventDetails,
    ProviderNotReadyError,
)
from gmconfig.flag.source import FlagdFile, Source, project_flags

if TYPE_CHECKING:
    from openfeature.track import TrackingEventDetails

Structure = Sequence[FlagValueType] | Mapping[str, FlagValueType]


class GmconfigProvider(AbstractProvider):
    """Flags of a repository, or of a compiled file, followed while the program runs.

    A change is in use within `interval` seconds and told by PROVIDER_CONFIGURATION_CHANGED with the flags that
    changed. Flags that cannot be used leave the last good ones: PROVIDER_STALE, and PROVIDER_READY once they
    can. Without any good ones yet, decisions fail with PROVIDER_NOT_READY until there are.

    Args:
        environment: a declared name; None is `GMCONFIG_ENVIRONMENT`, else the project's default, else the
            flags without overrides.
        root: a folder of the project; the current one by default.
        at: follow the commits of this branch, `HEAD` or `origin/main`, instead of the files on disk.
        file: follow this flagd file, JSON or YAML, instead of a repository.
        bucketing: how a `file` that does not say it puts users into splits: flagd-v3, the default, or flagd-v2.
        interval: how many seconds pass between two looks.
        hooks: run around every evaluation by this provider.
        events_dir: a folder that exposures and tracking events are written to, off the caller's way, for
            experiments; the one that the repository's gmconfig.yaml names by default, if it names one.
        record: False writes no events.

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
        file: str | os.PathLike[str] | None = None,
        bucketing: str | None = None,
        interval: float = 1.0,
        hooks: Sequence[Hook] = (),
        events_dir: str | os.PathLike[str] | None = None,
        record: bool = True,
    ) -> None:
        super().__init__()
        source: Source = (
            project_flags(environment, root, at) if file is None else FlagdFile(os.fspath(file), bucketing)
        )
        self._live = LiveFlags(source, interval, self._told)
        self._hooks = list(hooks)
        self._events = event_log(source, events_dir, environment) if record else None

    def get_metadata(self) -> Metadata:
        """Name this provider."""
        return Metadata("gmconfig")

    def get_provider_hooks(self) -> list[Hook]:
        """Give the hooks that this provider was made with."""
        return self._hooks

    def initialize(self, evaluation_context: EvaluationContext) -> None:  # noqa: ARG002  # the SDK's signature
        """Load the flags and begin to follow them.

        Raises:
            ProviderNotReadyError: they cannot be used; once they can, PROVIDER_READY tells.
        """
        try:
            self._live.current()
        except GmconfigError as error:
            raise ProviderNotReadyError(str(error)) from error
        finally:
            self._live.start()

    def shutdown(self) -> None:
        """End following, and write the events that wait; the last flags can still be asked."""
        self._live.stop()
        if self._events is not None:
            self._events.close()

    def track(
        self,
        tracking_event_name: str,
        evaluation_context: EvaluationContext | None = None,
        tracking_event_details: TrackingEventDetails | None = None,
    ) -> None:
        """Tell that the user of the context did what an experiment measures, once or for the details' value."""
        user = evaluation_context.targeting_key if evaluation_context else None
        if self._events is None or not user:
            return
        value = tracking_event_details.value if tracking_event_details else None
        self._events.track(tracking_event_name, user, 1.0 if value is None else value)

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Decide a flag that is on or off."""
        return self._resolved(flag_key, default_value, evaluation_context, Kind.BOOLEAN)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Decide a flag whose value is a text."""
        return self._resolved(flag_key, default_value, evaluation_context, Kind.STRING)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Decide a flag whose value is a whole number."""
        return self._resolved(flag_key, default_value, evaluation_context, Kind.INTEGER)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Decide a flag whose value is a number."""
        return self._resolved(flag_key, default_value, evaluation_context, Kind.FLOAT)

    def resolve_object_details(
        self, flag_key: str, default_value: Structure, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[Structure]:
        """Decide a flag whose value is a map or a list."""
        return self._resolved(flag_key, default_value, evaluation_context, Kind.OBJECT)

    def _resolved(
        self, key: str, default: Any, context: EvaluationContext | None, kind: Kind
    ) -> FlagResolutionDetails[Any]:
        try:
            flags = self._live.current()
        except GmconfigError as error:
            raise ProviderNotReadyError(str(error)) from error
        decision = decided(flags, key, default, context, kind)
        if self._events is not None:
            user = context.targeting_key if context else None
            self._events.exposed(decision, user, context.attributes if context else None, flags)
        return details(decision)

    def _told(self, reload: Reload) -> None:
        """Pass a reload on as OpenFeature's events."""
        if reload.error is not None:
            self._troubled(reload.error)
            return
        details = ProviderEventDetails(flags_changed=list(reload.changed), metadata=self._version())
        if reload.recovered:
            self.emit_provider_ready(details)
        if reload.changed:
            self.emit_provider_configuration_changed(details)

    def _troubled(self, error: GmconfigError) -> None:
        if self._live.latest is not None:
            self.emit_provider_stale(ProviderEventDetails(message=str(error), metadata=self._version()))
        else:
            details = ProviderEventDetails(message=str(error), error_code=ErrorCode.PROVIDER_NOT_READY)
            self.emit_provider_error(details)

    def _version(self) -> dict[str, bool | str | int | float]:
        return {"commit": self._live.commit} if self._live.commit else {}
