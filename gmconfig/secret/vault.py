"""The door for the rooms above: opens the sealed values of one snapshot that the held identity may read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, GmconfigError, NotFound, Refused
from gmconfig.log import debug
from gmconfig.secret import seal
from gmconfig.secret.access.denial import next_steps
from gmconfig.secret.access.generation import Record, unwrapped, wrap_file
from gmconfig.secret.log.vouching import Vouching
from gmconfig.secret.named.store import Named, missing, sealed_of
from gmconfig.secret.token import Sealed, parse

if TYPE_CHECKING:
    from gmconfig.finding import Place
    from gmconfig.secret.log.trust import Trust

MANY = 2_000
"""Below this a copy of the process takes longer to make than to pay off."""


class Vault(Vouching):
    """Opens what the log vouches for, with keys that were wrapped for the identity at hand."""

    def open(self, sealed: Sealed) -> object:
        """Open a value where it was found, once the log says that it belongs there.

        Raises:
            AccessDenied: it does not belong there, was replayed, forged or changed, or is not the
                caller's to read.
            NotFound: there is no identity.
            Refused: the policy cannot be trusted.
            BrokenConfiguration: the token is damaged.
        """
        try:
            return self._opened(sealed)
        except GmconfigError as error:
            error.place = error.place or self.place(sealed)
            raise

    def open_many(self, sealed: Sequence[Sealed]) -> list[object] | None:
        """Open values in their order, by two processes; None where they are better opened one by one.

        That is so where they are few, and where one does not open: who opens them in their order says so as
        ever. Plain values stay in memory, of this process and of its copy, which ends with its half.
        """
        from gmconfig.storage.shares import worked

        if len(sealed) < MANY:
            return None
        try:
            self.standing.index()  # all that is found out once is found out before the process is copied
            found = worked(range(len(sealed)), lambda number: self._opened(sealed[number]), shares=2)
        except GmconfigError:
            return None
        return list(found.values())

    def _opened(self, sealed: Sealed) -> object:
        token = self.check(sealed)
        debug("secret", "open %s (scope %s, key %s)", sealed.context, *token.key_name)
        return seal.open_token(token, self.key(*token.key_name), sealed.context)

    def may_read(self, sealed: Sealed) -> bool:
        """Whether the held identity has the key, without opening anything; damaged tokens give True."""
        try:
            self.key(*parse(sealed).key_name)
        except (AccessDenied, NotFound):
            return False
        except GmconfigError:
            return True
        return True

    def named(self, name: str, environment: str | None) -> Sealed:
        """Give a named secret's token as an environment sees it: its own, an inherited or the common one.

        Raises:
            NotFound: none has that name; the hint is the command that makes it.
            BrokenConfiguration: it is there, but not sealed.
        """
        return sealed_of(self.look_up(name, environment))

    def look_up(self, name: str, environment: str | None) -> Named:
        """Give a named secret with its metadata, as an environment sees it; needs no key.

        Raises:
            NotFound: none has that name.
        """
        places = (*reversed(self._chain(environment)), None)
        for place in places:
            if name in (found := self.secrets(place)):
                debug("secret", "%s in %s: found in %s", name, environment or "common", place or "common")
                return found[name]
        debug("secret", "%s in %s: there is none", name, environment or "common")
        known = [other for place in places for other in self.secrets(place)]
        raise missing(name, environment, known)

    def writable(self, scope: str) -> Record | None:
        """Give the generation that new values of a scope are sealed under; None where the scope has none yet.

        Raises:
            Refused: two branches made new keys, and nobody has settled it.
        """
        records = self.standing.current(scope)
        if len(records) > 1:
            hint = f"gmconfig secret rekey {scope}"
            raise Refused(f'scope "{scope}" was re-keyed on {len(records)} branches', hint=hint)
        return records[0] if records else None

    def judged_by(self, trust: Trust) -> Vault:
        """Give the same vault under another trust; keys that were unwrapped stay."""
        judge = Vault(self.snapshot, self.sources, root=self._root, memory=self._memory, chain=self._chain)
        judge.__dict__.update(ledger=self.ledger, trust=trust, held=self.held, _keys=self._keys)
        return judge

    def key(self, scope: str, generation: str) -> bytes:
        """Give a generation's key, unwrapped once.

        Raises:
            AccessDenied: it was not wrapped for the identity at hand, or the wrapped key is another one.
        """
        if (scope, generation) not in self._keys:
            self._keys[scope, generation] = self.unwrap(self.record(scope, generation))
        return self._keys[scope, generation]

    def unwrap(self, record: Record) -> bytes:
        """Open the key of a record that was proved; in a version of history, with what was granted since too.

        Raises:
            AccessDenied: it was not wrapped for the identity at hand, or the wrapped key is another one.
        """
        if self._today is None:
            return self._unwrapped(record)
        from gmconfig.secret.log.history_key import opened

        try:
            return self._unwrapped(record)
        except (AccessDenied, NotFound):
            return opened(record, self._today())

    def _unwrapped(self, record: Record) -> bytes:
        member = self.member
        try:
            content = self.snapshot.read(wrap_file(record, member))
        except FileNotFoundError:
            raise AccessDenied(
                f'"{member}" cannot read scope "{record.scope}": its key was not wrapped for them',
                hint=next_steps(member, "read", record.scope),
            ) from None
        return unwrapped(content, record, member, self.held.identity)

    @cached_property
    def _keys(self) -> dict[tuple[str, str], bytes]:
        """The keys that were unwrapped, by scope and generation."""
        return {}

    def place(self, sealed: Sealed) -> Place | None:
        """Say where a sealed value stands; None where it came without a file."""
        from gmconfig.finding import Place
        from gmconfig.storage.yaml import compose, place

        if not sealed.file:
            return None
        try:
            stream = compose(self.snapshot.read(sealed.file), sealed.file)
            return place(stream, sealed.keys, document=sealed.context.yaml_document)
        except (GmconfigError, OSError):
            return Place(sealed.file)
