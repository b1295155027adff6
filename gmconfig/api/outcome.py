"""What a change did, or would do; and how it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gmconfig.finding import Place


@dataclass(frozen=True, slots=True)
class How:
    """Who changes, why, and how far: `dry_run` changes nothing, `commit=False` stops at the working tree."""

    user: str | None = None
    reason: str | None = None
    dry_run: bool = False
    commit: bool = True


@dataclass(frozen=True, slots=True)
class Edited:
    """One value that a change touched, where it stands now (or stood); secrets are masked.

    `kind` is `+` for a new value, `-` for a removed one, `~` for a changed one.
    """

    place: Place
    path: str
    kind: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did, or would do if it was a dry run.

    `commit` is the full id, None where nothing was committed; `files` maps each changed file to its content
    before and after, None for no file. `still_overridden` names the environments that keep a value of their own.
    """

    message: str
    document: str | None = None
    environment: str | None = None
    changes: tuple[Edited, ...] = ()
    files: Mapping[str, tuple[bytes | None, bytes | None]] = field(default_factory=dict, repr=False)
    commit: str | None = None
    branch: str | None = None
    dry_run: bool = False
    still_overridden: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there was anything to change."""
        return bool(self.files)
