"""Who gets which existing key in a change of access: wraps for new readers, none left for former ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied
from gmconfig.secret.access import generation
from gmconfig.secret.log.history_key import former_records
from gmconfig.storage.change import WholeFile
from gmconfig.storage.snapshot import files_below

if TYPE_CHECKING:
    from gmconfig.secret.access.generation import Record
    from gmconfig.secret.access.policy import Member, Policy
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


class Wrapping:
    """Wraps the keys that a snapshot has for the readers of a policy to come.

    `judge` knows the keys and opens them. `rekeyed` scopes get new keys, which are wrapped elsewhere; `due` are
    those that the caller cannot read. `history_for` gets the earlier keys as well.
    """

    def __init__(
        self,
        vault: Vault,
        judge: Vault,
        after: Policy,
        *,
        rekeyed: Collection[str],
        due: Collection[str],
        history_for: Collection[str],
    ) -> None:
        self.vault = vault
        self.judge = judge
        self.after = after
        self.rekeyed = rekeyed
        self.due = due
        self.history_for = history_for

    def edits(self) -> dict[str, FileEdit]:
        """Give the wraps that are made for readers who lack them, and those that are taken away."""
        files: dict[str, FileEdit] = {}
        for record in self._records():
            for member in self.after.readers(record.scope):
                if self._lacks(record, member) and (wrap := self._wrap(record, member)):
                    files[generation.wrap_file(record, member.name)] = WholeFile(wrap)
        return files | {name: WholeFile(None) for name in self._present if self._is_taken_away(name)}

    def waiting(self) -> Iterator[tuple[str, str]]:
        """Yield scopes with new readers whose key nobody here can wrap."""
        for record in self.judge.standing.records.values():
            for member in () if self._is_gone(record) else self.after.readers(record.scope):
                there = self.vault.snapshot.exists(generation.wrap_file(record, member.name))
                if not there and self._wrap(record, member) is None:
                    yield record.scope, member.name

    @cached_property
    def _present(self) -> frozenset[str]:
        folder = generation.FOLDER
        return frozenset(n for n in files_below(self.vault.snapshot, folder) if n.endswith(".age"))

    def _records(self) -> Iterator[Record]:
        yield from self.judge.standing.records.values()
        if self.history_for:
            yield from former_records(self.judge)

    def _lacks(self, record: Record, member: Member) -> bool:
        if self._is_gone(record) and member.name not in self.history_for:
            return False
        return generation.wrap_file(record, member.name) not in self._present or self._is_renewed(member)

    def _is_gone(self, record: Record) -> bool:
        """Whether a key only opens history from now on."""
        standing = self.judge.standing
        counts = record.digest in standing.records and record.scope not in self.rekeyed
        return not counts or (record.scope, record.generation) in standing.retired

    def _is_renewed(self, member: Member) -> bool:
        signed = self.vault.trust.policies[: len(self.vault.trust.heads)]
        return any(policy.members.get(member.name) != member for policy in signed)

    def _is_taken_away(self, name: str) -> bool:
        scope, _, file = name.removeprefix(generation.FOLDER).split("/", 2)
        readers = {one.name for one in self.after.readers(scope)}
        return file.removesuffix(".age") not in readers and scope not in self.due

    def _wrap(self, record: Record, member: Member) -> bytes | None:
        try:
            key = self.judge.unwrap(record)
        except AccessDenied:
            return None
        return generation.wrapped(key, record, member)
