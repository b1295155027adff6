"""Any YAML, JSON or TOML file against one schema, outside of a project."""

from __future__ import annotations

import os

from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.finding import Finding, Place, Severity
from gmconfig.path import format_keys
from gmconfig.storage.given import read_given
from gmconfig.validate.collector import paused
from gmconfig.validate.report.report import Report, merged
from gmconfig.validate.schema.compiled import Problem, Schema
from gmconfig.validate.schema.resources import Resources
from gmconfig.validate.source import Source, documents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_EXTENSIONS = (".json", ".yaml", ".yml")


def check_files(schema: str, files: Iterable[str]) -> Report:
    """Check files on disk against a schema on disk; references are found in the schema's folder alone.

    Raises:
        NotFound: the schema, or one of the files, does not exist.
    """
    findings: list[Finding] = []
    lines: dict[tuple[str, int], str] = {}
    compiled = _compiled(schema, findings, lines)
    count = 0
    with paused():
        for file in files:
            count += 1
            raw = _read(file)
            if compiled is not None:
                _check(file, raw, compiled, findings, lines)
    return Report(merged(findings), files=count, lines=lines)


def _check(
    file: str, raw: bytes, schema: Schema, findings: list[Finding], lines: dict[tuple[str, int], str]
) -> None:
    try:
        documents = documents_of(raw, file)
    except BrokenConfiguration as error:
        findings.append(unreadable(error, file))
        note_lines(Source(file, raw), findings[-1], lines)
        return
    for number, document in enumerate(documents, 1):
        problems = schema.problems(document)
        if problems:
            source = Source(file, raw)
            findings.extend(_findings(problems, source, number, len(documents), lines))


def _findings(
    problems: list[Problem], source: Source, number: int, documents: int, lines: dict[tuple[str, int], str]
) -> Iterator[Finding]:
    for problem in problems:
        finding = Finding(
            "schema",
            problem.keyword,
            Severity.ERROR,
            problem.message,
            source.place(problem.keys, key=problem.at_key, document=number),
            source.width(problem.keys, key=problem.at_key, document=number),
            path=format_keys(problem.keys, number if documents > 1 else 0),
            hint=problem.hint,
        )
        note_lines(source, finding, lines)
        yield finding


def unreadable(error: BrokenConfiguration, file: str) -> Finding:
    """Give the finding that a file cannot be read."""
    place = error.place if isinstance(error.place, Place) else Place(file)
    return Finding("yaml", "syntax", Severity.ERROR, error.message, place, hint=error.hint)


def broken_schema(schema: Schema, raw: bytes) -> Iterator[Finding]:
    """Yield what is wrong with a schema itself, at its place in the schema's file."""
    source = Source(schema.file, raw)
    for problem in schema.broken:
        place = source.place(problem.keys, key=problem.at_key)
        width = source.width(problem.keys, key=problem.at_key)
        named = f" ({format_keys(problem.keys)})" if problem.keys else ""
        message = f"broken schema: {problem.message}{named}"
        yield Finding("schema", "broken-schema", Severity.ERROR, message, place, width, hint=problem.hint)


def note_lines(source: Source, finding: Finding, lines: dict[tuple[str, int], str]) -> None:
    """Keep the source lines that a reader wants to see beside a finding."""
    place = finding.place
    if place is not None and place.file == source.file:
        for number in (place.line - 1, place.line):
            lines[(place.file, number)] = source.line(number)


def _compiled(schema: str, findings: list[Finding], lines: dict[tuple[str, int], str]) -> Schema | None:
    raw = _read(schema)
    try:
        contents = documents_of(raw, schema)[0]
    except BrokenConfiguration as error:
        findings.append(unreadable(error, schema))
        note_lines(Source(schema, raw), findings[-1], lines)
        return None
    compiled = _Beside(schema).schema(contents)
    findings.extend(broken_schema(compiled, raw))
    return None if compiled.broken else compiled


class _Beside:
    """The schema's folder on disk, listed only if a reference leads out of the schema's own file."""

    def __init__(self, schema: str) -> None:
        self.schema_file = schema
        self.folder = os.path.dirname(schema) or "."

    def schema(self, contents: object) -> Schema:
        """Compile the schema; its references are found below its folder."""
        name = os.path.basename(self.schema_file)
        compiled = Schema(name, contents, Resources(_Listed(self.folder), self.read, ""))
        compiled.file = self.schema_file
        return compiled

    def read(self, file: str) -> object:
        """Give the data of a file below the folder."""
        path = os.path.join(self.folder, file)
        try:
            return documents_of(_read(path), path)[0]
        except (BrokenConfiguration, NotFound) as error:
            raise LookupError(file) from error


class _Listed:
    """The schema-like files below a folder, found when first asked for."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._found: list[str] | None = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, file: object) -> bool:
        return file in self._names()

    def _names(self) -> list[str]:
        if self._found is None:
            self._found = sorted(
                os.path.relpath(os.path.join(folder, name), self._folder).replace(os.sep, "/")
                for folder, _, names in os.walk(self._folder)
                for name in names
                if name.endswith(_EXTENSIONS)
            )
        return self._found


def _read(file: str) -> bytes:
    try:
        return read_given(file)
    except (FileNotFoundError, NotADirectoryError) as error:
        hint = "nothing is downloaded: save it, and name the file" if "://" in file else None
        raise NotFound(f'"{file}" does not exist', hint=hint) from error
    except IsADirectoryError as error:
        raise NotFound(f'"{file}" is a folder', hint="name files") from error
