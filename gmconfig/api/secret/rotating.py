"""Rotating secrets: a new value is made or given, changed at its source by a signed hook first, then sealed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.api.access.acting import check_user
from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.changes import generated_for
from gmconfig.errors import GmconfigError, Refused
from gmconfig.secret.access.rotation import Hook, hook_for
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.log.event import timestamp
from gmconfig.secret.log.place import secret_context
from gmconfig.secret.named import changing as naming
from gmconfig.secret.named.pending import Pending, Pendings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.named.store import Named
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


HOOK, GIVEN, GENERATED, BY_HAND = "hook", "given", "generated", "by hand"


def rotate(
    workspace: Workspace, name: str, how: How, *, value: object = None, expires: str | None = None
) -> Outcome:
    """Give a secret a new value, at its source first where the policy has a hook for it.

    A rotation that did not come to its end is taken up again, with the value that it had.

    Raises:
        HookFailed: the hook did; nothing was sealed, and the value is kept for the next try.
        Refused: the policy is not signed, or a value was given while another one is on its way.
    """
    job = Job(workspace, name, how, expires)
    check_user(job.vault, secret_context(name, job.found.environment), "rotate", how.user)
    if job.pending is None and job.hook is None:
        by = GENERATED if value is None else GIVEN
        return job.committed(generated_for(workspace, name) if value is None else value, by)
    if job.pending is not None and value is not None:
        raise _on_its_way(job)
    return _by_hook(job, value)


def discard(workspace: Workspace, name: str) -> Outcome:
    """Forget the new value of a rotation that did not come to its end."""
    from gmconfig.api.outcome import How, Outcome

    job = Job(workspace, name, How(), None)
    if job.pending is None:
        raise Refused(f'no rotation of secret "{name}" is unfinished', hint=f"gmconfig secret rotate {name}")
    job.pendings.forget(name, job.found.environment)
    return Outcome(f"secret: forgot the new value of {name}", environment=job.found.environment)


class Job:
    """One secret to be rotated, as one call wants it."""

    def __init__(self, workspace: Workspace, name: str, how: How, expires: str | None) -> None:
        self.workspace = workspace
        self.name = name
        self.how = how
        self.expires = expires

    @cached_property
    def vault(self) -> Vault:
        """What opens and seals."""
        return self.workspace.vault(self.workspace.project.worktree())

    @cached_property
    def found(self) -> Named:
        """The secret, in the file where the environment finds it."""
        return self.vault.look_up(self.name, self.workspace.given)

    @cached_property
    def hook(self) -> Hook | None:
        """The signed hook that changes it at its source."""
        return hook_of(self.vault, self.found)

    @cached_property
    def pendings(self) -> Pendings:
        """Rotations that did not come to their end."""
        return pendings_of(self.workspace)

    @property
    def pending(self) -> Pending | None:
        """This one's rotation, if it did not come to its end."""
        return self.pendings.find(self.name, self.found.environment)

    @property
    def again(self) -> str:
        """The command that takes it up again."""
        option = f" -e {self.workspace.given}" if self.workspace.given else ""
        return f"gmconfig secret rotate {self.name}{option}"

    def committed(self, value: object, by: str, *, dry_run: bool = False) -> Outcome:
        """Seal the value and commit it; what expires with the old value says so no longer."""
        draft = Draft(self.vault, "rotate", reason=self.how.reason)
        edits = {**_edits(draft, self.found, value, self.expires), **draft.files()}
        environment = self.found.environment
        how = self.how.replaced(dry_run=self.how.dry_run or dry_run)
        where = f" in {environment}" if environment else ""
        deed = Deed(
            "secret-rotate",
            f"secret: rotate {self.name}{where}",
            environment=environment,
            trailers={"Secret": self.name},
        )
        outcome = carry_out(self.workspace.project, edits, how, deed)
        if outcome.commit:
            noted(self.workspace, [self.found], by, outcome)
        return outcome


def _by_hook(job: Job, given: object) -> Outcome:
    pending = job.pending
    if pending is not None and pending.changed:
        return _sealed(job, pending.value(job.vault.held.identity))
    hook = job.hook
    if hook is None:
        raise Refused(
            f'the hook of secret "{job.name}" is no longer in access.yaml, and may have run in part',
            hint=f"check the source, then: {job.again} --discard",
        )
    value = _new_value(job, hook, pending, given)
    trial = job.committed("" if value is None else value, HOOK, dry_run=True)
    if job.how.dry_run:
        return trial
    if job.how.commit:
        from gmconfig.storage.git.readiness import ready

        ready(job.workspace.project.repository)
    return _sealed(job, _changed_at_source(job, hook, value))


