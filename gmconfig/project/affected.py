"""What a change of a file can reach: which documents, in which environments."""

from __future__ import annotations

from gmconfig.project.pattern import is_inside
from gmconfig.project.settings import FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.project.project import Project
    from gmconfig.storage.snapshot import Snapshot

_EVERYWHERE = ("schemas", "policies", "secrets")


def affected_by(project: Project, snapshot: Snapshot, file: str) -> list[tuple[str, str | None]]:
    """Give every (document, environment) that a file can change; None is the base alone."""
    layer = project.layout.read(_shared_twin(file))
    if layer:
        return [(layer.document, name) for name in project.environments_reached(layer.environment)]
    documents, reach = _scope(project, snapshot, file)
    return [(document, name) for document in documents for name in reach]


def _shared_twin(file: str) -> str:
    """Give the file that a local one changes: `a.local.yaml` changes what `a.yaml` does."""
    stem, dot, extension = file.rpartition(".")
    return stem.removesuffix(".local") + dot + extension if is_inside(file) else file


def _scope(project: Project, snapshot: Snapshot, file: str) -> tuple[list[str], list[str | None]]:
    """Give the documents and environments that depend on a file which is no layer."""
    folder, _, name = file.rpartition("/")
    everywhere = project.environments_reached(None)
    if folder == "schemas" and name.endswith(".schema.json"):
        document, documents = name.removesuffix(".schema.json"), project.documents(snapshot)
        alone = document in documents and not _is_referred_to(snapshot, file)
        return ([document] if alone else documents), everywhere
    if folder == "secrets" and (environment := name.removesuffix(".yaml")) in project.environments:
        return project.documents(snapshot), project.environments_reached(environment)
    if file in (FILE, "access.yaml") or folder.split("/")[0] in _EVERYWHERE:
        return project.documents(snapshot), everywhere
    return [], []


def _is_referred_to(snapshot: Snapshot, schema: str) -> bool:
    """Whether another schema may hold a reference to this one: some lead out of their own files."""
    import re

    leading_out = re.compile(rb"""\$(?:dynamic|recursive)?[rR]ef["']?\s*:\s*["']?[^#"'\s]""")
    others = [file for file in snapshot.files() if file.startswith("schemas/") and file != schema]
    return any(leading_out.search(raw) for raw in snapshot.read_many(others).values())
