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
    """A document with its files.

    Attributes:
        name: the document's.
        layers: the files of each environment, lowest layer first; None is the base alone.
    """

    name: str
    layers: Mapping[str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one layer says about a value.

    Attributes:
        source: the layer's name.
        place: where it stands; None for an environment variable.
        value: what it says, as it is written.
        wins: whether this is the value that counts.
        revision: the commit that last changed it; None where it is not committed yet.
        reason: why that commit was made.
    """

    source: str
    place: Place | None
    value: object
    wins: bool
    revision: Revision | None
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A value and where it comes from.

    Attributes:
        document, environment, path: which value; None is the base alone.
        value: the resolved value; a `Secret` where it is one.
        says: every layer that has a say, the strongest first.
        checks: what `validate` holds the value to, in words.
    """

    document: str
    environment: str | None
    path: str
    value: object
    says: tuple[Statement, ...]
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """How one document differs between two sides, by path.

    Attributes:
        document: its name.
        changes: what differs, in the document's order; empty where nothing does.
        environment: the one that both sides are of; None where they are of two, or of the base.
        yaml_document: which of several YAML documents in its file; 0 where it has one.
    """

    document: str
    changes: tuple[Change, ...]
    environment: str | None = None
    yaml_document: int = 0


@dataclass(frozen=True, slots=True)
class Update:
    """One reload of a watched document.

    Attributes:
        document: its name.
        changes: what is another value now.
        error: why the last good values stay; None where the reload succeeded.
    """

    document: str
    changes: tuple[Change, ...] = ()
    error: GmconfigError | None = None


@dataclass(frozen=True, slots=True)
class SecretSummary:
    """A named secret without its value.

    Attributes:
        name, type, description, owner: what its file says of it in clear.
        environment: the one that it belongs to; `common` where all share it.
        created: when it was created, as its file says; ISO 8601.
        rotate_every: how old it may get, such as `90d`.
        expires: the day on which the value stops working, ISO 8601.
        age_days: its age in days; None where its birth is not recorded.
        due: whether it is older than `rotate_every`, or past `expires`.
        readers: the members who can open it.
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
