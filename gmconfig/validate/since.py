"""What has changed since the last run, and what was kept of it."""

from __future__ import annotations

from gmconfig.validate import warm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gmconfig.secret.vault import Vault
    from gmconfig.validate.subject import Subject

# Whatever changes here may change the answer about every document.
_EVERYWHERE = ("gmconfig.yaml", "access.yaml", "policies/", "schemas/")

# What is judged by itself, and reaches few documents or none.
BESIDE = ("secrets/", "flags/")


class Since:
    """What is known from before, and which files are not as they were.

    `listed` are those of the changed files that came or went.
    """

    def __init__(
        self, subject: Subject, kept: dict[str, Any] | None, verdicts: dict[str, Any] | None, trusted: bool
    ) -> None:
        self.subject = subject
        self.trusted = trusted
        self.kept = kept
        self.verdicts = verdicts
        before = kept["files"] if kept else {}
        young = kept["young"] if kept else {}
        files = subject.files
        self.listed = (
            frozenset(before.keys() ^ files.keys()) if before.keys() != files.keys() else frozenset()
        )
        known = before.get
        differing = [file for file, key in files.items() if known(file) != key]
        differing.extend(file for file in young if file in files)
        self.changed = self.listed | {file for file in differing if not self._is_same(file, young)}

    @classmethod
    def begun(cls, subject: Subject, vault: Vault | None, kept: dict[str, Any] | None) -> Since:
        """Begin with what was kept, unless it was found under other conditions."""
        root = subject.project.root
        kept = kept or warm.load(root)
        if kept and (kept["trusted"] != (vault is not None) or kept["config"] != warm.config_signature(root)):
            kept = None
        if kept and kept["due"] is not None and subject.today >= kept["due"]:
            kept = None
        verdicts = kept and warm.load_verdicts(root, kept)
        if kept and verdicts is None:
            kept = None
        if kept and kept["until"] is not None and subject.today >= kept["until"]:
            kept["texts"] = {}
        return cls(subject, kept, verdicts, vault is not None)

    @property
    def is_fresh(self) -> bool:
        """Whether everything has to be looked at."""
        return self.kept is None or any(map(_is_everywhere, self.changed))

    @property
    def is_beside(self) -> bool:
        """Whether secrets or flags have to be looked at."""
        return any(file.startswith(BESIDE) for file in self.changed)

    def digest(self, file: str) -> bytes:
        """Name a file's content."""
        return warm.digest(self.subject.snapshot.read(file))

    def _is_same(self, file: str, young: Mapping[str, bytes]) -> bool:
        """Whether a file that was too young when it was read still holds the same."""
        return file in young and file in self.subject.files and self.digest(file) == young[file]


def _is_everywhere(file: str) -> bool:
    return file.startswith(_EVERYWHERE) or file.endswith(".gitignore")
