"""What the log says of sealed values: whether each belongs where it stands, by somebody who may write there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied
from gmconfig.secret.grounds import Grounds
from gmconfig.secret.log.standing import fingerprint, may_write
from gmconfig.secret.named.store import Named, metadata_digest, secrets_in
from gmconfig.secret.token import Sealed, Token, parse

if TYPE_CHECKING:
    from gmconfig.secret.access.generation import Record
    from gmconfig.secret.log.sayings import Entry
    from gmconfig.secret.token import Context

ACCEPT = "if you mean it so: gmconfig secret accept"


class Vouching(Grounds):
    """Everything about sealed values that can be told without a key."""

    def check(self, sealed: Sealed) -> Token:
        """Check everything about a sealed value that needs no key.

        Raises:
            AccessDenied: it does not belong there, was replayed, forged or changed.
            Refused: the policy cannot be trusted.
            BrokenConfiguration: the token is damaged.
        """
        token = parse(sealed)
        entry = self.vouched(token, sealed)
        self._check_scope(token, sealed, entry)
        return token

    def vouched(self, token: Token, sealed: Sealed) -> Entry:
        """Give what the log says about a value at its place, whichever of the scope's keys it was sealed under.

        Raises:
            AccessDenied: it does not belong there, was replayed, forged or changed.
        """
        known = self._known(token, sealed)
        entry = next((one for one in known if _is_at(one, sealed.context)), None)
        if entry is None:
            raise AccessDenied(
                f"this sealed value belongs to {known[-1].context}, not to {sealed.context}: "
                "it was moved or copied",
                hint=ACCEPT,
            )
        if entry.metadata and not self._fits_metadata(sealed, token):
            raise AccessDenied(
                f"what stands beside {sealed.context} was changed without a signature", hint=ACCEPT
            )
        return entry

    def secrets(self, environment: str | None) -> Mapping[str, Named]:
        """Give the named secrets of one file; None is `common`. Needs no key."""
        if environment not in self._named:
            self._named[environment] = secrets_in(self.snapshot, environment)
        return self._named[environment]

    def metadata_of(self, sealed: Sealed) -> str | None:
        """Give the hash of what stands beside a named secret; None for a value in a document."""
        if sealed.context.document is not None:
            return None
        found = self.secrets(sealed.context.environment).get(str(sealed.context.path[0]))
        return metadata_digest(found.metadata if found else {})

    def since(self, sealed: Sealed) -> str | None:
        """Give when a value was written, by the log; None where the log does not know. Needs no key."""
        entry = self.standing.entries.get(fingerprint(sealed))
        return entry.event.time if entry else None

    def record(self, scope: str, generation: str) -> Record:
        """Give the record of a key.

        Raises:
            AccessDenied: no rightful event names it.
        """
        for record in self.standing.records.values():
            if (record.scope, record.generation) == (scope, generation):
                return record
        raise AccessDenied(
            f'the key "{generation}" of scope "{scope}" has no record that a signed event names: '
            "it was forged, changed or removed"
        )

    @cached_property
    def _named(self) -> dict[str | None, dict[str, Named]]:
        """The named secrets of each file that was read."""
        return {}

    @cached_property
    def _vouched(self) -> set[tuple[str, str]]:
        """The keys that were checked already."""
        return set()

    def _known(self, token: Token, sealed: Sealed) -> list[Entry]:
        name = fingerprint(sealed)
        replaced = self.standing.replacement(name, token.scope)
        if replaced is not None:
            what = "deleted" if replaced.token is None else "replaced"
            raise AccessDenied(
                f"{sealed.context}: this is an old value, {what} by {replaced.event.described}: "
                "it was replayed",
                hint=ACCEPT,
            )
        known = self.standing.known(name, token.key_name)
        if not known:
            self.trust.check_settled()
            raise AccessDenied(
                f"{sealed.context}: no signed event of a member who may write there covers this value: "
                "it was forged, changed or relabelled, or its event was removed",
                hint=ACCEPT,
            )
        return known

    def _check_scope(self, token: Token, sealed: Sealed, entry: Entry) -> None:
        key_name = token.key_name
        if key_name not in self._vouched:
            self._check_key(token, sealed)
            self._vouched.add(key_name)
        scope = self.trust.scope_of(sealed.context)
        if scope == token.scope:
            return
        actor, operation = entry.event.actor, entry.event.operation
        if not may_write(self.trust, actor, operation, scope):
            raise AccessDenied(f'{sealed.context} is in scope "{scope}", where {actor} may not write')

    def _check_key(self, token: Token, sealed: Sealed) -> None:
        self.record(*token.key_name)
        if token.key_name in self.standing.retired:
            raise AccessDenied(
                f'{sealed.context}: sealed under a key of scope "{token.scope}" that was replaced since',
                hint=ACCEPT,
            )

    def _fits_metadata(self, sealed: Sealed, token: Token) -> bool:
        """Whether a named secret says in clear what was signed last."""
        now = self.metadata_of(sealed)
        known = self.standing.known(fingerprint(sealed), token.key_name)
        return any(entry.metadata == now for entry in known)


def _is_at(entry: Entry, context: Context) -> bool:
    """Whether the log means this place; the first comparison spares most values the second."""
    if entry.layer == context.layer and entry.raw_path == list(context.path):
        return True
    return entry.context == context