def _changed_at_source(job: Job, hook: Hook, value: object) -> object:
    """Run the hook; before and after it, the new value is safe in this clone."""
    from gmconfig.secret.named.hook import HookFailed, check_files, run

    root, where = job.workspace.project.root, job.found.where
    check_files(hook, root)
    if not hook.issues:
        _keep(job, value, changed=False)
    try:
        printed = run(hook, root, name=job.name, environment=where, new=value, old=_old(job))
    except HookFailed as error:
        error.hint = f"nothing was sealed; to try again: {job.again}"
        if not hook.issues:
            error.hint += " (with the same value; --discard forgets it)"
        raise
    if hook.issues:
        value = printed.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
        if not value:
            raise HookFailed(f'the hook of secret "{job.name}" printed no value', hint=job.again)
    _keep(job, value, changed=True)
    return value


def _sealed(job: Job, value: object) -> Outcome:
    """Commit what the source has now; if that fails, the value stays where the next try finds it."""
    if job.how.dry_run:
        return job.committed(value, HOOK)
    try:
        outcome = job.committed(value, HOOK)
    except GmconfigError as error:
        kept = f"the source has the new value already; it is kept, sealed; to finish: {job.again}"
        error.hint = f"{error.hint}; {kept}" if error.hint else kept
        raise
    job.pendings.forget(job.name, job.found.environment)
    return outcome


def _new_value(job: Job, hook: Hook, pending: Pending | None, given: object) -> object:
    if pending is not None:
        return pending.value(job.vault.held.identity)
    if hook.issues:
        if given is not None:
            raise Refused(f'the source of secret "{job.name}" makes its values', hint=job.again)
        return None
    return generated_for(job.workspace, job.name) if given is None else given


def _keep(job: Job, value: object, *, changed: bool) -> None:
    who, time = job.vault.held.identity, timestamp(datetime.now(UTC))
    job.pendings.keep(job.name, job.found.environment, value, who, time=time, changed=changed)


def _old(job: Job) -> object:
    """Give the old value, which some sources want to see; None where the caller may not read it."""
    try:
        return job.vault.open(job.found.sealed) if job.found.sealed is not None else None
    except GmconfigError:
        return None


def _edits(draft: Draft, found: Named, value: object, expires: str | None) -> dict[str, FileEdit]:
    from gmconfig.secret.named.due import day

    if expires is not None:
        day(expires)
    changed: Mapping[str, object] = {"expires": expires} if expires or "expires" in found.metadata else {}
    return naming.change(draft, found, value, changed)


def hook_of(vault: Vault, found: Named) -> Hook | None:
    """Give the hook that an admin has signed for a secret.

    Raises:
        Refused: the policy was changed and not signed.
    """
    from gmconfig.secret.access import reading as access

    hooks = [access.hooks(policy) for policy in vault.trust.policies]
    if not any(hooks):
        return None
    vault.trust.check_settled()
    return hook_for(hooks[0], secret_context(found.name, found.environment))


def noted(workspace: Workspace, secrets: list[Named], by: str, outcome: Outcome) -> None:
    """Write to the journal that secrets were rotated; a journal that cannot be written undoes nothing."""
    from gmconfig.record import journal

    event = {"kind": "secret-rotated", "by": by, "commit": outcome.commit}
    journal.noted(
        workspace.project, *({**event, "secret": one.name, "environment": one.where} for one in secrets)
    )


def journal_event(workspace: Workspace, event: Mapping[str, object]) -> bool:
    """Append an event to the journal; False where it cannot be written."""
    from gmconfig.record import journal

    return journal.noted(workspace.project, event)


def pendings_of(workspace: Workspace) -> Pendings:
    """Give what is kept here of rotations that did not come to their end."""
    project = workspace.project
    return Pendings(project.repository.common_dir, project.prefix)


def _on_its_way(job: Job) -> Refused:
    return Refused(
        f'secret "{job.name}" has a new value on its way already: its rotation did not come to its end',
        hint=f"{job.again} finishes it; {job.again} --discard forgets that value",
    )
