"""Backups as a user asks for them: made, listed, proved, thinned out, kept; each told to the journal."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.api.whose import whose
from gmconfig.backup import places
from gmconfig.backup.check import Checked, Checks
from gmconfig.backup.create import Asked, create
from gmconfig.backup.destination import Destination, open_destination
from gmconfig.backup.opening import Opening
from gmconfig.backup.origin import origin_of
from gmconfig.errors import GmconfigError, NotFound, UsageError

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.backup.destination import Listed
    from gmconfig.backup.drill import Step
    from gmconfig.backup.manifest import Manifest
    from gmconfig.backup.origin import Origin
    from gmconfig.backup.proof import Proof
    from gmconfig.backup.prune import Pruned
    from gmconfig.backup.retention import Rules
    from gmconfig.secret.keyring.sources import Sources

RETENTION_DAYS = 30
MOST_DAYS = 36_500


class Backups:
    """The backups of one repository; of one that is gone too, which is when they are needed.

    Args:
        workspace: the project; None where there is none any more.
        place: a folder or a URL; None is what gmconfig.yaml says, else this person's own folder. Without a
            project it is every folder of this person's that has backups.
        user: for what is written about it; git's identity unless given.
    """

    def __init__(
        self, workspace: Workspace | None, place: str | None = None, *, user: str | None = None
    ) -> None:
        self.workspace = workspace
        self._place = place
        self._user = user

    # Making and finding

    def create(self, asked: Asked) -> Manifest:
        """Make a backup.

        Raises:
            UnknownDocument: it is to bring back one that is not there.
            UsageError: it cannot be kept so long.
            Refused: there is nothing to back up, or the access policy cannot be trusted.
            GmconfigError: the destination does not take it.
        """
        from dataclasses import replace

        from gmconfig.target.kind import Access

        workspace = self._needed()
        for document in asked.documents:
            workspace.project.check_document(workspace.project.worktree(), document)
        days = workspace.project.settings.section("backups").get("retention_days", RETENTION_DAYS)
        kept = asked.retention_days if asked.retention_days is not None else int(str(days))
        if not 0 <= kept <= MOST_DAYS:
            raise UsageError(f"no backup is kept for {kept:,} days", hint=f"0 to {MOST_DAYS:,}")
        wanted = replace(asked, retention_days=kept, user=self.user)
        access = Access(workspace.project.root, os.environ)
        made = create(workspace.project, self.destination(), wanted, workspace.sources, access)
        host = socket.gethostname()  # the same folder is another one on another machine
        self.tell("created", made.id, label=made.name, lacking=list(made.lacking), host=host)
        return made

    def all(self) -> Iterator[tuple[Destination, Listed]]:
        """Yield every backup of this repository with where it is, the newest of each place first."""
        for destination in self.destinations():
            for one in destination.all():
                yield destination, one

    def find(self, word: str) -> tuple[Destination, Manifest]:
        """Give a backup by its id, the beginning of it, its name, or `latest`.

        Raises:
            NotFound: none answers to it.
            UsageError: several do, in one place or in several.
        """
        missing: NotFound | None = None
        found: list[tuple[Destination, Manifest]] = []
        for destination in self.destinations():
            try:
                found.append((destination, destination.find(word)))
            except NotFound as error:
                missing = error
        if len(found) > 1:
            names = ", ".join(sorted({made.repository for _, made in found}))
            raise UsageError(
                f'"{word}" is in {len(found)} places, with backups of {names}: name one by its id',
                hint="gmconfig backup list",
            )
        if found:
            return found[0]
        raise missing or NotFound(
            "this person has no backups on this machine", hint="gmconfig backup list --from URL"
        )

    # Proving

    def verify(self, words: Sequence[str] = (), *, read_data: bool = False) -> Iterator[Checked]:
        """Look at backups (none named: all); with `read_data` at every byte of them."""
        if words:
            for word in words:
                destination, found = self._named(word)
                yield self._verified(Checks(destination, read_data=read_data), destination, found)
            return
        for destination in self.destinations():
            checks = Checks(destination, read_data=read_data)
            for one in destination.all():
                yield self._verified(checks, destination, one)

    def _named(self, word: str) -> tuple[Destination, Listed]:
        """Give a backup by what names it, one with a damaged manifest by its id too."""
        for destination in self.destinations():
            for one in destination.every():
                if one.id == word:
                    return destination, one
        destination, found = self.find(word)
        return destination, next(one for one in destination.every() if one.id == found.id)

    def _verified(self, checks: Checks, destination: Destination, one: Listed) -> Checked:
        from dataclasses import replace

        checked = checks.check(one)
        if one.manifest is not None:
            proof = self.proof(destination, one.manifest)
            doubts = (proof.doubt,) if proof.doubt and proof.member and proof.is_known else ()
            checked = replace(checked, signed_by=proof.member, problems=(*doubts, *checked.problems))
        if checks.read_data or not checked.is_good:
            problems = list(checked.problems)
            self.tell("verified", one.id, good=checked.is_good, problems=problems, read=checks.read_data)
        return checked

    def drill(self, word: str) -> Iterator[Step]:
        """Restore a backup into a scratch folder, and yield what each look at it found.

        Raises:
            AccessDenied: no identity at hand opens it.
        """
        from gmconfig.backup.drill import Step, drill

        destination, found = self.find(word)
        problems: list[str] = []
        proof = self.proof(destination, found)
        yield Step("signature", *_said(proof))
        with destination.in_use():
            opening = Opening(destination, found, self.sources)
            for step in drill(opening, self.trusted_root(destination, found)):
                if step.is_good is False:
                    problems.append(f"{step.name}: {step.said}")
                yield step
        destination.note_verified(found.id, tuple(problems))
        self.tell("drilled", found.id, good=not problems, problems=problems)

    # Keeping

    def prune(self, rules: Rules | None = None, *, dry_run: bool = False) -> Pruned:
        """Remove what neither the rules (else those of gmconfig.yaml) nor anything else keeps.

        Raises:
            UsageError: nothing says what to keep.
        """
        from gmconfig.backup.prune import prune, rules_of

        written = self.workspace.project.settings.section("backups").get("keep") if self.workspace else None
        chosen = rules or rules_of(written if isinstance(written, dict) else {})
        pruned = prune(self.destination(), chosen, dry_run=dry_run)
        gone = [verdict.id for verdict in pruned.verdicts if not verdict.stays]
        if gone and not dry_run:
            self.tell("pruned", gone[0], ids=gone)
        return pruned

    def pin(self, word: str, reason: str = "") -> Manifest:
        """Keep a backup for ever."""
        destination, found = self.find(word)
        destination.pin(found.id, self.user, reason)
        self.tell("pinned", found.id, reason=reason)
        return found

    def unpin(self, word: str) -> Manifest:
        """Let the rules decide about a backup again."""
        destination, found = self.find(word)
        destination.unpin(found.id)
        self.tell("unpinned", found.id)
        return found

    # What all of these need

    @property
    def sources(self) -> Sources:
        """Where the identity that opens backups is looked for."""
        from gmconfig.secret.keyring.sources import Sources

        return self.workspace.sources if self.workspace else Sources(os.environ)

    @property
    def user(self) -> str:
        """Who is asking, as records have it."""
        if self.workspace is None:
            return self._user or os.environ.get("USER", "")
        return whose(self.workspace.project.repository, self._user, os.environ)

    def destination(self) -> Destination:
        """Give where backups go.

        Raises:
            UsageError: nothing says where.
        """
        if self._place is None and self.workspace is None:
            raise UsageError("which backups? there is no gmconfig.yaml here", hint="name them: --from URL")
        return self.destinations()[0]

    @cached_property
    def _origin(self) -> Origin | None:
        return origin_of(self.workspace.project) if self.workspace else None

    def destinations(self) -> list[Destination]:
        """Give every place where this repository's backups are looked for."""
        if self._place is not None:
            return [open_destination(self._place, self._origin)]
        if self.workspace is not None:
            project = self.workspace.project
            return [open_destination(places.resolved(project, places.usual(project)), self._origin)]
        return [open_destination(place) for place in places.known()]

    def tell(self, action: str, name: str, **more: object) -> None:
        """Write to the journal what was done with a backup; one that cannot be written undoes nothing."""
        if self.workspace is None:
            return
        from gmconfig.api.secret.rotating import journal_event

        place = self.destination().store.place
        said = {key: value for key, value in more.items() if value not in (None, "", [])}
        event = {"kind": "backup", "action": action, "id": name, "place": place, "by": self.user, **said}
        journal_event(self.workspace, event)

    def proof(self, destination: Destination, found: Manifest) -> Proof:
        """Judge who made a backup: by the policy that this clone trusts, else by the key at hand alone."""
        from gmconfig.api.backup.proving import proof_of

        return proof_of(self, destination, found)

    def missing(self) -> tuple[str, ...]:
        """Give the backups that the journal tells of, and that neither lie in their place nor were pruned."""
        from gmconfig.api.backup.proving import missing

        return missing(self)

    def trusted_root(self, destination: Destination, found: Manifest) -> str | None:
        """Give the root that a clone made of a backup may trust; None leaves that to a person."""
        from gmconfig.api.backup.proving import trusted_root

        return trusted_root(self, destination, found)

    def _needed(self) -> Workspace:
        if self.workspace is None:
            raise GmconfigError("there is no project here to back up", hint="gmconfig init")
        return self.workspace


def _said(proof: Proof) -> tuple[str, bool | None]:
    """Give what a signature is worth, and whether that is as it should be; None: nothing can be said."""
    if proof.doubt is None:
        return f"signed by {proof.member}", True
    return proof.doubt, False if proof.member and proof.is_known else None
