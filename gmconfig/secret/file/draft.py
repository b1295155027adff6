"""One command's writes: seals values, and gathers them into the one signed event that goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, GmconfigError
from gmconfig.secret import plaintext, seal
from gmconfig.secret.access.denial import next_steps
from gmconfig.secret.access.generation import NewGeneration, Record, make
from gmconfig.secret.log import event
from gmconfig.secret.log.noting import Notes, generations_tree
from gmconfig.secret.log.standing import fingerprint, may_write
from gmconfig.secret.token import Context, Sealed, parse
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


class Draft:
    """Seals for one command (`operation`: create, set, rotate, seal, …) and signs what was done.

    `reason` goes into the event; `now` is the writer's clock, None for the machine's.
    """

    def __init__(
        self, vault: Vault, operation: str, *, reason: str | None = None, now: datetime | None = None
    ) -> None:
        self.vault = vault
        self.operation = operation
        self.reason = reason or ""
        self.time = event.timestamp(now or datetime.now(UTC))
        self._notes = Notes()
        self._made: dict[str, NewGeneration] = {}

    def seal(
        self,
        context: Context,
        value: object,
        *,
        before: Sealed | None = None,
        metadata: str | None = None,
        same_as: Sealed | None = None,
    ) -> str:
        """Seal a value for a place; gives the token, which stays the same if the value does.

        `before` is the token that stands there now; `metadata` the hash of a named secret's metadata.
        `same_as` is the token that the value came from, where it was not changed but moved or accepted:
        whoever has seen that one, has seen this.

        Raises:
            Refused: the policy is not signed, or the scope's keys are not settled.
            AccessDenied: the caller may not write there.
        """
        scope = self._checked_scope(context)
        if before is not None and self._stays(before, value, scope):
            self._describe(context, before, metadata)
            return str(before)
        token, key_name = self._sealed(value, scope, context)
        self._notes.note(context, key_name, token, self._predecessors(context, before), metadata)
        if same_as is not None:
            self._notes.same.append([fingerprint(token), fingerprint(same_as)])
        return token

    def drop(self, context: Context, before: Sealed | None = None) -> None:
        """Say that no sealed value stands at a place any more.

        Raises:
            AccessDenied: the caller may not write there.
        """
        scope = self._checked_scope(context)
        record = self.vault.writable(scope)
        generation = parse(before).generation if before is not None else record.generation if record else ""
        predecessors = self._predecessors(context, before)
        if predecessors:
            self._notes.note(context, (scope, generation), None, predecessors)

    def files(self) -> dict[str, FileEdit]:
        """Give the event's file and those of new keys, for the commit; nothing where nothing was sealed."""
        if not self._notes and not self._made:
            return {}
        name, raw = event.write(self._content(), self.vault.held.identity)
        made = {path: raw for new in self._made.values() for path, raw in new.files.items()}
        return {path: WholeFile(content) for path, content in {**made, name: raw}.items()}

    def _checked_scope(self, context: Context) -> str:
        trust = self.vault.trust
        trust.check_settled()
        scope = trust.scope_of(context)
        self.vault.check_newest(scope)
        if not may_write(trust, self.vault.member, self.operation, scope):
            member = self.vault.member
            hint = next_steps(member, "write", scope)
            raise AccessDenied(f'"{member}" may not write {context} (scope "{scope}")', hint=hint)
        return scope

    def _stays(self, before: Sealed, value: object, scope: str) -> bool:
        """Whether the token that stands there may stay: rightful, of today's key, and of the same value."""
        try:
            token = parse(before)
            if token.ephemeral or token.scope != scope:
                return False
            opened = self.vault.open(before)
        except GmconfigError:
            return False
        # With several heads a new token settles which one counts.
        chosen = len(self.vault.standing.heads(before.context)) == 1
        return chosen and plaintext.encode(opened) == plaintext.encode(value)

    def _sealed(self, value: object, scope: str, context: Context) -> tuple[str, tuple[str, str]]:
        """Seal with the scope's key, or with its public half where the caller cannot read."""
        key, record = self._key(scope)
        names = (scope, record.generation, context)
        token = (
            seal.seal_value(value, key, *names)
            if key
            else seal.seal_for_readers(value, record.public, *names)
        )
        return token, (scope, record.generation)

    def _key(self, scope: str) -> tuple[bytes | None, Record]:
        record = self.vault.writable(scope)
        if record is None:
            new = self._new_generation(scope)
            return new.key, new.record
        if self.vault.trust.allows(self.vault.member, "read", scope):
            return self.vault.key(scope, record.generation), record
        return None, record

    def _new_generation(self, scope: str) -> NewGeneration:
        """Make the first key of a scope that a signed policy has declared."""
        if scope not in self._made:
            policy, member = self.vault.trust.policies[0], self.vault.member
            if not any(policy.allows(member, right, scope) for right in ("admin", "rotate")):
                raise AccessDenied(f'scope "{scope}" has no key yet, and "{member}" may not make one')
            self._made[scope] = make(scope, policy.readers(scope), policy.digest)
        return self._made[scope]

    def _predecessors(self, context: Context, before: Sealed | None) -> list[str]:
        heads = {entry.token for entry in self.vault.standing.heads(context) if entry.token}
        return sorted(heads | ({fingerprint(before)} if before is not None else set()))

    def _describe(self, context: Context, before: Sealed, metadata: str | None) -> None:
        """Sign new metadata beside a value that stays."""
        latest = self.vault.standing.known(fingerprint(before), parse(before).key_name)
        if any(entry.metadata != metadata for entry in latest):
            events = sorted(entry.event.id for entry in latest)
            self._notes.note(context, parse(before).key_name, str(before), events, metadata)

    def _content(self) -> Mapping[str, object]:
        changes, generations = self._notes.changes(), generations_tree(self._made.values())
        return {
            "operation": self.operation,
            "actor": self.vault.member,
            "time": self.time,
            "reason": self.reason,
            "root": self.vault.trust.root,
            "policy": self.vault.trust.policies[0].digest,
            **({"changes": changes} if changes else {}),
            **({"generations": generations} if generations else {}),
            **({"details": {"same": self._notes.same}} if self._notes.same else {}),
        }
