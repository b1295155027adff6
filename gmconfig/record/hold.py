"""What an environment is held at: a record that stays wanted, whatever the branch says meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import NotFound, Refused
from gmconfig.immutable import EMPTY, Data
from gmconfig.record import names, note
from gmconfig.spoken import without_address

if TYPE_CHECKING:
    from gmconfig.project import Project


class Hold(Data):
    """One hold: the commit that its targets keep (none named: all of them), and on whose word.

    Attributes:
        commit: the configuration's commit that is wanted while it lasts.
        record: the id of the deployment that it goes back to, where there is one.
        targets: the names of the targets that are held; empty for all of the environment.
        old_secrets: whether the secrets of that commit are meant too, instead of today's.
        flags: the commit whose feature flags are meant, where a kill switch passed the hold.
        by, reason, since: who asked for it, why, and when (ISO 8601).
        apart: the commits of targets that had another one than the rest.
    """

    commit: str
    record: str | None = None
    targets: tuple[str, ...] = ()
    old_secrets: bool = False
    flags: str = ""
    by: str = ""
    reason: str = ""
    since: str = ""
    apart: Mapping[str, str] = EMPTY

    def commit_of(self, target: str) -> str:
        """Give the configuration's commit that a target keeps."""
        return self.apart.get(target, self.commit)

    def concerns(self, target: str) -> bool:
        """Whether a target is held by it; a group's name holds all of its hosts."""
        return not self.targets or target in self.targets or target.partition("/")[0] in self.targets

    def __str__(self) -> str:
        what = ", ".join(self.targets) or "everything"
        by = f" by {without_address(self.by)}" if self.by else ""
        why = f": {self.reason}" if self.reason else ""
        return note.on_one_line(f"{what} held at {self.record or self.commit[:7]}{by}{why}")


class Holds:
    """The holds of one environment; at most one concerns a target, the newest."""

    def __init__(self, project: Project, environment: str) -> None:
        self.environment = environment
        self.repository = project.repository
        self.ref = names.holds(project, environment)

    def all(self) -> tuple[Hold, ...]:
        """Give the holds, the newest first."""
        return _holds(note.read(self.repository, self.ref).content)

    def of(self, target: str) -> Hold | None:
        """Give what a target is held at, None if it follows the branch."""
        return next((hold for hold in self.all() if hold.concerns(target)), None)

    def add(self, hold: Hold) -> None:
        """Hold targets; what held exactly the same ones before gives way."""
        before = note.read(self.repository, self.ref)
        rest = [old for old in _holds(before.content) if hold.targets and old.targets != hold.targets]
        self._write((hold, *rest), before, f"hold: {self.environment} at {hold.record or hold.commit[:7]}")

    def replace(self, holds: Sequence[Hold]) -> None:
        """Put these in the place of all that there are."""
        before = note.read(self.repository, self.ref)
        if _holds(before.content) != tuple(holds):
            self._write(holds, before, f"hold: {self.environment} as it was")

    def take_back(self, commit: str, until: str) -> None:
        """Put back what was held before the newest hold, if that is at a commit and was there by a moment."""
        newest = note.read(self.repository, self.ref)
        holds = _holds(newest.content)
        if holds and holds[0].commit == commit and holds[0].since <= until:
            before = _holds(self._before(newest))
            if holds[0] not in before:
                self._write(before, newest, f"hold: {self.environment} as it was")

    def _before(self, newest: note.Note) -> Mapping[str, object]:
        """Give what stood there before a note."""
        asked = ("rev-parse", "--verify", "--quiet", f"{newest.commit}^")
        found = self.repository.attempt(*asked).stdout.decode().strip()
        return note.content_of(self.repository, found, self.ref) if found else {}

    def liftable(self, targets: Sequence[str] = ()) -> tuple[Hold, ...]:
        """Give the holds of some targets (none named: all).

        Raises:
            NotFound: nothing holds them.
            Refused: the whole environment is held, so that one target alone cannot follow the branch again.
        """
        return self._liftable(self.all(), targets)

    def lift(self, targets: Sequence[str] = (), by: str = "", reason: str = "") -> tuple[Hold, ...]:
        """Take away the holds that are `liftable` and give them; who did it, and why, stays in the ref's history."""
        before = note.read(self.repository, self.ref)
        holds = _holds(before.content)
        lifted = self._liftable(holds, targets)
        kept = tuple(left for hold in holds if (left := _without(hold, targets, lifted)))
        self._write(kept, before, f"unhold: {self.environment}", {"by": by, "reason": reason})
        return lifted

    def _write(
        self, holds: Sequence[Hold], before: note.Note, message: str, lifted: Mapping[str, str] | None = None
    ) -> None:
        content = {"holds": [hold.held() for hold in holds], **({"lifted": lifted} if lifted else {})}
        if note.write(self.repository, self.ref, content, message, after=before) is None:
            raise Refused(f"somebody else changed the holds of {self.environment}", hint="look again")

    def _liftable(self, holds: Sequence[Hold], targets: Sequence[str]) -> tuple[Hold, ...]:
        found = tuple(hold for hold in holds if not targets or set(hold.targets) & set(targets))
        if not found:
            raise self._nothing(holds, targets)
        return found

    def _nothing(self, holds: Sequence[Hold], targets: Sequence[str]) -> NotFound | Refused:
        if targets and any(not hold.targets for hold in holds):
            return Refused(
                f'all of {self.environment} is held, not "{targets[0]}" alone',
                hint=f"gmconfig deploy unhold {self.environment}",
            )
        what = f"{', '.join(targets)} is not held" if targets else f"nothing is held in {self.environment}"
        return NotFound(what, hint="gmconfig deploy status")


def _without(hold: Hold, targets: Sequence[str], lifted: Sequence[Hold]) -> Hold | None:
    if hold not in lifted:
        return hold
    left = tuple(name for name in hold.targets if name not in targets) if targets else ()
    return hold.replaced(targets=left) if left else None


def _holds(content: Mapping[str, object]) -> tuple[Hold, ...]:
    written = content.get("holds")
    return tuple(_hold(one) for one in written if isinstance(one, dict)) if isinstance(written, list) else ()


def _hold(content: Mapping[str, object]) -> Hold:
    targets, record, apart = content.get("targets"), content.get("record"), content.get("apart")
    return Hold(
        commit=str(content.get("commit", "")),
        record=str(record) if record else None,
        targets=tuple(map(str, targets)) if isinstance(targets, list) else (),
        old_secrets=content.get("old_secrets") is True,
        **{name: str(content.get(name, "")) for name in ("flags", "by", "reason", "since")},
        apart={str(name): str(one) for name, one in apart.items()} if isinstance(apart, dict) else EMPTY,
    )
