"""The methods of ConfigManager that change configuration: each is one minimal commit."""

from __future__ import annotations

from gmconfig.path import KeyPath

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gmconfig.api.outcome import Outcome
    from gmconfig.api.workspace import Workspace


class ConfigChangeMethods:
    """Setting, removing, rolling back and restoring the values of a workspace."""

    workspace: Workspace

    def set_config(
        self,
        name: str,
        data: Mapping[str, Any],
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Outcome:
        """Make a document's resolved values those of `data`; what does not differ stays as it is written.

        Untouched placeholders and sealed values stay; a secret is never written in plain.

        Raises:
            InvalidConfiguration: the result would not pass validation.
            Refused: a sealed value would be replaced by a plain one, or somebody's change is in the way.
        """
        from gmconfig.api.config.changing import set_tree
        from gmconfig.api.outcome import How

        return set_tree(self.workspace, name, dict(data), How(user, reason, **how))

    def update_config(
        self,
        name: str,
        updates: Mapping[str, Any],
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Outcome:
        """Merge `updates` into a document, deeply; None removes a key."""
        from gmconfig.api.config.changing import update_tree
        from gmconfig.api.outcome import How

        return update_tree(self.workspace, name, dict(updates), How(user, reason, **how))

    def set_value(
        self,
        name: str,
        path: str,
        value: object,
        user: str | None = None,
        reason: str | None = None,
        *,
        create: bool = False,
        copy_list: bool = False,
        secret: bool = False,
        **how: bool,
    ) -> Outcome:
        """Set one value.

        Args:
            name: the document.
            path: where, such as `database.pool` or `hosts[0]`.
            value: what it is to be.
            user: the commit's author.
            reason: why.
            create: set what nothing stands at yet, too.
            copy_list: copy an inherited list into this environment's file to change an item of it.
            secret: seal the value where it stands.
            **how: `dry_run`, `commit`.

        Raises:
            UnknownPath: nothing stands there, and `create` was not asked for.
            InvalidConfiguration: the result would not pass validation.
        """
        from gmconfig.api.config.changing import set_value
        from gmconfig.api.outcome import How

        return set_value(
            self.workspace,
            name,
            KeyPath.parse(path),
            value,
            How(user, reason, **how),
            create=create,
            copy_list=copy_list,
            secret=secret,
        )

    def unset_value(
        self,
        name: str,
        path: str,
        user: str | None = None,
        reason: str | None = None,
        *,
        copy_list: bool = False,
        **how: bool,
    ) -> Outcome:
        """Remove one key; what an environment inherits is removed with null.

        With `copy_list` an inherited list is copied into this environment's file, to lose an item there.

        Raises:
            UnknownPath: nothing stands there.
            InvalidConfiguration: the result would not pass validation.
        """
        from gmconfig.api.config.changing import unset_value
        from gmconfig.api.outcome import How

        return unset_value(
            self.workspace, name, KeyPath.parse(path), How(user, reason, **how), copy_list=copy_list
        )

    def rollback_config(
        self,
        name: str,
        version: str,
        user: str | None = None,
        reason: str | None = None,
        *,
        path: str = "",
        own: bool = False,
        secrets: bool = False,
        **how: bool,
    ) -> Outcome:
        """Restore a document's files as of `v7`, a commit or a tag, as a new commit; or only one path.

        With `own` only what this environment's own files say; the base and the others stay. A value that is
        still sealed keeps what it holds today; with `secrets` the old one comes back, sealed again.

        Raises:
            UnknownVersion: no commit answers to that name.
            InvalidConfiguration: what was fine then would not pass validation now.
        """
        from gmconfig.api.config.restoring import rollback
        from gmconfig.api.outcome import How

        at, done = KeyPath.parse(path), How(user, reason, **how)
        return rollback(self.workspace, name, version, done, path=at, own=own, secrets=secrets)

    def infer_schema(
        self, name: str, user: str | None = None, reason: str | None = None, **how: bool
    ) -> Outcome:
        """Write `schemas/<document>.schema.json`, a schema that all environments satisfy."""
        from gmconfig.api.config.inferring import infer_schema
        from gmconfig.api.outcome import How

        return infer_schema(self.workspace, name, How(user, reason, **how))

    def backup_configs(self, name: str | None = None) -> str:
        """Back up the whole repository and what is live, sealed to its admins; gives the backup's id."""
        from gmconfig.api.backup.backing_up import Backups
        from gmconfig.backup.create import Asked

        return Backups(self.workspace).create(Asked(name or "")).id

    def restore_configs(
        self,
        name: str,
        user: str | None = None,
        reason: str | None = None,
        *,
        only: Sequence[str] = (),
        secrets: bool = False,
        **how: bool,
    ) -> Outcome:
        """Bring the configuration back as a backup has it (its id, or the newest of its name), as a new commit.

        Args:
            name: the backup.
            user: the author of the commit; git's identity unless given.
            reason: becomes part of its message.
            only: documents or files that are meant; all by default.
            secrets: bring back sealed values of documents too; otherwise they stay today's.
            how: `dry_run`, `commit`.

        Raises:
            NotFound: there is no such backup.
            InvalidConfiguration: what was fine then would not pass validation now.
        """
        from gmconfig.api.backup.backing_up import Backups
        from gmconfig.api.backup.restoring import restored_here
        from gmconfig.api.outcome import How

        done = How(user, reason, **how)
        return restored_here(Backups(self.workspace, user=user), name, done, only=only, secrets=secrets)

    def layer_text(self, name: str) -> tuple[str, str]:
        """Give the file that changes of this environment go to, and its text, for an editor."""
        from gmconfig.api.config.changing import layer_text

        return layer_text(self.workspace, name)

    def replace_layer(
        self,
        name: str,
        file: str,
        before: str,
        after: str,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Outcome:
        """Replace a layer's whole text, as an editor left it."""
        from gmconfig.api.config.changing import replace_layer
        from gmconfig.api.outcome import How

        return replace_layer(self.workspace, name, file, before, after, How(user, reason, **how))
