"""What the secrets of one snapshot rest on: its signed log, the policy in force, the identity at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from shlex import quote
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, Refused
from gmconfig.log import debug
from gmconfig.secret.keyring.sources import Held, Sources, find
from gmconfig.secret.keyring.sources import seed as given_seed
from gmconfig.secret.log.ledger import Ledger, Memory
from gmconfig.secret.log.pin import PIN
from gmconfig.secret.log.standing import Standing, standing
from gmconfig.secret.log.trust import Trust, established, signed_versions

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.log.event import Event
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot


class Grounds:
    """Finds each of them out when it is first needed, and once in a process.

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
        self._chain = chain
        self._newer = newer
        self._today = today
        self._pin = pin

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
            AccessDenied: the identity at hand is not a member's.
        """
        held = self.held
        if held.member is None:
            keys = f"--age {held.identity.recipient} --verify {held.identity.verifier}"
            raise AccessDenied(
                f"the identity of {held.identity.source} is not a member of access.yaml",
                hint=f"ask an admin to add it: gmconfig secret member add NAME {keys}",
            )
        return held.member

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

    def _root_then(self) -> str | None:
        """Give the pinned root; in a version of history, the one that it has replaced since."""
        root = self._pinned()
        if root is None or self._today is None or root in self.ledger.events:
            return root
        from gmconfig.secret.log.history_key import root_of_then

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
