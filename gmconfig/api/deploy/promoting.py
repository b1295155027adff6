"""`deploy promote`: what changed and succeeded in one environment becomes a minimal edit of another's layer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.carry_out import carry_out
from gmconfig.api.config.edited import edited_values
from gmconfig.api.outcome import Deed
from gmconfig.config.editing.edit import plan_tree
from gmconfig.config.editing.own import Own
from gmconfig.config.resolve import Resolved, resolve
from gmconfig.config.strategy import rules_of
from gmconfig.deploy.promotion import Base, Document, Found, carried, found
from gmconfig.errors import NotFound, UnknownDocument, UsageError
from gmconfig.path import KeyPath

if TYPE_CHECKING:
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.api.outcome import How, Outcome
    from gmconfig.config.editing.edit import PlannedEdit
    from gmconfig.record.entry import Record
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

_OPERATION = "promote"
_FORMAT = "--format=%H%x00%(trailers:key=Gmconfig-From,valueonly)%x00" + "%x00".join(
    f"%(trailers:key=Gmconfig-{name},valueonly)" for name in ("Environment", "Promoted", "Keys")
)


class Since(NamedTuple):
    """What the source is compared with: a commit (None: nothing is known), as what, and which globs it was about."""

    commit: str | None
    said: str
    keys: tuple[str, ...] = ()


class Promotion(NamedTuple):
    """What a promotion carried over, or would.

    Attributes:
        source, target: the environments.
        commit: the source's, which was promoted.
        record: the deployment that succeeded with it; None where the source has none, and HEAD was taken.
        since: what the source was compared with, the newest first.
        carried, stays: by document.
        outcome: the change.
    """

    source: str
    target: str
    commit: str
    record: str | None
    since: tuple[Since, ...]
    carried: Mapping[str, tuple[Found, ...]]
    stays: Mapping[str, tuple[Found, ...]]
    outcome: Outcome


def promote(
    deployer: Deployer,
    source: str,
    target: str,
    how: How,
    *,
    keys: Sequence[str] = (),
    since: str | None = None,
) -> Promotion:
    """Carry what changed in one environment over to another, as one commit in that one's own layers.

    Args:
        deployer: the project.
        source: the environment that it succeeded in.
        target: the one that gets it.
        how: who, why, and how far.
        keys: globs of what may be carried over; a path in full takes it also where the target has its own.
        since: compare the source with this revision, instead of what was promoted last.

    Raises:
        UnknownEnvironment: one of them is not declared.
        InvalidConfiguration: the target would not be valid with it.
    """
    project = deployer.project
    source, target = (project.environment(one).name for one in (source, target))
    if source == target:
        raise UsageError(f'"{source}" cannot be promoted to itself', hint="name two environments")
    return _Promotion(deployer, source, target, how, tuple(keys), since).carry_out()


class _Promotion:
    """One promotion in the making."""

    def __init__(
        self, deployer: Deployer, source: str, target: str, how: How, keys: tuple[str, ...], since: str | None
    ) -> None:
        self.deployer = deployer
        self.project = deployer.project
        self.source = source
        self.target = target
        self.how = how
        self.keys = keys
        self.record = self._succeeded(source)
        self.commit = self.record.commit if self.record else self.project.repository.resolve("HEAD")
        self.since = tuple(self._since(since))

    def carry_out(self) -> Promotion:
        """Compare each document, edit, check and commit."""
        compared = {name: self._found(name) for name in self._documents()}
        edits: dict[str, FileEdit] = {}
        for name, changes in compared.items():
            edits.update(self._edited(name, [one for one in changes if one.stays is None]))
        deed = Deed(
            _OPERATION,
            f"promote {self.source} to {self.target}",
            environment=self.target,
            trailers={"From": self.source, "Promoted": self.commit, "Keys": json.dumps(self.keys)},
            changes=edited_values(self.project, edits, files=tuple(edits)),
        )
        outcome = carry_out(self.project, edits, self.how, deed)
        return Promotion(
            self.source,
            self.target,
            self.commit,
            self.record.id if self.record else None,
            self.since,
            _part(compared, goes=True),
            _part(compared, goes=False),
            outcome,
        )

    def _found(self, name: str) -> tuple[Found, ...]:
        here = self.project.worktree()
        target = self._resolved(name, here, self.target)
        rules = rules_of(self.project.settings.merge)
        document = Document(
            source=self._resolved(name, self.project.snapshot(self.commit), self.source).merged,
            target=target.merged,
            own=Own(self.project, here, name, self.target, known=target.layers).tree,
            bases=tuple(self._base(name, one) for one in self.since if one.commit),
            rules=rules,
        )
        only = [KeyPath.parse(text) for text in self.keys]
        return tuple(found(document, only, self._excepted(name)))

    def _edited(self, name: str, changes: Sequence[Found]) -> Mapping[str, FileEdit]:
        if not changes:
            return {}
        resolved = self._resolved(name, self.project.worktree(), self.target)
        plan: PlannedEdit = plan_tree(resolved, carried(resolved.merged, changes), resolved.merged)
        return plan.edits

    def _base(self, name: str, since: Since) -> Base:
        snapshot = self.project.snapshot(since.commit or "HEAD")
        keys = tuple(KeyPath.parse(text) for text in since.keys)
        return Base(self._resolved(name, snapshot, self.source).merged, keys)

    def _resolved(self, name: str, snapshot: Snapshot, environment: str) -> Resolved:
        """Resolve a document as its commit's project does; one that is not there is an empty one."""
        project = self.project.at(snapshot)
        rules = rules_of(project.settings.merge)
        try:
            return resolve(project, snapshot, name, environment)
        except (NotFound, UnknownDocument):
            return Resolved(project, snapshot, name, environment, (), rules=rules)

    def _documents(self) -> list[str]:
        return sorted(self.project.documents(self.project.snapshot(self.commit)))

    def _excepted(self, name: str) -> list[KeyPath]:
        """Give what `parity:` rules for both environments except."""
        both = {self.source, self.target}
        return [
            KeyPath.parse(str(text))
            for rule in self.project.settings.parity
            if both <= set(map(str, rule.get("environments") or ()))
            and (not isinstance(rule.get("documents"), list) or name in rule["documents"])
            for text in rule.get("except") or ()
        ]

    def _since(self, asked: str | None) -> Iterator[Since]:
        """Yield what to compare with, up to the first that was about every key."""
        if asked is not None:
            yield Since(self.project.repository.resolve(asked), asked)
            return
        for one in self._promotions():
            yield one
            if not one.keys:
                return
        record = self._succeeded(self.target)
        yield (
            Since(record.commit, record.id) if record else Since(None, "nothing was promoted or deployed yet")
        )

    def _promotions(self) -> Iterator[Since]:
        """Yield the earlier promotions between the two environments, the newest first."""
        from gmconfig.storage.git.history import require_full_history

        repository = self.project.repository
        require_full_history(repository)
        out = repository.run("log", "-z", "--grep=^Gmconfig-Promoted: ", _FORMAT, "HEAD", "--")
        for commit, source, target, promoted, keys in _entries(out):
            if (source, target) == (self.source, self.target):
                yield Since(promoted, f"the promotion {commit[:7]}", _globs(keys))

    def _succeeded(self, environment: str) -> Record | None:
        """Give the last deployment that fully succeeded somewhere."""
        ledger = self.deployer.ledger(environment)
        ledger.refresh()
        records = ledger.chain.records()
        return next((one for one in records if one.brought_all), None)


def _entries(out: bytes) -> Iterator[tuple[str, str, str, str, str]]:
    """Read `git log` in the form above: five fields a commit."""
    fields = [text.strip() for text in out.decode("utf-8", "replace").split("\0")]
    for start in range(0, len(fields) - 4, 5):
        commit, source, target, promoted, keys = fields[start : start + 5]
        yield commit, source, target, promoted, keys


def _globs(text: str) -> tuple[str, ...]:
    """Read the globs of an earlier promotion; anybody can write a trailer, and none of them is then all."""
    try:
        keys = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return ()
    return tuple(map(str, keys)) if isinstance(keys, list) else ()


def _part(compared: Mapping[str, tuple[Found, ...]], *, goes: bool) -> dict[str, tuple[Found, ...]]:
    """Give what is carried over, or what stays, of the documents that have any of it."""
    parts = {
        name: tuple(one for one in some if (one.stays is None) is goes) for name, some in compared.items()
    }
    return {name: some for name, some in parts.items() if some}
