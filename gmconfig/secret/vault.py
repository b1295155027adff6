"""The door for the rooms above: opens sealed values of one snapshot, and checks what must hold before.

Everything is found out when it is first needed and once in a process: the log, the policy in force, the
identity, each scope's key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from shlex import quote
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, GmconfigError, NotFound, Refused
from gmconfig.log import debug
from gmconfig.secret import seal
from gmconfig.secret.denial import next_steps
from gmconfig.secret.generation import Record, unwrapped, wrap_file
from gmconfig.secret.ledger import Ledger, Memory
from gmconfig.secret.pin import PIN
from gmconfig.secret.sayings import Entry
from gmconfig.secret.sources import Held, Sources, find
from gmconfig.secret.sources import seed as given_seed
from gmconfig.secret.standing import Standing, fingerprint, may_write, standing
from gmconfig.secret.store import Named, metadata_digest, missing, sealed_of, secrets_in
from gmconfig.secret.token import Sealed, Token, parse
from gmconfig.secret.trust import Trust, established, signed_versions

if TYPE_CHECKING:
    from gmconfig.finding import Place
    from gmconfig.secret.event import Event
    from gmconfig.secret.policy import Policy
    from gmconfig.secret.token import Context
    from gmconfig.storage.snapshot import Snapshot

ACCEPT = "if you mean it so: gmconfig secret accept"


class Vault:
    """Opens what the held identity may read of a snapshot.

    `root` is the policy's root that this clone has pinned, or finds it; None where it has none. `pin` names the
    setting of git that holds it. `memory` remembers proved events between processes. `chain` gives an environment
    with its ancestors, root first. `newer` gives access events that lie elsewhere in the clone, and not in the
    snapshot's log. `today` opens the working tree, where the snapshot is a version of history.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        sources: Sources,
        *,
        root: str | Callable[[], str | None] | None,
        memory: Memory | None = None,
        chain: Callable[[str | None], Sequence[str]] = lambda name: (name,) if name else (),
        newer: Callable[[Ledger], Iterable[Event]] = lambda _: (),
        today: Callable[[], Vault] | None = None,
        pin: str = PIN,
    ) -> None:
        self.snapshot = snapshot
        self.sources = sources
        self._root = root
        self._memory = memory
        self._keys: dict[tuple[str, str], bytes] = {}
        self._chain = chain
        self._newer = newer
        self._today = today
        self._pin = pin
        self._named: dict[str | None, dict[str, Named]] = {}
        self._vouched: set[tuple[str, str]] = set()

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
        """Open values in their order; None where they are better opened one by one, for whatever reason."""
        from gmconfig.secret import together

        if len(sealed) < together.MANY:
            return None
        try:
            self.open(sealed[0])  # all that is found out once is found out before the process is copied
            self.standing.index()
        except GmconfigError:
            return None
        return together.opened(self._opened, sealed)

    def _opened(self, sealed: Sealed) -> object:
        token = self.check(sealed)
        debug("secret", "open %s (scope %s, key %s)", sealed.context, *token.key_name)
        return seal.open_token(token, self.key(*token.key_name), sealed.context)

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

    def judged_by(self, trust: Trust) -> Vault:
        """Give the same vault under another trust; keys that were unwrapped stay."""
        judge = Vault(self.snapshot, self.sources, root=self._root, memory=self._memory, chain=self._chain)
        judge.__dict__.update(ledger=self.ledger, trust=trust, held=self.held)
        judge._keys = self._keys  # noqa: SLF001  # one class, two views of one thing
        return judge

    def record(self, scope: str, generation: str) -> Record:
        """Give the record of a key.

        Raises:
            AccessDenied: no rightful event names it.
        """
        return self._record(scope, generation)

    def metadata_of(self, sealed: Sealed) -> str | None:
        """Give the hash of what stands beside a named secret; None for a value in a document."""
        if sealed.context.document is not None:
            return None
        found = self.secrets(sealed.context.environment).get(str(sealed.context.path[0]))
        return metadata_digest(found.metadata if found else {})

    def check_newest(self, scope: str) -> None:
        """Refuse to seal where this clone holds a newer policy that takes a reader of the scope away.

        Raises:
            Refused: it does, on another branch or on a remote's.
        """
        readers = {member.name for member in self.trust.policies[0].readers(scope)}
        for event, policy in self._newer_versions:
            if lost := readers - {member.name for member in policy.readers(scope)}:
                raise Refused(
                    f"a newer access policy in this clone takes {', '.join(sorted(lost))} out of the readers of "
                    f'scope "{scope}" ({event.described}): merge it first',
                    hint="the branch that has it: git log --all --oneline -- secrets/log",
                )

    @cached_property
    def _newer_versions(self) -> tuple[tuple[Event, Policy], ...]:
        """Give the last versions that were signed after this snapshot's, elsewhere in the clone."""
        found = [event for event in self._newer(self.ledger) if event.id not in self.ledger.events]
        root = self.ledger.events.get(self.trust.root)
        if not found or root is None:
            return ()
        signed = signed_versions([*self.ledger, *found], root)
        news = [signed[event.id] for event in found if event.id in signed]
        followed = {parent for event, _ in news for parent in event.parents}
        return tuple(one for one in news if one[0].id not in followed)

    def may_read(self, sealed: Sealed) -> bool:
        """Whether the held identity has the key, without opening anything; damaged tokens give True."""
        try:
            self.key(*parse(sealed).key_name)
        except (AccessDenied, NotFound):
            return False
        except GmconfigError:
            return True
        return True

    @cached_property
    def ledger(self) -> Ledger:
        """The signed log."""
        return Ledger.read(self.snapshot, self._memory)

    @cached_property
    def trust(self) -> Trust:
        """The policy in force, from the pinned root on."""
        return established(self.snapshot, self.ledger, self._root_then(), self._pin)

    @cached_property
    def standing(self) -> Standing:
        """Where each token stands by the log."""
        return standing(self.snapshot, self.ledger, self.trust)

    @cached_property
    def held(self) -> Held:
        """The identity at hand."""
        held = find(self.sources, self.trust.policies[0].members)
        debug("secret", "identity of %s: member %s", held.identity.source, held.member)
        return held

    @property
    def member(self) -> str:
        """The member who is acting.

        Raises:
            AccessDenied: the identity at hand is no member's.
        """
        held = self.held
        if held.member is None:
            keys = f"--age {held.identity.recipient} --verify {held.identity.verifier}"
            raise AccessDenied(
                f"the identity of {held.identity.source} is no member of access.yaml",
                hint=f"ask an admin to add it: gmconfig secret member add NAME {keys}",
            )
        return held.member

    def key(self, scope: str, generation: str) -> bytes:
        """Give a generation's key, unwrapped once.

        Raises:
            AccessDenied: it was not wrapped for the identity at hand, or the wrapped key is another one.
        """
        if (scope, generation) not in self._keys:
            self._keys[scope, generation] = self.unwrap(self._record(scope, generation))
        return self._keys[scope, generation]

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

    def secrets(self, environment: str | None) -> Mapping[str, Named]:
        """Give the named secrets of one file; None is `common`. Needs no key."""
        if environment not in self._named:
            self._named[environment] = secrets_in(self.snapshot, environment)
        return self._named[environment]

    def since(self, sealed: Sealed) -> str | None:
        """Give when a value was written, by the log; None where the log does not know. Needs no key."""
        entry = self.standing.entries.get(fingerprint(sealed))
        return entry.event.time if entry else None

    def _root_then(self) -> str | None:
        """Give the pinned root; in a version of history, the one that it has replaced since."""
        root = self._pinned()
        if root is None or self._today is None or root in self.ledger.events:
            return root
        from gmconfig.secret.history_key import root_of_then

        return root_of_then(root, self._today().ledger, self.ledger)

    def _pinned(self) -> str | None:
        pinned = self._root() if callable(self._root) else self._root
        given = given_seed(self.sources)
        if given and given.root and pinned and given.root != pinned:
            raise Refused(
                f"{given.source} trusts the root {given.root[:16]}, this clone {pinned[:16]}",
                hint=f"one of the two belongs to another repository: git config --get {quote(self._pin)}",
            )
        return pinned or (given.root if given else None)

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
        self._record(*token.key_name)
        if token.key_name in self.standing.retired:
            raise AccessDenied(
                f'{sealed.context}: sealed under a key of scope "{token.scope}" that was replaced since',
                hint=ACCEPT,
            )

    def _record(self, scope: str, generation: str) -> Record:
        for record in self.standing.records.values():
            if (record.scope, record.generation) == (scope, generation):
                return record
        raise AccessDenied(
            f'the key "{generation}" of scope "{scope}" has no record that a signed event names: '
            "it was forged, changed or removed"
        )

    def _fits_metadata(self, sealed: Sealed, token: Token) -> bool:
        """Whether a named secret says in clear what was signed last."""
        found = self.secrets(sealed.context.environment).get(str(sealed.context.path[0]))
        now = metadata_digest(found.metadata if found else {})
        known = self.standing.known(fingerprint(sealed), token.key_name)
        return any(entry.metadata == now for entry in known)

    def unwrap(self, record: Record) -> bytes:
        """Open the key of a record that was proved; in a version of history, with what was granted since too.

        Raises:
            AccessDenied: it was not wrapped for the identity at hand, or the wrapped key is another one.
        """
        if self._today is None:
            return self._unwrapped(record)
        from gmconfig.secret.history_key import opened

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


def _is_at(entry: Entry, context: Context) -> bool:
    """Whether the log means this place; the first comparison spares most values the second."""
    if entry.layer == context.layer and entry.raw_path == list(context.path):
        return True
    return entry.context == context
