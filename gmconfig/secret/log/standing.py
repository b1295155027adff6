"""Where every token stands by the log: rightful at its place, replaced, deleted, or never written at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property

from gmconfig.secret.access.generation import FOLDER, Record, read
from gmconfig.secret.log.event import Event
from gmconfig.secret.log.ledger import Ledger
from gmconfig.secret.log.place import layer_from_tree
from gmconfig.secret.log.sayings import Change, Entry, Sayings
from gmconfig.secret.log.trust import Trust
from gmconfig.secret.token import Context
from gmconfig.storage.snapshot import Snapshot

RESEALING = frozenset({"rekey", "revoke", "grant", "member", "access", "reset"})
"""Operations that seal values again without changing them: what the holders of admin or rotate do to keys."""


def fingerprint(token: str) -> str:
    """Give what the log calls a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Standing:
    """The answer for all tokens, and for each: `entries` by the token's fingerprint, `replaced` by whom.

    `makers` are the events that made keys and the records' files, by the record's digest.
    """

    def __init__(
        self,
        ledger: Ledger,
        trust: Trust,
        records: Mapping[str, Record],
        makers: Mapping[str, tuple[Event, str]],
    ) -> None:
        self.trust = trust
        self.records = records
        self.makers = makers
        self.retired = frozenset(
            (record.scope, before) for record in records.values() for before in record.predecessors
        )
        self._ledger = ledger
        self._sayings = Sayings(list(_changes(ledger, trust)))

    @property
    def entries(self) -> Mapping[str, Entry]:
        """What was said last about each token."""
        return self._sayings.entries

    @property
    def replaced(self) -> Mapping[str, list[Entry]]:
        """What replaced each token."""
        return self._sayings.replaced

    @property
    def repeated(self) -> Mapping[str, list[Entry]]:
        """All entries of a token that several events name: those that gave it new metadata."""
        return self._sayings.repeated

    def index(self) -> None:
        """Make ready for many questions."""
        self._sayings.index()

    def current(self, scope: str) -> tuple[Record, ...]:
        """Give a scope's generations that no other follows: one, or several until branches are settled."""
        return tuple(
            record
            for record in self.records.values()
            if record.scope == scope and (scope, record.generation) not in self.retired
        )

    def heads(self, context: Context) -> list[Entry]:
        """Give what stands at a place by the log: nothing, one entry, or several written side by side."""
        last = [e for e in self._sayings.at(context) if self.replacement(str(e.token), e.scope) is None]
        scope = self.trust.scope_of(context)
        return list({entry.token: entry for entry in last if self._may_say(entry, scope)}.values())

    def replacement(self, token: str, scope: str) -> Entry | None:
        """Give what replaced a token of a scope; None while it is the last.

        What somebody says who may not write that scope does not count by itself, only as a link of a chain that
        somebody ended who may.
        """
        if token not in self._links:
            return None
        seen, waiting = {token}, [token]
        while waiting:
            at = waiting.pop()
            for entry in self._sayings.replacing(at):
                if entry.token != token and (entry.scope == scope or self._may_say(entry, scope)):
                    return entry
            new = [each for each in self._links.get(at, ()) if each and each not in seen]
            seen.update(new)
            waiting.extend(new)
        return None

    def _may_say(self, entry: Entry, scope: str) -> bool:
        return may_write(self.trust, entry.event.actor, entry.event.operation, scope)

    def known(self, token: str, key_name: tuple[str, str]) -> list[Entry]:
        """Give what the log says last about a token of a key: one entry, or several written side by side.

        What somebody says about a token as if it were of another scope does not count.
        """
        said = self._sayings.about(token)
        found = [entry for entry in said if (entry.scope, entry.generation) == key_name]
        if len(found) > 1:
            followed = {before for entry in found for before in entry.before}
            found = [entry for entry in found if entry.event.id not in followed]
        return found

    @cached_property
    def _links(self) -> Mapping[str, list[str | None]]:
        """What followed each token, whoever said so: who wrote between two others may have left since."""
        links: dict[str, list[str | None]] = {}
        for event in self._ledger:
            for change in event.tree.get("changes", ()):
                for value in change["values"]:
                    for old in value[2]:
                        links.setdefault(old, []).append(value[1])
        return links


def standing(snapshot: Snapshot, ledger: Ledger, trust: Trust) -> Standing:
    """Judge the log by the policy in force."""
    makers = _makers(ledger, trust)
    return Standing(ledger, trust, _records(snapshot, makers), makers)


def _changes(ledger: Ledger, trust: Trust) -> Iterator[Change]:
    """Yield what rightful events say, for the scopes where their actor may say it."""
    for event in ledger:
        if "changes" in event.tree and trust.is_from(event):
            for change in event.tree["changes"]:
                scope = change["scope"]
                if may_write(trust, event.actor, event.operation, scope):
                    yield event, layer_from_tree(change), scope, change["generation"], change["values"]


def may_write(trust: Trust, member: str, operation: str, scope: str) -> bool:
    """Whether a member may change values of a scope by this operation; who may write may rotate as well."""
    if trust.allows(member, "write", scope):
        return True
    if operation in RESEALING:
        return trust.allows(member, "rotate", scope) or trust.allows(member, "admin", scope)
    return operation == "rotate" and trust.allows(member, "rotate", scope)


def _makers(ledger: Ledger, trust: Trust) -> dict[str, tuple[Event, str]]:
    """Give who made which key: by the record's digest, the rightful event and the record's file."""
    found = {}
    for event in ledger:
        for made in event.tree.get("generations", ()) if trust.is_from(event) else ():
            scope, name = made["scope"], made["generation"]
            if any(trust.allows(event.actor, right, scope) for right in ("admin", "rotate")):
                found[made["record"]] = (event, f"{FOLDER}{scope}/{name}/record.json")
    return found


def _records(snapshot: Snapshot, makers: Mapping[str, tuple[Event, str]]) -> dict[str, Record]:
    """Give the records that a rightful event names, by digest; others do not count."""
    contents = snapshot.read_many({file for _, file in makers.values()})
    return {
        digest: read(contents[file], file)
        for digest, (_, file) in makers.items()
        if file in contents and hashlib.sha256(contents[file]).hexdigest() == digest
    }
