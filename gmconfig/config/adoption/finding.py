"""`init --from`: find the documents and environments of a repository that was not made for gmconfig.

Nothing is moved or rewritten: what is found becomes the text of a gmconfig.yaml that maps it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.adoption.foreign import readable
from gmconfig.errors import NotFound, UsageError
from gmconfig.path import walk
from gmconfig.project.environment import USUAL
from gmconfig.project.names import check_name, is_name, reserved
from gmconfig.project.pattern import HINT, Pattern
from gmconfig.project.settings import ANY_DOCUMENT, FILE
from gmconfig.storage.yaml import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gmconfig.storage.snapshot import Snapshot

_ENVIRONMENT = "environment"
_FOREIGN = re.compile(r"\$\{|\{\{|%\{")
_SEPARATED = re.compile(r"[-_.]?\{environment\}[-_.]?")


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a repository turned out to hold, and how a gmconfig.yaml says it.

    `documents` has the patterns of each; `*` or `{document}` in a pattern stands under `{document}`. `merge`
    has the list strategies. `keeps_placeholders` is whether `${…}` belongs to another tool.
    """

    documents: Mapping[str, tuple[str, ...]]
    environments: tuple[str, ...]
    names: tuple[str, ...]
    files: tuple[str, ...]
    keeps_placeholders: bool
    merge: Mapping[str, Mapping[str, str]]

    @property
    def text(self) -> str:
        """The gmconfig.yaml."""
        return "\n".join(_lines(self))


def adopted(snapshot: Snapshot, patterns: Sequence[str]) -> Adoption:
    """Find what patterns mean: `values-{environment}.yaml`, `{environment}/{document}.yaml`, `config/*.yaml`.

    Raises:
        UsageError: a pattern is not one, or gives a file two meanings.
        NotFound: a pattern matches no file.
        BrokenConfiguration: one of the files cannot be read.
    """
    if not patterns:
        raise UsageError(
            "no pattern to adopt files by", hint="gmconfig init --from 'values-{environment}.yaml'"
        )
    documents: dict[str, list[str]] = {}
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for pattern in sorted(map(_pattern, patterns), key=lambda each: _ENVIRONMENT in each.variables):
        matches = _matches(snapshot, pattern, found)
        found |= {file: (pattern.text, values) for file, values in matches.items()}
        documents.setdefault(_document(pattern), []).append(pattern.text)
    return _adoption(snapshot, documents, found)


def _adoption(
    snapshot: Snapshot, documents: Mapping[str, list[str]], found: Mapping[str, tuple[str, dict[str, str]]]
) -> Adoption:
    environments = {values["environment"] for _, values in found.values() if "environment" in values}
    plain = [name for name in documents if name != ANY_DOCUMENT]
    names = {values["document"] for _, values in found.values() if "document" in values} | set(plain)
    for name in names:
        check_name("a document", name)
    for text, values in found.values():
        if _ENVIRONMENT in values:
            _check_environment(text, values[_ENVIRONMENT])
    signs = [
        _is_foreign(snapshot.read(file), file) for file in sorted(found)
    ]  # of each: all must be readable
    return Adoption(
        {name: tuple(texts) for name, texts in documents.items()},
        tuple(
            sorted(environments, key=lambda name: (USUAL.index(name) if name in USUAL else len(USUAL), name))
        ),
        tuple(sorted(names)),
        tuple(sorted(found)),
        any(signs),
        {},
    )


def _check_environment(pattern: str, name: str) -> None:
    if name in reserved("an environment"):
        hint = f"gmconfig init --from '{pattern.replace('{environment}', name)}' --from '{pattern}'"
        raise UsageError(f'"{name}" is reserved and cannot name an environment', hint=hint)
    check_name("an environment", name)


def _pattern(text: str) -> Pattern:
    text = text.removeprefix("./")
    if text.count("*") > 1 or ("*" in text and ANY_DOCUMENT in text) or re.search(r"[?\[]", text):
        raise UsageError(f'"{text}" is not a pattern: one * stands for the document\'s name', hint=HINT)
    return Pattern(text.replace("*", ANY_DOCUMENT))


