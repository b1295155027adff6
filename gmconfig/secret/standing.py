"""Where every token stands by the log: rightful at its place, replaced, deleted, or never written at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from gmconfig.secret.event import Event
from gmconfig.secret.generation import FOLDER, Record, read
from gmconfig.secret.ledger import Ledger
from gmconfig.secret.place import Layer, context_of, layer_from_tree, path_from_tree, path_tree
from gmconfig.secret.token import Context
from gmconfig.secret.trust import Trust
from gmconfig.storage.snapshot import Snapshot

Place = tuple[Layer, tuple[object, ...]]

RESEALING = frozenset({"rekey", "revoke", "grant", "member", "access", "reset"})
"""Operations that seal values again without changing them: what the holders of admin or rotate do to keys."""

_FEW = 4


class Entry(NamedTuple):
    """What one rightful event says about one place; `token` is None where the value is gone.

    `metadata` is the hash of a named secret's metadata, None elsewhere. `before` names what it replaces:
    tokens by their fingerprints, and by event where it only says something new about the same token.
    """

    event: Event
    layer: Layer
    raw_path: list[Any]
    scope: str
    generation: str
    token: str | None
    before: list[str]
    metadata: str | None

    @property
    def context(self) -> Context:
        """The place."""
        return context_of(self.layer, path_from_tree(self.raw_path))


def fingerprint(token: str) -> str:
    """Give what the log calls a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Standing:
    """The answer for all tokens at once: `entries` by the token's fingerprint, `replaced` by whom.

    `repeated` holds all entries of a token that several events name: those that gave it new metadata.
    `makers` are the events that made keys and the records' files, by the record's digest. `links` are what
    events say that count no more, token by token: whoever wrote between two others may have left since.
    """

    def __init__(
        self,
        entries: Mapping[str, Entry],
        replaced: Mapping[str, list[Entry]],
        *,
        repeated: Mapping[str, list[Entry]],
        records: Mapping[str, Record],
        retired: frozenset[tuple[str, str]],
        trust: Trust,
        makers: Mapping[str, tuple[Event, str]] | None = None,
        links: Mapping[str, list[str]] | None = None,
    ) -> None:
        self.makers = makers or {}
        self._links = links or {}
        self.entries = entries
        self.replaced = replaced
        self.repeated = repeated
        self.records = records
        self.retired = retired
        self.trust = trust
        self._asked = 0

    def current(self, scope: str) -> tuple[Record, ...]:
        """Give a scope's generations that no other follows: one, or several until branches are settled."""
        return tuple(
            record
            for record in self.records.values()
            if record.scope == scope and (scope, record.generation) not in self.retired
        )

    def heads(self, context: Context) -> list[Entry]:
        """Give what stands at a place by the log: nothing, one entry, or several written side by side."""
        last = [e for e in self._at(context) if self.replacement(str(e.token), e.scope) is None]
        scope = self.trust.scope_of(context)
        return list({entry.token: entry for entry in last if self._may_say(entry, scope)}.values())

    def replacement(self, token: str, scope: str) -> Entry | None:
        """Give what replaced a token of a scope; None while it is the last.

        What somebody says who may not write that scope does not count by itself, only as a link of a chain that
        somebody ended who may.
        """
        if token not in self.replaced and token not in self._links:
            return None
        seen, waiting = {token}, [token]
        while waiting:
            at = waiting.pop()
            for entry in self.replaced.get(at, ()):
                if entry.token != token and (entry.scope == scope or self._may_say(entry, scope)):
                    return entry
            new = [each for each in self._links.get(at, ()) if each not in seen]
            seen.update(new)
            waiting.extend(new)
        return None

    def _may_say(self, entry: Entry, scope: str) -> bool:
        return may_write(self.trust, entry.event.actor, entry.event.operation, scope)

    def known(self, token: str, key_name: tuple[str, str]) -> list[Entry]:
        """Give what the log says last about a token of a key: one entry, or several written side by side.

        What somebody says about a token as if it were of another scope does not count.
        """
        first = self.entries.get(token)
        entries = self.repeated.get(token) if self.repeated else None
        entries = entries or ([] if first is None else [first])
        found = [entry for entry in entries if (entry.scope, entry.generation) == key_name]
        if len(found) > 1:
            followed = {before for entry in found for before in entry.before}
            found = [entry for entry in found if entry.event.id not in followed]
        return found

    def _at(self, context: Context) -> Iterable[Entry]:
        """Give the entries of a place; who asks about a few spares an index of all."""
        if self._asked >= _FEW:
            return self._by_place.get((context.layer, context.path), [])
        self._asked += 1
        layer, path = context.layer, path_tree(context.path)
        return [entry for entry in self._said() if entry.raw_path == path and entry.layer == layer]

    @cached_property
    def _by_place(self) -> dict[Place, list[Entry]]:
        places: dict[Place, list[Entry]] = {}
        for entry in self._said():
            places.setdefault((entry.layer, path_from_tree(entry.raw_path)), []).append(entry)
        return places

    def _said(self) -> Iterator[Entry]:
        """Yield all entries; of a repeated token all that said something about it."""
        yield from self.entries.values()
        for entries in self.repeated.values():
            yield from entries


def standing(snapshot: Snapshot, ledger: Ledger, trust: Trust) -> Standing:
    """Judge the log by the policy in force."""
    makers = _makers(ledger, trust)
    records = _records(snapshot, makers)
    retired = frozenset(
        (record.scope, before) for record in records.values() for before in record.predecessors
    )
    entries: dict[str, Entry] = {}
    replaced: dict[str, list[Entry]] = {}
    repeated: dict[str, list[Entry]] = {}
    for event in ledger:
        if "changes" in event.tree and trust.is_from(event):
            for entry in _entries(event, trust):
                if entry.token is not None:
                    if entry.token in entries:
                        repeated.setdefault(entry.token, [entries[entry.token]]).append(entry)
                    entries[entry.token] = entry
                for old in entry.before:
                    replaced.setdefault(old, []).append(entry)
    return Standing(
        entries,
        replaced,
        repeated=repeated,
        records=records,
        retired=retired,
        trust=trust,
        makers=makers,
        links=_links(ledger),
    )


def _links(ledger: Ledger) -> dict[str, list[str]]:
    """Give what each token was replaced by, whoever said so."""
    links: dict[str, list[str]] = {}
    for event in ledger:
        for change in event.tree.get("changes", ()):
            for _, token, before, *_ in change["values"]:
                for old in before if token else ():
                    links.setdefault(old, []).append(token)
    return links


def _entries(event: Event, trust: Trust) -> Iterator[Entry]:
    """Yield what one event says, for the scopes where its actor may say it."""
    for change in event.tree["changes"]:
        scope, generation = change["scope"], change["generation"]
        if not may_write(trust, event.actor, event.operation, scope):
            continue
        layer = layer_from_tree(change)
        for value in change["values"]:
            path, token, before = value[:3]
            metadata = value[3] if len(value) > 3 else None
            yield _entry((event, layer, path, scope, generation, token, before, metadata))


_entry = Entry._make


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
