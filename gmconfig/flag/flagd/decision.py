"""What an evaluation comes to: value, variant, reason, and the rule that decided; OpenFeature's words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Reason(StrEnum):
    """Why a value was given, as OpenFeature names it."""

    STATIC = "STATIC"
    DEFAULT = "DEFAULT"
    TARGETING_MATCH = "TARGETING_MATCH"
    DISABLED = "DISABLED"
    ERROR = "ERROR"


class ErrorCode(StrEnum):
    """What went wrong, as OpenFeature names it."""

    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    PARSE_ERROR = "PARSE_ERROR"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    GENERAL = "GENERAL"


class Decision(NamedTuple):
    """The answer for one user.

    `variant` is None where the caller's default was given. `rule` says in words what decided: `users`,
    `rules[0]`, `rollout`, `default`, `state`, or a branch of raw targeting.
    """

    flag: str
    value: Any
    variant: str | None
    reason: Reason
    rule: str
    error_code: ErrorCode | None = None
    error_message: str | None = None
    metadata: Mapping[str, str | int | float | bool] = {}

    @property
    def enabled(self) -> bool:
        """Whether the flag is on for this user: its value is true, or what else Python takes for true."""
        return bool(self.value) and self.error_code is None
