"""What the managers answer: values without behaviour, for programs and for the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.config.diff import Change
    from gmconfig.errors import GmconfigError
    from gmconfig.finding import Place
    from gmconfig.storage.git import Revision


@dataclass(frozen=True, slots=True)
class DocumentLayers:
    """A document with the files of each environment, lowest layer first; None is the base alone."""

    name: str
    layers: Mapping[str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one layer says about a value.

    `source` is the layer's name; `place` is None for an environment variable; `revision` is the commit that
    last changed it, None where it is not committed yet; `reason` says why.
    """

    source: str
    place: Place | None
    value: object
    wins: bool
    revision: Revision | None
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A value and every layer that has a say, strongest first; `checks` are what validate holds it to."""

    document: str
    environment: str | None
    path: str
    value: object
    says: tuple[Statement, ...]
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """How one document differs between two sides, by path.

    `environment` is the one that both sides are of; None where they are of two, or of the base.
    """

    document: str
    changes: tuple[Change, ...]
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One reload of a watched document: what changed, or why the last good values stay (`error`)."""

    document: str
    changes: tuple[Change, ...] = ()
    error: GmconfigError | None = None


@dataclass(frozen=True, slots=True)
class SecretSummary:
    """A named secret without its value; `environment` is `common` where all share it.

    `age_days` is None where its birth is not recorded; `due` says that it is older than `rotate_every`, or
    past `expires`.
    """

    name: str
    environment: str
    type: str
    description: str
    owner: str | None
    created: str | None
    rotate_every: str | None
    expires: str | None
    age_days: int | None
    due: bool
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnfinishedRotation:
    """A rotation whose hook ran, or began to, and whose new value was not committed; it is kept, sealed.

    `changed` is True where the source has the new value for sure.
    """

    name: str
    environment: str
    since: str
    changed: bool

    def __str__(self) -> str:
        state = "is set at its source and not committed" if self.changed else "may be set at its source"
        return f"the new value of {self.name} in {self.environment} {state}; it is kept, sealed"

    @property
    def command(self) -> str:
        """What brings it to its end."""
        option = "" if self.environment == "common" else f" -e {self.environment}"
        return f"gmconfig secret rotate {self.name}{option}"
