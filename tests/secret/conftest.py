"""A repository with sealed values, as the rooms above make it: founded, written, read again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gmconfig.secret.access.founding import found
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.keyring import identity
from gmconfig.secret.keyring.sources import Sources
from gmconfig.secret.named import changing as named
from gmconfig.secret.token import Context, Sealed
from gmconfig.secret.vault import Vault
from gmconfig.storage.snapshot import WorkingTree

NOW = datetime(2026, 11, 22, 16, 40, 1, tzinfo=UTC)
CANARY = "canary-7Vq3-unmistakable"


class World:
    """One repository with one member, and how a command would use it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.identity = identity.generate("GMCONFIG_IDENTITY")
        founding = found("alice", self.identity, now=NOW)
        self.pin = founding.root
        self.write(founding.files)

    @property
    def sources(self) -> Sources:
        return Sources({"GMCONFIG_IDENTITY": self.identity.text(self.pin)})

    def vault(self, sources: Sources | None = None, root: str | None = None) -> Vault:
        return Vault(WorkingTree(str(self.root)), sources or self.sources, root=root or self.pin)

    def write(self, files: Mapping[str, object]) -> None:
        for name, edit in files.items():
            path = self.root / name
            content = edit.apply(path.read_bytes() if path.exists() else None)
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)

    def draft(self, operation: str = "set", vault: Vault | None = None) -> Draft:
        return Draft(vault or self.vault(), operation, now=NOW, reason="a test")

    def create(
        self, name: str, value: object, environment: str | None = "production", **metadata: object
    ) -> None:
        draft = self.draft("create")
        edits = named.create(draft, name, value, environment=environment, metadata=metadata)
        self.write({**edits, **draft.files()})

    def change(
        self, name: str, value: object, environment: str | None = "production", **metadata: object
    ) -> None:
        draft = self.draft("set")
        edits = named.change(draft, draft.vault.look_up(name, environment), value, metadata)
        self.write({**edits, **draft.files()})

    def get(self, name: str, environment: str | None = "production") -> object:
        vault = self.vault()
        return vault.open(vault.named(name, environment))

    def seal(
        self, value: object, *path: str | int, environment: str | None = "production", document="settings"
    ) -> Sealed:
        context = Context(document, environment, path)
        draft = self.draft("seal")
        token = draft.seal(context, value)
        self.write(draft.files())
        return Sealed(token, context)

    def path(self, pattern: str) -> Path:
        (found,) = self.root.glob(pattern)
        return found

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def world(tmp_path: Path) -> World:
    root = tmp_path / "repo"
    root.mkdir()
    return World(root)
