"""gmconfig's evaluator as flagd's Python packages know one: the protocol of `openfeature-flagd-api`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.changed import changed_flags
from gmconfig.flag.flagd.bucketing import Bucketing, of_file
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.flagd.kind import Kind
from gmconfig.flag.resolution import failure, resolved
from gmconfig.flag.sdk import EvaluationContext, FlagResolutionDetails, FlagValueType, ParseError

Structure = Sequence[FlagValueType] | Mapping[str, FlagValueType]


class GmconfigEvaluator:
    """Stands where `FlagdCore` does; like it, raises OpenFeature's exceptions. Any number of threads may ask.

    `bucketing` speaks for flags whose metadata does not say which one they were made for.
    """

    def __init__(self, bucketing: str | None = None) -> None:
        self._bucketing = bucketing and Bucketing(bucketing)
        self._flags = FlagSet({})

    def set_flags(self, flag_configuration: str | dict[str, Any]) -> None:
        """Take other flags: a flagd file's text, or what it holds.

        Raises:
            ParseError: they cannot be used; the last good ones stay.
        """
        self.set_flags_and_get_changed_keys(flag_configuration)

    def set_flags_and_get_changed_keys(self, flag_configuration: str | dict[str, Any]) -> list[str]:
        """Take other flags, and give the names of those that changed.

        Raises:
            ParseError: they cannot be used; the last good ones stay.
        """
        before, self._flags = self._flags, self._read(flag_configuration)
        return list(changed_flags(before, self._flags))

    def get_flag_set_metadata(self) -> Mapping[str, float | int | str | bool]:
        """Give what is said about the whole set of flags."""
        return dict(self._flags.metadata)

    def resolve_boolean_value(
        self, flag_key: str, default_value: bool, ctx: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Decide a flag that is on or off."""
        return self._resolved(flag_key, default_value, ctx, Kind.BOOLEAN)

    def resolve_string_value(
        self, flag_key: str, default_value: str, ctx: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Decide a flag whose value is a text."""
        return self._resolved(flag_key, default_value, ctx, Kind.STRING)

    def resolve_integer_value(
        self, flag_key: str, default_value: int, ctx: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Decide a flag whose value is a whole number."""
        return self._resolved(flag_key, default_value, ctx, Kind.INTEGER)

    def resolve_float_value(
        self, flag_key: str, default_value: float, ctx: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Decide a flag whose value is a number."""
        return self._resolved(flag_key, default_value, ctx, Kind.FLOAT)

    def resolve_object_value(
        self, flag_key: str, default_value: Structure, ctx: EvaluationContext | None = None
    ) -> FlagResolutionDetails[Structure]:
        """Decide a flag whose value is a map or a list."""
        return self._resolved(flag_key, default_value, ctx, Kind.OBJECT)

    def _resolved(
        self, key: str, default: Any, context: EvaluationContext | None, kind: Kind
    ) -> FlagResolutionDetails[Any]:
        found = resolved(self._flags, key, default, context, kind)
        if found.error_code is not None:
            raise failure(found.error_code, found.error_message)
        return found

    def _read(self, given: str | dict[str, Any]) -> FlagSet:
        try:
            content = json.loads(given) if isinstance(given, str) else given
            return FlagSet(content, of_file(content, self._bucketing))
        except (BrokenConfiguration, ValueError, RecursionError) as error:
            raise ParseError(str(error)) from error
