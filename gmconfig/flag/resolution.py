"""Decisions in OpenFeature's terms: what its clients ask a provider, and flagd's providers an evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gmconfig.flag.flagd.decision import Decision
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.flagd.kind import Kind
from gmconfig.flag.sdk import ErrorCode, EvaluationContext, FlagResolutionDetails, OpenFeatureError, Reason

_REASONS = {str(reason): reason for reason in Reason}
_CODES = {str(code): code for code in ErrorCode}


def resolved(
    flags: FlagSet, key: str, default: Any, context: EvaluationContext | None, kind: Kind
) -> FlagResolutionDetails[Any]:
    """Decide a flag for what OpenFeature knows about a user, in its terms."""
    return details(decided(flags, key, default, context, kind))


def decided(
    flags: FlagSet, key: str, default: Any, context: EvaluationContext | None, kind: Kind
) -> Decision:
    """Decide a flag for what OpenFeature knows about a user."""
    user = context.targeting_key if context else None
    known: Mapping[str, Any] = context.attributes if context else {}
    return flags.evaluate(key, user, known, default, kind=kind)


def details(decision: Decision) -> FlagResolutionDetails[Any]:
    """Give a decision as OpenFeature has it."""
    return FlagResolutionDetails(
        decision.value,
        _CODES[decision.error_code] if decision.error_code else None,
        decision.error_message,
        _REASONS[decision.reason],
        decision.variant,
        dict(decision.metadata),
    )


def failure(code: ErrorCode, message: str | None) -> OpenFeatureError:
    """Give the exception for an error code."""
    return ErrorCode.to_exception(code, message or "")
