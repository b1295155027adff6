"""The schemas of gmconfig's own files for editors: copies in the repository, and the lines that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.schema.infer_files import Modelines
from gmconfig.flag.catalogue import FOLDER as FLAGS
from gmconfig.project.settings import FILE as SETTINGS
from gmconfig.project.share import share
from gmconfig.secret.access.policy import FILE as ACCESS
from gmconfig.storage.change import WholeFile
from gmconfig.storage.snapshot import Proposed
from gmconfig.validate.policy.load import FOLDER as POLICIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

_COPIES = "schemas/gmconfig/"  # not in schemas/ itself, where a file is a document's
_NAMES = ("gmconfig", "access", "policy", "flags")


def with_editor_schemas(snapshot: Snapshot, edits: Mapping[str, FileEdit]) -> dict[str, FileEdit]:
    """Add to planned edits the schemas' copies, and modelines in every file that people write by them."""
    wanted = {file: edit.apply(None) for file, edit in edits.items() if _schema_of(file)}
    proposed = Proposed(snapshot, wanted)
    lines = {
        file: _with_modelines(file, proposed.read(file)) for file in proposed.files() if _schema_of(file)
    }
    return {**edits, **lines, **{_copy(name): _shipped(name) for name in _NAMES}}


def _schema_of(file: str) -> str | None:
    """Give the name of the schema that a file is written by."""
    if file in (SETTINGS, ACCESS):
        return file.removesuffix(".yaml")
    if not file.endswith((".yaml", ".yml")):
        return None
    return "policy" if file.startswith(POLICIES) else "flags" if file.startswith(FLAGS) else None


def _with_modelines(file: str, content: bytes) -> WholeFile:
    up = "../" * file.count("/")
    return WholeFile(Modelines(f"{up}{_copy(str(_schema_of(file)))}").apply(content))


def _copy(name: str) -> str:
    return f"{_COPIES}{name}.schema.json"


def _shipped(name: str) -> WholeFile:
    return WholeFile(share(f"schemas/{name}.schema.json").read_bytes())
