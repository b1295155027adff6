"""The records of one environment: an append-only chain of commits on a ref, each a step of a deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import BrokenConfiguration, NotFound, Refused
from gmconfig.record import names
from gmconfig.record.entry import Record, State, damaged, record_of
from gmconfig.record.note import as_bytes, parsed
from gmconfig.storage.git import refs
from gmconfig.storage.git.contents import each_blob

if TYPE_CHECKING:
    from gmconfig.project import Project

_RECORD, _PLAN = "record.json", "plan.json"
_TRAILER = "Gmconfig-Deployment"
_BEGINNING = "deploy: the first record follows"


class _Newest(NamedTuple):
    """What a tip says, as it was written or read here: while the ref names it, it is not read again."""

    tip: str
    record: Record
    plan: bytes | None = None


class Chain:
    """An environment's records, the newest at the ref's tip.

    A deployment is several commits, one a state. The first has the configuration's commit as its second
    parent, so that `git gc` keeps what was deployed and `git log` shows it.
    """

    def __init__(self, project: Project, environment: str, *, protected: bool | None = None) -> None:
        self.project = project
        self.environment = environment
        self.repository = project.repository
        self.ref = names.deployments(project, environment, protected=protected)
        self._newest: _Newest | None = None
        self._states: tuple[str, list[tuple[str, str]]] = ("", [])

    def tip(self) -> str | None:
        """Give the commit that the chain ends with."""
        return refs.read(self.repository, self.ref)

    def latest(self) -> Record | None:
        """Give the newest record in its newest state."""
        return self._latest_at(self.tip())

    def _latest_at(self, tip: str | None) -> Record | None:
        if self._newest is not None and self._newest.tip == tip:
            return self._newest.record
        found = next(self._records_at(tip), None)
        if tip is not None and found is not None:
            self._newest = _Newest(tip, found)
        return found

    def records(self) -> Iterator[Record]:
        """Yield every record in its last state, the newest first."""
        return self._records_at(self.tip())

    def _records_at(self, tip: str | None) -> Iterator[Record]:
        states = self._last_states(tip)
        found = each_blob(self.repository, (f"{commit}:{_RECORD}" for _, commit in states))
        for (name, _), (_, raw) in zip(states, found, strict=True):
            yield self._read(name, raw)

    def find(self, name: str) -> Record:
        """Give a record by its id.

        Raises:
            NotFound: the environment has none of that name.
        """
        commit = dict(self._last_states(self.tip())).get(name)
        if commit is None:
            raise NotFound(
                f'no deployment named "{name}"', hint=f"gmconfig deploy history {self.environment}"
            )
        return self._read(name, self.repository.run("cat-file", "blob", f"{commit}:{_RECORD}"))

    def _read(self, name: str, raw: bytes) -> Record:
        """Read a record; one that calls itself otherwise than its commit does is none."""
        record = record_of(parsed(raw, self.ref), self.ref)
        if record.id != name:
            raise damaged(self.ref)
        return record

    def plan_of(self, record: Record) -> Mapping[str, object]:
        """Give what a deployment was to change, as it was recorded; secrets are masked in it."""
        commit = dict(self._last_states(self.tip()))[record.id]
        return parsed(self.repository.run("cat-file", "blob", f"{commit}:{_PLAN}"), self.ref)

    def begin(self, record: Record, plan: Mapping[str, object], *, sign: bool = False) -> Record:
        """Record an intent before its first side effect; it gets its number here.

        Raises:
            Refused: somebody else recorded one meanwhile.
        """
        tip = self.tip()
        newest = self._latest_at(tip)
        moment = timestamp()
        begun = record.replaced(number=(newest.number if newest else 0) + 1, started=moment, changed=moment)
        self._append(begun, as_bytes(plan), tip, (record.commit,), sign=sign)
        return begun

    def advance(self, record: Record, state: State | None = None, *, sign: bool = False) -> Record:
        """Record that a deployment moved on.

        Raises:
            Refused: a newer deployment took over; this one may touch nothing more.
        """
        tip = self.tip()
        newest = self._latest_at(tip)
        if newest is None or tip is None or newest.id != record.id or newest.fencing > record.fencing:
            raise Refused(
                f"{record.id} was taken over by {newest.id if newest else 'somebody'}",
                hint=f"gmconfig deploy history {self.environment}",
            )
        moved = record.replaced(state=state or record.state, changed=timestamp())
        self._append(moved, self._plan(tip), tip, (), sign=sign)
        return moved

    def _plan(self, tip: str) -> bytes:
        newest = self._newest
        if newest is not None and newest.tip == tip and newest.plan is not None:
            return newest.plan
        return self.repository.run("cat-file", "blob", f"{tip}:{_PLAN}")

    def _append(
        self, record: Record, plan: bytes, tip: str | None, further: tuple[str, ...], *, sign: bool
    ) -> None:
        tree = refs.flat_tree(self.repository, {_RECORD: as_bytes(record.as_json()), _PLAN: plan})
        parents = (tip or self._root(), *further)
        commit = refs.chained(self.repository, parents, tree, _message(record), sign=sign)
        if not refs.swap(self.repository, self.ref, commit, tip, f"deploy: {record.id} {record.state}"):
            raise Refused(
                f"somebody else deployed into {self.environment} at this moment",
                hint=f"gmconfig deploy status {self.environment}",
            )
        self._newest = _Newest(commit, record, plan)

    def _last_states(self, tip: str | None) -> list[tuple[str, str]]:
        """Give (id, commit) of every record's last state, the newest record first."""
        if tip is None:
            return []
        if self._states[0] != tip:
            self._states = tip, self._walked(tip)
        return self._states[1]

    def _walked(self, tip: str) -> list[tuple[str, str]]:
        form = f"--format=%H %(trailers:key={_TRAILER},valueonly,separator=%x2C)"
        said = self.repository.run("log", "--first-parent", form, "--end-of-options", tip, "--")
        out = said.decode("utf-8", "replace")
        if not out:  # git walks from something else than a commit without a word
            raise BrokenConfiguration(
                f"{self.ref} names no commit, so it holds no records",
                hint=f"look at it with: git show {self.ref}",
            )
        found: dict[str, str] = {}
        for line in out.split("\n"):
            commit, _, name = line.partition(" ")
            if name:
                found.setdefault(name, commit)
        return list(found.items())

    def _root(self) -> str:
        """Give a commit to begin with, so that a walk along first parents never leaves the chain."""
        return refs.chained(self.repository, (), refs.flat_tree(self.repository, {}), _BEGINNING)


def timestamp() -> str:
    """Give this moment as records have it; their order is the chain's, never the clock's."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: Record) -> str:
    subject = f"deploy: {record.id} {record.state}"
    trailers = (f"{_TRAILER}: {record.id}", f"Gmconfig-State: {record.state}")
    return "\n".join((subject, "", *([record.reason, ""] if record.reason else []), *trailers)) + "\n"
