"""The words of OpenFeature's SDK that are used here; who lacks the SDK is told which extra brings it."""

from __future__ import annotations

try:
    from openfeature.evaluation_context import EvaluationContext
    from openfeature.event import ProviderEventDetails
    from openfeature.exception import ErrorCode, OpenFeatureError, ParseError, ProviderNotReadyError
    from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
    from openfeature.hook import Hook
    from openfeature.provider import AbstractProvider, Metadata
except ModuleNotFoundError as error:
    raise ImportError(
        'this needs OpenFeature\'s SDK, the extra "openfeature": pip install "gmconfig[openfeature]"',
        name=error.name,
    ) from error

__all__ = [
    "AbstractProvider",
    "ErrorCode",
    "EvaluationContext",
    "FlagResolutionDetails",
    "FlagValueType",
    "Hook",
    "Metadata",
    "OpenFeatureError",
    "ParseError",
    "ProviderEventDetails",
    "ProviderNotReadyError",
    "Reason",
]
