"""Files rather than values: schemas, secrets and policies that cannot be read, files that no layer uses."""

from __future__ import annotations

import re

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Finding, Place, Severity
from gmconfig.path import did_you_mean, nearest
from gmconfig.validate.asking import SECRETS
from gmconfig.validate.checks import access, automation, flags, rotation, targets
from gmconfig.validate.files import broken_schema, note_lines, unreadable
from gmconfig.validate.schema.store import FOLDER, SUFFIXES
from gmconfig.validate.source import Source, documents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from gmconfig.project.layout import Layer
    from gmconfig.validate.subject import Subject

_YAML = (".yaml", ".yml")
UNUSED_SCHEMA = "unused-schema"
_FEW = 20
"""Up to so many documents are asked for by name; for more, all files are looked through once."""

_OURS = ("schemas/", "policies/", "secrets/", "flags/")


def layers_of(subject: Subject, findings: list[Finding]) -> dict[str, list[Layer]]:
    """Give the layers of each document; a file that could be two layers is a finding."""
    found: dict[str, list[Layer]] = {}
    for file in sorted(subject.files):
        layer = layer_of(subject, file, findings)
        if layer is not None:
            found.setdefault(layer.document, []).append(layer)
    return found


def layers_of_documents(subject: Subject, documents: Collection[str]) -> dict[str, list[Layer]]:
    """Give the layers of some documents; those without any are left out."""
    if len(documents) > _FEW:
        every = layers_of(subject, [])
        found = {document: every[document] for document in documents if document in every}
    else:
        found = {document: layers_of_document(subject, document) for document in documents}
    return {document: layers for document, layers in found.items() if layers}


def ambiguous(subject: Subject, files: Iterable[str]) -> list[Finding]:
    """Say which of some files could be two layers."""
    findings: list[Finding] = []
    for file in files:
        if file in subject.files:
            layer_of(subject, file, findings)
    return findings


def layer_of(subject: Subject, file: str, findings: list[Finding]) -> Layer | None:
    """Give the layer that a file is; one that could be two is none, and a finding."""
    try:
        return subject.project.layout.read(file)
    except BrokenConfiguration as error:
        place = Place(file)
        findings.append(
            Finding("reference", "ambiguous-file", Severity.ERROR, error.message, place, hint=error.hint)
        )
        return None


def affected_by(subject: Subject, file: str) -> list[tuple[str, str | None]]:
    """Give every (document, environment) that a file can change; one that could be two layers breaks both."""
    from gmconfig.project import affected

    try:
        return affected.affected_by(subject.project, subject.snapshot, file)
    except (
        BrokenConfiguration
    ):  # some file could be two layers: this one, or else it reaches whatever is none
        could = [(layer.document, layer.environment) for _, layer in subject.project.layout.readings(file)]
        everywhere = subject.project.environments_reached(None)
        return could or [(document, name) for document in layers_of(subject, []) for name in everywhere]


def layers_of_document(subject: Subject, document: str) -> list[Layer]:
    """Give the layers of one document, asking only about files that its name may stand in."""
    files = (file for file in _files_of(subject, document) if file in subject.files)
    found = (layer_of(subject, file, []) for file in sorted(set(files)))
    return [layer for layer in found if layer is not None and layer.document == document]


def _files_of(subject: Subject, document: str) -> Collection[str]:
    """Give the files that may be a document's layers, by their names."""
    layout = subject.project.layout
    if not layout.variables:
        return layout.files(document, tuple(subject.project.environments), {})
    if document in {slot.document for slot in layout.slots}:
        return subject.files
    return [file for file in subject.files if document in file]


def check(
    subject: Subject,
    documents: Collection[str],
    lines: dict[tuple[str, int], str],
    among: Collection[str] | None = None,
) -> Iterator[Finding]:
    """Yield what is wrong with files that are not layers of a document."""
    files = subject.files if among is None else [file for file in among if file in subject.files]
    schemas = sorted(filter(_is_schema, subject.files if names_a_schema(among) else ()))
    for file in schemas:
        yield from _schema(subject, file, lines)
    yield from beside(subject, lines)
    yield from access.check(subject)
    yield from automation.check(subject)
    yield from targets.check(subject)
    yield from unused(subject, files)
    if schemas:
        yield from unused_schemas(subject, documents if among is None else layers_of(subject, []))
    yield from subject.policies.findings


