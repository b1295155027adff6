"""The states in a flag's life."""

from __future__ import annotations

from enum import StrEnum


class FeatureState(StrEnum):
    """Where a flag stands: off, on for all, on for some, under experiment, or done with."""

    DISABLED = "disabled"
    ENABLED = "enabled"
    ROLLOUT = "rollout"
    EXPERIMENT = "experiment"
    ARCHIVED = "archived"

    @property
    def is_off(self) -> bool:
        """Whether everybody gets the off variant."""
        return self in (FeatureState.DISABLED, FeatureState.ARCHIVED)
