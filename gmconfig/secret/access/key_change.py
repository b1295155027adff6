"""A change of the policy or of keys, as one signed event.

It makes new keys where somebody loses something, seals values again, wraps keys for new readers, and lists what
former readers know. Everything is built and opened again in memory; the caller commits it as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GmconfigError, Refused
from gmconfig.secret import plaintext, seal
from gmconfig.secret.access import generation
from gmconfig.secret.access.former_readers import FormerReaders, Histories
from gmconfig.secret.access.key_rights import KeyRights
from gmconfig.secret.access.wrapping import Wrapping
from gmconfig.secret.log import event
from gmconfig.secret.log.exposure import Exposure, details_of
from gmconfig.secret.log.noting import Notes, generations_tree
from gmconfig.secret.log.sayings import Entry
from gmconfig.secret.log.standing import fingerprint
from gmconfig.secret.log.vouching import ACCEPT
from gmconfig.secret.token import Sealed, parse
from gmconfig.storage.change import WholeFile, YamlEdit

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.token import Token
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


class KeyChange(NamedTuple):
    """What a change of policy or keys comes to; `files` are its edits, for one commit.

    `due` are scopes that a reader must re-key, because the caller cannot; `waiting` pairs scopes with new
    readers whose key could not be wrapped for the same reason.
    """

    files: dict[str, FileEdit]
    rekeyed: tuple[str, ...] = ()
    sealed_again: int = 0
    exposed: tuple[Exposure, ...] = ()
    due: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()


class KeyChanging(KeyRights):
    """Makes one such change.

    `after` is the policy to be signed, None to change keys alone. `found` are all sealed values of the
    snapshot. `scopes` get new keys in any case; `history_for` gets the earlier keys as well.
    """

    def __init__(
        self,
        vault: Vault,
        operation: str,
        found: Sequence[Sealed],
        *,
        after: Policy | None = None,
        scopes: Iterable[str] = (),
        history_for: Collection[str] = (),
        histories: Histories = lambda _: (),
        reason: str | None = None,
    ) -> None:
        super().__init__(vault, after, scopes)
        self.operation = operation
        self.found = list({one.context: one for one in found}.values())
        self.history_for = history_for
        self.histories = histories
        self.reason = reason or ""
        self.time = event.timestamp(datetime.now(UTC))
        self._notes = Notes()
        self._made: dict[str, generation.NewGeneration] = {}
        self._new_tokens: dict[str, str] = {}
        self._plain: list[tuple[str, Sealed, bytes]] = []

    def made(self) -> KeyChange:
        """Make the change.

        Raises:
            AccessDenied: the caller may not sign it, or cannot read what must be sealed again.
            Refused: a value cannot be vouched for, or nobody could read or sign any more.
        """
        self.check_somebody_is_left(self.found)
        self.check_may()
        files: dict[str, FileEdit] = {}
        for scope in self.rekeyed:
            self._made[scope] = self._new_key(scope)
        again = [one for one in self.found if self._must_be_sealed_again(one)]
        files |= self._sealed_again(again)
        files |= self._wraps()
        self._verify()
        exposed = tuple(self._exposed())
        name, raw = event.write(self._content(exposed), self.vault.held.identity)
        files[name] = WholeFile(raw)
        return KeyChange(
            files,
            tuple(sorted(self.rekeyed)),
            len(again),
            exposed,
            tuple(self.due),
            tuple(self._wrapping.waiting()),
        )

    # What must happen

    def _must_be_sealed_again(self, sealed: Sealed) -> bool:
        try:
            token = parse(sealed)
        except GmconfigError:
            return False
        scope = self.after.scope_of(sealed.context)
        if scope in self.due or token.scope in self.due:
            return False
        moved = scope != token.scope
        return moved or scope in self.rekeyed or token.key_name in self.judge.standing.retired

    # Keys

    def _new_key(self, scope: str) -> generation.NewGeneration:
        """Make a key that follows all that there were: whoever made one of those may leave, and the log be cut."""
        standing = self.judge.standing
        before = {record.generation for record in standing.current(scope)}
        before |= {name for one, name in standing.retired if one == scope}
        return generation.make(scope, self.after.readers(scope), self.after.digest, tuple(sorted(before)))

    def _key(self, scope: str) -> tuple[bytes, str]:
        """Give the key that a value of a scope is sealed under now; a scope's first one is made here."""
        if scope not in self._made:
            current = self.judge.standing.current(scope)
            if current:
                return self.judge.key(scope, current[0].generation), current[0].generation
            self._made[scope] = self._new_key(scope)
        return self._made[scope].key, self._made[scope].record.generation

    def _wraps(self) -> dict[str, FileEdit]:
        """Wrap keys for readers who lack them, and take away those of former readers."""
        new = {n: WholeFile(raw) for made in self._made.values() for n, raw in made.files.items()}
        return {**new, **self._wrapping.edits()}

    @cached_property
    def _wrapping(self) -> Wrapping:
        return Wrapping(
            self.vault,
            self.judge,
            self.after,
            rekeyed=self.rekeyed,
            due=self.due,
            history_for=self.history_for,
        )

    # Values

    def _sealed_again(self, again: Sequence[Sealed]) -> dict[str, FileEdit]:
        from gmconfig.storage.yaml.edit import Set

        self._check_nothing_is_gone()
        edits: dict[str, list[Set]] = {}
        for sealed in again:
            new = self._one(sealed)
            edits.setdefault(sealed.file, []).append(Set(sealed.written_at, new, create=False))
        self._note_the_dead()
        return {file: YamlEdit(file, tuple(sets)) for file, sets in edits.items()}

    def _one(self, sealed: Sealed) -> str:
        token, context = parse(sealed), sealed.context
        value = self._opened(token, sealed)
        scope = self.after.scope_of(context)
        key, name = self._key(scope)
        new = seal.seal_value(value, key, scope, name, context)
        old = fingerprint(sealed)
        heads = {entry.token for entry in self.judge.standing.heads(context) if entry.token}
        before = [old, *sorted(heads - {old})]
        self._notes.note(context, (scope, name), new, before, self.vault.metadata_of(sealed))
        self._new_tokens[old] = fingerprint(new)
        self._plain.append((new, sealed, plaintext.encode(value)))
        return new

    def _opened(self, token: Token, sealed: Sealed) -> object:
        """Open a value that the log vouches for: what was slipped in is never sealed again."""
        try:
            self.judge.vouched(token, sealed)
            return seal.open_token(token, self.judge.key(*token.key_name), sealed.context)
        except GmconfigError as error:
            raise Refused(
                f"not every value can be sealed again, so nothing was changed: {error.message}",
                hint=error.hint or ACCEPT,
                place=error.place or self.vault.place(sealed),
            ) from error

    def _gone(self) -> list[Entry]:
        present = {one.context for one in self.found}
        standing = self.judge.standing
        return [
            entry
            for name, entry in standing.entries.items()
            if entry.scope in self.rekeyed
            and entry.context not in present
            and standing.replacement(name, entry.scope) is None
        ]

    def _check_nothing_is_gone(self) -> None:
        """Refuse to draw a line under a log that still misses a value."""
        for entry in self._gone():
            raise Refused(
                f"{entry.context}: its sealed value was removed, and nobody signed that", hint=ACCEPT
            )

    def _note_the_dead(self) -> None:
        """Say again what was deleted by somebody whose word counts no more."""
        standing = self.judge.standing
        present = {one.context for one in self.found}
        for name, entry in standing.entries.items():
            by = standing.replacement(name, entry.scope)
            if by is None or entry.scope not in self.rekeyed or entry.context in present:
                continue
            member = self.after.members.get(by.event.actor)
            if member is None or member.verifier != by.event.key:
                key = (entry.scope, self._made[entry.scope].record.generation)
                self._notes.note(entry.context, key, None, [name])

    def _verify(self) -> None:
        """Open every new token and one's own new keys before anything is replaced."""
        for new, sealed, plain in self._plain:
            token = parse(new)
            key = self._key(token.scope)[0]
            if plaintext.encode(seal.open_token(token, key, sealed.context)) != plain:
                raise Refused(f"{sealed.context} did not open again; nothing was changed")
        me = self.vault.member
        for made in self._made.values():
            raw = made.files.get(generation.wrap_file(made.record, me))
            if raw is not None:
                generation.unwrapped(raw, made.record, me, self.vault.held.identity)

    def _exposed(self) -> Iterable[Exposure]:
        former = FormerReaders(self.vault, self.judge, self.after, self.losers, self.histories)
        for exposure in former.exposures(self.found):
            yield exposure._replace(token=self._new_tokens.get(exposure.token, exposure.token))

    def _content(self, exposed: Sequence[Exposure]) -> dict[str, object]:
        trust = self.vault.trust
        heads = sorted(head.id for head in trust.heads)
        details: dict[str, object] = {}
        if not self.signs and self._made:
            details["access"] = heads
        if exposed:
            details["exposed"] = details_of(exposed)
        changes, generations = self._notes.changes(), generations_tree(self._made.values())
        return {
            "operation": self.operation,
            "actor": self.vault.member,
            "time": self.time,
            "reason": self.reason,
            "root": trust.root,
            "policy": self.after.digest,
            **({"access": dict(self.after.tree), "parents": heads} if self.signs else {}),
            **({"changes": changes} if changes else {}),
            **({"generations": generations} if generations else {}),
            **({"details": details} if details else {}),
        }
