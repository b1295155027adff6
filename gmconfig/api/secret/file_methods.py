"""The methods of SecretsManager that are about files: sealed values in them, plain ones, other tools' ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.outcome import How

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.outcome import Outcome
    from gmconfig.api.secret.importing import Transfer
    from gmconfig.api.secret.resealing import OpenedFile
    from gmconfig.api.workspace import Workspace
    from gmconfig.validate.report.report import Report


class SecretFileMethods:
    """Sealing what stands in the files of a workspace, finding what should be sealed, and other tools' files."""

    workspace: Workspace

    def seal_value(
        self, file: str, path: str, user: str | None = None, reason: str | None = None, **how: bool
    ) -> Outcome:
        """Seal a value where it stands in a file of the project."""
        from gmconfig.api.secret.resealing import seal

        return seal(self.workspace, file, path, How(user, reason, **how))

    def unseal_value(
        self, file: str, path: str, user: str | None = None, reason: str | None = None, **how: bool
    ) -> Outcome:
        """Put a sealed value back in plain."""
        from gmconfig.api.secret.resealing import unseal

        return unseal(self.workspace, file, path, How(user, reason, **how))

    def open_file(self, file: str | None = None) -> OpenedFile:
        """Give a file's text with its secrets in plain; the environment's named secrets by default."""
        from gmconfig.api.secret.resealing import open_file

        return open_file(self.workspace, file)

    def reseal_file(
        self, opened: OpenedFile, text: str, user: str | None = None, reason: str | None = None, **how: bool
    ) -> Outcome:
        """Take over an edited plain text; what did not change keeps its token."""
        from gmconfig.api.secret.resealing import reseal

        return reseal(self.workspace, opened, text, How(user, reason, **how))

    def scan(self, files: Sequence[str] = (), *, staged: bool = False, history: bool = False) -> Report:
        """Find secrets that stand in plain text: in the files, in what is staged, or in all of git's history.

        Every value that the identity at hand opens is looked for, then formats, names and randomness. No
        finding holds a value.
        """
        from gmconfig.api.secret.scanning import scan

        return scan(self.workspace, files=files, staged=staged, history=history)

    def import_secrets(
        self,
        peer: str,
        files: Sequence[str],
        *,
        to: str | None = None,
        named: bool = False,
        key_files: Sequence[str] = (),
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Transfer:
        """Take secrets over from files of sops, ansible-vault, eyaml or dotenv.

        Args:
            peer: the tool: `sops`, `ansible-vault`, `eyaml` or `dotenv`.
            files: as seen from the current folder. A layer of a document is sealed where it stands; others become
                named secrets.
            to: the document that their values go to instead.
            named: make named secrets of layers, too.
            key_files: keys or passwords of the tool, before those that its users have in their environment.
            user: the commit's author.
            reason: why.
            **how: `dry_run`, `commit`.

        Raises:
            NotFound: a file, or the key to it, is not there.
            AccessDenied: the keys at hand do not open it, or it was tampered with.
        """
        from gmconfig.api.secret.importing import import_files

        done = How(user, reason, **how)
        return import_files(self.workspace, peer, files, done, to=to, named=named, key_files=key_files)

    def export_secrets(
        self, peer: str, document: str | None = None, *, recipients: Sequence[str] = ()
    ) -> bytes:
        """Give the named secrets, or a resolved document, as a file of sops (sealed) or dotenv (in plain).

        `recipients` are the age keys that sops seals for.

        Raises:
            UsageError: the tool is not known, or nobody is named to seal for.
            AccessDenied: a secret is not the caller's to read.
        """
        from gmconfig.api.secret.exporting import export

        return export(self.workspace, peer, document, recipients)
