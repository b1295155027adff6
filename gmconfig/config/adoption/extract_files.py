"""`init --from … --extract-base`: new base files, and environments' files that lose what they say alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gmconfig.config.adoption.extract import Extraction, extracted
from gmconfig.config.adoption.extract_text import base_text, overlay_text
from gmconfig.config.adoption.finding import Adoption
from gmconfig.config.equal import same
from gmconfig.config.merge import merge
from gmconfig.errors import Refused, UsageError, shell_word
from gmconfig.path import KeyPath
from gmconfig.project.layout import Layout
from gmconfig.project.settings import ANY_DOCUMENT, Settings
from gmconfig.secret.token import is_token
from gmconfig.storage.change import WholeFile
from gmconfig.storage.yaml import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

_ENVIRONMENT = re.compile(r"[-_.]\{environment\}|\{environment\}[-_.]")


@dataclass(frozen=True, slots=True)
class BaseExtraction:
    """The files to write, the adoption that maps the new base too, and how much is shared.

    `shared` counts the leaves that stand in the bases, `total` those of the largest environment of each
    document.
    """

    adoption: Adoption
    edits: Mapping[str, FileEdit]
    shared: int
    total: int


def extract_base(snapshot: Snapshot, adoption: Adoption, by: str | None = None) -> BaseExtraction:
    """Plan a base for every document that has one full file per environment and nothing below.

    Every environment resolves to what its file said, the order of list items included: each is merged
    again from the new texts and compared.

    Raises:
        UsageError: no document is of that kind.
        Refused: a file holds sealed values, which open only where they were sealed.
        BrokenConfiguration: a file cannot be read.
    """
    way = tuple(str(segment) for segment in KeyPath.parse(by).segments) if by else None
    files = _files(adoption)
    if not files:
        hint = "--extract-base needs a pattern with {environment}, matched by two files or more"
        raise UsageError("no document has one file per environment and no base", hint=hint)
    edits: dict[str, FileEdit] = {}
    found: dict[str, Extraction] = {}
    for document, by_environment in files.items():
        raws = {name: snapshot.read(file) for name, file in by_environment.items()}
        found[document] = extraction = _extraction(raws, by_environment, way)
        base, overlays = _texts(raws, extraction)
        edits[_base_file(_pattern(adoption, document), document, snapshot)] = WholeFile(base)
        edits |= {by_environment[name]: WholeFile(raw) for name, raw in overlays.items()}
    shared, total = sum(each.shared for each in found.values()), sum(each.total for each in found.values())
    return BaseExtraction(_with_bases(adoption, found), edits, shared, total)


def _extraction(
    raws: Mapping[str, bytes], files: Mapping[str, str], way: tuple[str, ...] | None
) -> Extraction:
    trees = {name: load(raw, files[name]) for name, raw in raws.items()}
    trees = {name: {} if tree is None else tree for name, tree in trees.items()}
    for name, tree in trees.items():
        _check(files[name], tree)
    return extracted(trees, way)


def _check(file: str, tree: object) -> None:
    from gmconfig.path import walk

    if not isinstance(tree, dict):
        raise Refused(f'"{file}" is not a map of keys', hint="leave it out of --from")
    if any(is_token(value) for _, value in walk(tree)):
        hint = "extract the base first, seal afterwards"
        raise Refused(f'"{file}" holds sealed values, which open only where they were sealed', hint=hint)


def _texts(raws: Mapping[str, bytes], extraction: Extraction) -> tuple[bytes, dict[str, bytes]]:
    """Write the base from the first environment's text and cut the others down; proved, or written anew."""
    first = next(iter(raws))
    rules = extraction.rules
    base = base_text(raws[first], extraction.base, rules)
    overlays = {}
    for name, raw in raws.items():
        whole = load(raw)
        overlays[name] = overlay_text(
            raw,
            extraction.overlays[name],
            rules,
            lambda left, whole=whole: same(
                merge([extraction.base, left], rules), {} if whole is None else whole
            ),  # type: ignore[misc]
        )
    return base, overlays


def _files(adoption: Adoption) -> dict[str, dict[str, str]]:
    """Give the files by environment of each document that has two or more, and none without environment."""
    settings = Settings(
        {
            "documents": {name: list(texts) for name, texts in adoption.documents.items()},
            "environments": {name: {} for name in adoption.environments},
        }
    )
    layout = Layout(settings)
    found: dict[str, dict[str | None, list[str]]] = {}
    for file in adoption.files:
        layer = layout.read(file)
        if layer is not None:
            found.setdefault(layer.document, {}).setdefault(layer.environment, []).append(file)
    return {
        document: {name: by_environment[name][0] for name in adoption.environments if name in by_environment}
        for document, by_environment in found.items()
        if len(by_environment) > 1
        and None not in by_environment
        and all(len(each) == 1 for each in by_environment.values())
    }


def _pattern(adoption: Adoption, document: str) -> str:
    texts = [*adoption.documents.get(document, ()), *adoption.documents.get(ANY_DOCUMENT, ())]
    return next(text for text in texts if "{environment}" in text)


def _base_pattern(pattern: str) -> str:
    """Give the base's place beside the environments': `values-{environment}.yaml` has `values.yaml`."""
    folder, slash, name = pattern.rpartition("/")
    name = _ENVIRONMENT.sub("", name, count=1).replace("{environment}", "base")
    return folder.replace("{environment}", "base") + slash + name


def _base_file(pattern: str, document: str, snapshot: Snapshot) -> str:
    file = _base_pattern(pattern).replace(ANY_DOCUMENT, document)
    if snapshot.exists(file):
        raise Refused(
            f'the base would be "{file}", which is there already', hint=f"git mv {shell_word(file)} elsewhere"
        )
    return file


def _with_bases(adoption: Adoption, found: Mapping[str, Extraction]) -> Adoption:
    documents = {}
    for name, texts in adoption.documents.items():
        new = [
            _base_pattern(text)
            for text in texts
            if "{environment}" in text and (name in found or name == ANY_DOCUMENT)
        ]
        documents[name] = (*new, *texts)
    strategies = {path: way for extraction in found.values() for path, way in extraction.merge.items()}
    return replace(adoption, documents=documents, merge=strategies)
