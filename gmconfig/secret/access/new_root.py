"""A new root of trust over what is sealed already: one signed event that vouches for everything anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import AccessDenied, GmconfigError
from gmconfig.secret import seal
from gmconfig.secret.access import generation
from gmconfig.secret.access.policy import DEFAULT_SCOPE
from gmconfig.secret.log import event
from gmconfig.secret.log.noting import Notes, generations_tree
from gmconfig.secret.log.standing import fingerprint
from gmconfig.secret.token import Sealed, parse
from gmconfig.storage.change import WholeFile, YamlEdit

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.keyring.sources import Held
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


class MadeRoot(NamedTuple):
    """What a reset adds; `file` is the root's event, `left` counts the values that could not be opened."""

    files: dict[str, FileEdit]
    root: str
    file: str
    scopes: tuple[str, ...]
    sealed_again: int
    left: int


class NewRoot:
    """Makes one, with new keys for every scope that holds something."""

    def __init__(
        self,
        vault: Vault,
        policy: Policy,
        held: Held,
        found: Sequence[Sealed],
        *,
        reason: str | None = None,
    ) -> None:
        self.vault = vault
        self.policy = policy
        self.held = held
        self.found = found
        self.reason = reason or ""
        self.time = event.timestamp(datetime.now(UTC))
        self._notes = Notes()
        self._made: dict[str, generation.NewGeneration] = {}

    def made(self) -> MadeRoot:
        """Make it."""
        self._key(DEFAULT_SCOPE)
        opened = [(one, value) for one in self.found if (value := self._opened(one)) is not None]
        files = self._edits(opened)
        files |= {n: WholeFile(raw) for new in self._made.values() for n, raw in new.files.items()}
        name, raw = event.write(self._content(), self.held.identity)
        files[name] = WholeFile(raw)
        scopes, left = tuple(sorted(self._made)), len(self.found) - len(opened)
        return MadeRoot(files, event.read(raw, name).id, name, scopes, len(opened), left)

    def _edits(self, opened: Sequence[tuple[Sealed, tuple[object]]]) -> dict[str, FileEdit]:
        from gmconfig.storage.yaml.edit import Set

        edits: dict[str, list[Set]] = {}
        for sealed, (value,) in opened:
            scope = self.policy.scope_of(sealed.context)
            new = self._key(scope)
            name = new.record.generation
            token = seal.seal_value(value, new.key, scope, name, sealed.context)
            metadata = self.vault.metadata_of(sealed)
            self._notes.note(sealed.context, (scope, name), token, [fingerprint(sealed)], metadata)
            edits.setdefault(sealed.file, []).append(Set(sealed.written_at, token, create=False))
        return {file: YamlEdit(file, tuple(sets)) for file, sets in edits.items()}

    def _key(self, scope: str) -> generation.NewGeneration:
        if scope not in self._made:
            self._made[scope] = generation.make(scope, self.policy.readers(scope), self.policy.digest)
        return self._made[scope]

    def _opened(self, sealed: Sealed) -> tuple[object] | None:
        """Open a value with whatever key was wrapped for the identity at hand, in whosever name."""
        try:
            token = parse(sealed)
            return (seal.open_token(token, self._old_key(*token.key_name), sealed.context),)
        except GmconfigError:
            return None

    def _old_key(self, scope: str, name: str) -> bytes:
        """Unwrap a key that the old policy may not vouch for any more; its record's commitment must fit."""
        file = generation.record_file(scope, name)
        record = generation.read(self.vault.snapshot.read_many([file]).get(file, b""), file)
        folder = file.removesuffix("record.json")
        wraps = [
            one for one in self.vault.snapshot.files() if one.startswith(folder) and one.endswith(".age")
        ]
        for one in wraps:
            member = one.removeprefix(folder).removesuffix(".age")
            try:
                return generation.unwrapped(self.vault.snapshot.read(one), record, member, self.held.identity)
            except AccessDenied:
                continue
        raise AccessDenied(f'the key of scope "{scope}" was not wrapped for this identity')

    def _content(self) -> dict[str, object]:
        ledger = self.vault.ledger
        replaces = sorted({e.id for e in ledger if e.access is not None and not e.parents})
        changes = self._notes.changes()
        return {
            "operation": "reset",
            "actor": self.held.member,
            "time": self.time,
            "reason": self.reason,
            "root": "",
            "policy": self.policy.digest,
            "access": dict(self.policy.tree),
            "parents": [],
            "generations": generations_tree(self._made.values()),
            **({"changes": changes} if changes else {}),
            **({"details": {"replaces": replaces}} if replaces else {}),
        }
