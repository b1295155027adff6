"""SecretsManager: named secrets and sealed values, for a program and for the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.api.access.methods import AccessMethods
from gmconfig.api.answers import SecretSummary, UnfinishedRotation
from gmconfig.api.outcome import How, Outcome
from gmconfig.api.secret.file_methods import SecretFileMethods
from gmconfig.api.workspace import Workspace
from gmconfig.secret.token import Secret

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from gmconfig.api.secret.rotating_many import Rotation, RotationPlan
    from gmconfig.secret.named.generator import SecretType


class SecretsManager(AccessMethods, SecretFileMethods):
    """The secrets of one repository, as one environment sees them.

    Args:
        environment: an `Environment` or a declared name. New secrets go to the one that is named here, without
            one to `common`, which all environments share; reads look into the environment, those that it
            extends, then `common`.
        root: a folder of the project; the current one by default.
        identity: a file with the identity that opens and signs; else it is looked for in the environment, the
            user's configuration folder, SSH.
        ask: how to get a passphrase from a person.

    What changes something is one commit, and gives an `Outcome` or what holds one. It takes `user` (the author;
    git's identity by default), `reason` (why; part of the commit message), `dry_run=True` to change nothing, and
    `commit=False` to leave the change in the working tree.
    """

    def __init__(
        self,
        environment: str | None = None,
        root: str | os.PathLike[str] | None = None,
        *,
        identity: str | None = None,
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self.workspace = Workspace(environment, root, identity=identity, ask=ask)

    def create_secret(
        self,
        name: str,
        value: object,
        type: SecretType | str = "password",
        description: str = "",
        *,
        owner: str | None = None,
        rotate_every: str | None = None,
        expires: str | None = None,
        length: int | None = None,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Outcome:
        """Create a secret and commit it, sealed.

        Args:
            name: what configuration refers to as `${SECRET:name}`.
            value: any YAML value; `generated` makes a strong one.
            type: a `SecretType` or its name.
            description: what it is for.
            owner: who answers for it.
            rotate_every: how old it may get, such as `90d`.
            expires: the day on which the value stops working, ISO 8601.
            length: of generated values: characters, for encryption keys bytes.
            user: the commit's author.
            reason: why.
            **how: `dry_run`, `commit`.

        Raises:
            Refused: the environment has it already.
            UsageError: the name cannot be one, or a field makes no sense.
            AccessDenied: the identity at hand may not write there.
        """
        from gmconfig.api.secret.changes import create

        metadata = {
            "type": str(type),
            "description": description,
            "owner": owner,
            "rotate_every": rotate_every,
            "expires": expires,
            "length": length,
        }
        return create(self.workspace, name, value, metadata, How(user, reason, **how))

    def get_secret(self, name: str, user: str | None = None, *, at: str | None = None) -> Any:
        """Give a secret's plain value; `at` reads it as an earlier commit has it.

        Raises:
            NotFound: the environment sees no secret of that name.
            AccessDenied: the identity at hand may not read it, or it does not belong where it stands.
        """
        return self.secret(name, user, at=at).reveal()

    def secret(self, name: str, user: str | None = None, *, at: str | None = None) -> Secret:
        """Give a secret that shows itself as `***` until `.reveal()`; `at`, and what it raises, as `get_secret`."""
        from gmconfig.api.secret.opening import opened

        return Secret(opened(self.workspace, name, user, at))

    def update_secret(
        self, name: str, value: object, user: str | None = None, reason: str | None = None, **how: bool
    ) -> Outcome:
        """Give a secret another value; the same one again changes nothing.

        Raises:
            NotFound: the environment sees no secret of that name.
            AccessDenied: the identity at hand may not write there.
        """
        from gmconfig.api.secret.changes import change

        return change(self.workspace, name, value, How(user, reason, **how), operation="set")

    def rotate_secret(
        self,
        name: str,
        new_value: object = None,
        user: str | None = None,
        reason: str | None = None,
        *,
        expires: str | None = None,
        **how: bool,
    ) -> Outcome:
        """Replace a secret's value by `new_value`, or by one that is generated by its type.

        Where access.yaml has a hook for it, the hook changes it at its source first. An `expires` of the old
        value goes, unless a new one is given.

        Raises:
            UsageError: values of its type come from somewhere else, so one must be given.
            HookFailed: the hook did; nothing was sealed, and the new value is kept for the next try.
        """
        from gmconfig.api.secret.rotating import rotate

        return rotate(self.workspace, name, How(user, reason, **how), value=new_value, expires=expires)

    def plan_rotation(self, *, due: bool = False) -> RotationPlan:
        """Say which secrets that the environment sees (all, without one) would be rotated, and how.

        With `due`, only those that are older than their `rotate_every`, or past `expires`.
        """
        from gmconfig.api.secret.rotating_many import plan

        return plan(self.workspace, due=due)

    def rotate_secrets(
        self, *, due: bool = False, user: str | None = None, reason: str | None = None, **how: bool
    ) -> tuple[Rotation, ...]:
        """Rotate all secrets, or those that are due: each by its hook, the others by a generated value."""
        from gmconfig.api.secret.rotating_many import rotate_many

        return rotate_many(self.workspace, How(user, reason, **how), due=due)

    def unfinished_rotations(self) -> tuple[UnfinishedRotation, ...]:
        """Give the rotations whose hook ran, or began to, and whose value is not committed; needs no key."""
        from gmconfig.api.secret.unfinished import unfinished

        return unfinished(self.workspace)

    def discard_rotation(self, name: str) -> Outcome:
        """Forget the new value of a rotation that did not come to its end."""
        from gmconfig.api.secret.rotating import discard

        return discard(self.workspace, name)

    def delete_secret(
        self, name: str, user: str | None = None, reason: str | None = None, **how: bool
    ) -> Outcome:
        """Delete a secret; git's history keeps the sealed value.

        Raises:
            NotFound: the environment has no secret of that name.
            AccessDenied: the identity at hand may not write there.
        """
        from gmconfig.api.secret.changes import delete

        return delete(self.workspace, name, How(user, reason, **how))

    def list_secrets(self, user: str | None = None) -> tuple[SecretSummary, ...]:
        """List the secrets that the environment sees, or all without one; needs no key.

        With `user`, only what that member may read.
        """
        from gmconfig.api.secret.changes import summaries

        return tuple(summaries(self.workspace, datetime.now(UTC), user))

    def generated(self, type: SecretType | str, length: int | None = None) -> str:
        """Make a strong value of a type; `length` is in characters, for encryption keys in bytes.

        Raises:
            UsageError: values of this type come from somewhere else, or there is no such type.
        """
        from gmconfig.api.secret.changes import generated

        return generated(str(type), length)

    def ci_identity(self) -> str:
        """Give one string for `GMCONFIG_IDENTITY`: the identity at hand and the root that this clone trusts.

        Raises:
            Refused: the identity at hand is an SSH key, which is not a string.
        """
        from gmconfig.api.access.keys import ci_identity

        return ci_identity(self.workspace)