def beside(subject: Subject, lines: dict[tuple[str, int], str]) -> Iterator[Finding]:
    """Yield what is wrong with secrets and with flags."""
    for file in sorted(subject.files):
        if file.startswith(SECRETS) and file.count("/") == 1 and file.endswith(_YAML):
            yield from _readable(subject, file, lines)
            yield from _shaped(subject, file)
    yield from rotation.check(subject)
    yield from flags.check(subject, lines)


def _shaped(subject: Subject, file: str) -> Iterator[Finding]:
    """Yield that a file of secrets holds something else than names with maps."""
    try:
        tree = documents_of(subject.snapshot.read(file), file)[0]
    except (BrokenConfiguration, IndexError):  # told already, or empty
        return
    if isinstance(tree, dict) and all(isinstance(entry, dict) for entry in tree.values()):
        return
    from gmconfig.secret.named.store import check_entries

    try:
        check_entries(tree, file)
    except BrokenConfiguration as error:
        yield Finding("secret", "broken-file", Severity.ERROR, error.message, Place(file))


def is_beside(finding: Finding) -> bool:
    """Whether `beside` found it."""
    file = finding.place.file if finding.place else ""
    return finding.check in ("rotation", "flag") or file.startswith((SECRETS, flags.FOLDER))


def due(subject: Subject) -> str | None:
    """Give the next day on which the answer differs though no file does."""
    return min(filter(None, (rotation.until(subject), flags.until(subject))), default=None)


def unused(subject: Subject, files: Collection[str]) -> Iterator[Finding]:
    """Yield the files that lie where layers lie, and are none."""
    patterns = [slot.pattern.text for slot in subject.project.layout.slots]
    folders = {text.split("{")[0].rpartition("/")[0] + "/" for text in patterns} - {"/"}
    shapes = [re.compile(_shape(text)) for text in patterns]
    for file in files:
        if not file.endswith(_YAML) or file.startswith(_OURS) or file == "gmconfig.yaml":
            continue
        if not (file.startswith(tuple(folders)) or any(shape.fullmatch(file) for shape in shapes)):
            continue
        if not _is_used(subject, file):
            yield _unused(subject, file)


def _shape(pattern: str) -> str:
    """Give what a pattern would match if every name were declared."""
    return "[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", pattern))


def _is_used(subject: Subject, file: str) -> bool:
    stem, _, extension = file.rpartition(".")
    try:
        return subject.project.layout.read(f"{stem.removesuffix('.local')}.{extension}") is not None
    except BrokenConfiguration:
        return True  # a finding of its own


def _unused(subject: Subject, file: str) -> Finding:
    name = file.rpartition("/")[2].rpartition(".")[0]
    near = nearest(name, list(subject.project.environments))
    hint = (
        f'did you mean the environment "{near}"?'
        if near and near != name
        else "declare it in gmconfig.yaml, or remove it"
    )
    return Finding(
        "reference", "unused-file", Severity.WARNING, "no layer uses this file", Place(file), hint=hint
    )


def unused_schemas(subject: Subject, documents: Collection[str]) -> Iterator[Finding]:
    """Yield the schemas that are named after no document."""
    for file in filter(_is_schema, subject.files):
        name = next(file[len(FOLDER) :].removesuffix(suffix) for suffix in SUFFIXES if file.endswith(suffix))
        if name not in documents and "/" not in name:
            hint = did_you_mean(name, sorted(documents))
            message = f'no document is named "{name}"'
            yield Finding("reference", UNUSED_SCHEMA, Severity.WARNING, message, Place(file), hint=hint)


def names_a_schema(files: Iterable[str] | None) -> bool:
    """Whether one of some files (None: all) lies with the schemas: others may refer to it."""
    return files is None or any(file.startswith(FOLDER) for file in files)


def _is_schema(file: str) -> bool:
    return file.startswith(FOLDER) and file.endswith(SUFFIXES)


def _schema(subject: Subject, file: str, lines: dict[tuple[str, int], str]) -> Iterator[Finding]:
    raw = subject.snapshot.read(file)
    schema = subject.schemas.at(file)
    found = list(broken_schema(schema, raw)) if schema else list(_readable(subject, file, lines))
    for finding in found:
        note_lines(Source(file, raw), finding, lines)
    yield from found


def _readable(subject: Subject, file: str, lines: dict[tuple[str, int], str]) -> Iterator[Finding]:
    raw = subject.snapshot.read(file)
    try:
        documents_of(raw, file)
    except BrokenConfiguration as error:
        finding = unreadable(error, file)
        if not file.startswith("secrets/"):
            note_lines(Source(file, raw), finding, lines)
        yield finding
