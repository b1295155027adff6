"""`config infer-schema`: the schema's file, and the lines by which editors find it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.resolve import resolve
from gmconfig.config.schema.infer import inferred
from gmconfig.errors import BrokenConfiguration, Refused, shell_word
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.project import Project
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

    Schema = Mapping[str, object]

_MODELINE = re.compile(rb"#\s*(?:yaml-language-server:\s*\$schema=|\$schema:\s)[^\r\n]*(?:\r\n|\n|\Z)")
_BOM = b"\xef\xbb\xbf"


def document_schema(project: Project, snapshot: Snapshot, document: str) -> dict[str, object]:
    """Infer a document's schema from every environment that resolves, before placeholders.

    Raises:
        UnknownDocument: there is no such document.
        BrokenConfiguration: one of its files cannot be read.
    """
    project.check_document(snapshot, document)
    reached: list[str | None] = [
        name for name in project.environments if project.layers(snapshot, document, name)
    ]
    samples = [resolve(project, snapshot, document, name).merged for name in reached or [None]]
    return inferred(
        document, samples, resolves_placeholders=not project.settings.keeps_placeholders(document)
    )


def schema_file(document: str) -> str:
    """Give where a document's schema lies."""
    return f"schemas/{document}.schema.json"


def schema_edits(
    project: Project, snapshot: Snapshot, document: str, schema: Schema, *, replace: bool = False
) -> dict[str, FileEdit]:
    """Plan the schema's file, and modelines in those of the document's files that satisfy it alone.

    An overlay has no modeline: editors would miss in it what the base says.

    Raises:
        Refused: there is a schema already, unless it is to be replaced.
    """
    file = schema_file(document)
    if snapshot.exists(file) and not replace:
        hint = f"git rm {shell_word(file)}, or edit it by hand"
        raise Refused(f'document "{document}" has a schema already: "{file}"', hint=hint)
    edits: dict[str, FileEdit] = {file: WholeFile(_json(schema))}
    for layer in project.every_layer(snapshot):
        if layer.document == document and _satisfies(snapshot.read(layer.file), layer.file, schema):
            up = "../" * layer.file.count("/")
            edits[layer.file] = Modelines(f"{up}{file}")
    return edits


@dataclass(frozen=True, slots=True)
class Modelines:
    """Puts the lines that name a schema on top of a YAML file: yaml-language-server's and JetBrains' form."""

    schema: str

    def apply(self, old: bytes | None) -> bytes | None:
        """Give the file with these modelines, instead of those that it had on top."""
        if old is None:
            return None
        bom = _BOM if old.startswith(_BOM) else b""
        text = old[len(bom) + len(self.region(old)) :]
        end = b"\r\n" if b"\r\n" in text else b"\n"
        lines = (f"# yaml-language-server: $schema={self.schema}", f"# $schema: {self.schema}")
        return bom + b"".join(line.encode() + end for line in lines) + text

    def region(self, old: bytes | None) -> bytes:
        """Give the modelines on top of a file."""
        text = (old or b"").removeprefix(_BOM)
        at = 0
        while match := _MODELINE.match(text, at):
            at = match.end()
        return text[:at]


def _satisfies(raw: bytes, file: str, schema: Schema) -> bool:
    """Whether a file has all that the schema demands of the resolved document."""
    from gmconfig.storage.yaml import load

    try:
        return _has_required(load(raw, file), schema)
    except BrokenConfiguration:
        return False


def _has_required(value: object, schema: object) -> bool:
    if not isinstance(schema, dict):
        return True
    if isinstance(value, list):
        return all(_has_required(item, schema.get("items")) for item in value)
    if not isinstance(value, dict):
        return "required" not in schema or "object" not in str(schema.get("type")) or value is not None
    if any(name not in value for name in schema.get("required", ())):
        return False
    return all(
        _has_required(value.get(name), inner)
        for name, inner in schema.get("properties", {}).items()
        if name in value
    )


def _json(schema: Schema) -> bytes:
    import json

    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