def _matches(
    snapshot: Snapshot, pattern: Pattern, taken: Mapping[str, tuple[str, dict[str, str]]]
) -> dict[str, dict[str, str]]:
    found = {}
    for file in sorted(snapshot.files()):
        readings = pattern.match(file, {}) if file != FILE and ".local." not in file else []
        if file in taken:
            readings = [values for values in readings if not _is_base(taken[file][0], pattern, values)]
        if readings:
            found[file] = _only(file, readings, pattern.text)
        if readings and file in taken:
            hint = "narrow one of the patterns, every file has one meaning"
            raise UsageError(f'"{file}" matches "{pattern.text}" and another pattern', hint=hint)
    if not found:
        raise NotFound(f'no file matches "{pattern.text}"', hint=_near(snapshot, pattern))
    return found


def _is_base(taken: str, pattern: Pattern, values: Mapping[str, str]) -> bool:
    """Whether a file is known as the base already: `data/common/…` beside `data/{environment}/…`."""
    if _ENVIRONMENT not in values:
        return False
    return pattern.text.replace("{environment}", values[_ENVIRONMENT]) == taken


def _only(file: str, readings: Sequence[dict[str, str]], text: str) -> dict[str, str]:
    """Give the one reading; of several, the one with a usual environment."""
    usual = [values for values in readings if values.get("environment") in USUAL]
    chosen = usual if len(usual) == 1 else readings
    if len(chosen) > 1:
        raise UsageError(f'"{file}" can be read as "{text}" in {len(readings)} ways', hint=HINT)
    return chosen[0]


def _near(snapshot: Snapshot, pattern: Pattern) -> str:
    extension = pattern.literals[-1].rpartition(".")[2]
    some = [file for file in sorted(snapshot.files()) if file.endswith("." + extension)][:3]
    return f"files here are {', '.join(some)}" if some else HINT


def _document(pattern: Pattern) -> str:
    """Name a pattern's document: by the pattern, or by what its file's name says apart from variables."""
    if "document" in pattern.variables:
        return ANY_DOCUMENT
    stem = _SEPARATED.sub("", pattern.text.rpartition("/")[2].rpartition(".")[0])
    stem = re.sub(r"[-_.]?\{[^}]*\}[-_.]?", "", stem)
    return stem if is_name(stem) else "settings"


def _is_foreign(raw: bytes, file: str) -> bool:
    """Whether a value holds what looks like a placeholder: gmconfig wrote none, so it is another tool's."""
    trees = readable(raw, file)
    if not any(sign in raw for sign in (b"${", b"{{", b"%{", b"\\", b"\0")):
        return False
    texts = (text for tree in trees for keys, value in walk(tree) for text in (*keys, value))
    return any(isinstance(text, str) and _FOREIGN.search(text) for text in texts)


def _lines(adoption: Adoption) -> Iterator[str]:
    yield "# What gmconfig makes of this repository. Every key is optional: gmconfig init --help"
    yield "documents:"
    for name, texts in adoption.documents.items():
        listed = [_quoted(text) for text in texts]
        key = _quoted(name)
        yield f"  {key}: {listed[0]}" if len(listed) == 1 else f"  {key}: [{', '.join(listed)}]"
    if len(adoption.names) == 1:
        yield f"default_document: {_quoted(adoption.names[0])}"
    yield from _environments(adoption.environments)
    yield from _strategies(adoption.merge)
    if adoption.keeps_placeholders:
        yield ""
        yield '# "${...}" and "{{...}}" in these files belong to another tool: they stay as they are.'
        yield "placeholders: keep"
    yield ""


def _environments(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield ""
        yield "environments:"
        yield from (f"  {_quoted(name)}: {{}}" for name in names)


def _strategies(merge: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    if merge:
        yield ""
        yield "# Lists that merge item by item; every other list replaces the one below it."
        yield "merge:"
        yield from (f"  {_quoted(path)}: {{by: {_quoted(way['by'])}}}" for path, way in merge.items())


def _quoted(text: str) -> str:
    return scalar(text, flow=True)
