"""The schemas of a snapshot, each compiled once: `schemas/<document>.schema.json` and what they refer to."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.validate.schema.compiled import Schema
from gmconfig.validate.schema.resources import Resources
from gmconfig.validate.source import documents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from gmconfig.validate.subject import Subject

FOLDER = "schemas/"
SUFFIXES = (".schema.json", ".schema.yaml", ".schema.yml")


class Schemas:
    """Finds, reads and compiles; a schema that cannot be read counts as absent, a finding elsewhere."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._data: dict[str, object] = {}
        self._compiled: dict[str, Schema | None] = {}
        self._by_content: dict[tuple[str, bytes], Schema] = {}
        self._files = _Below(subject.files)

    def file_of(self, document: str) -> str | None:
        """Give the file of a document's schema; None where there is none."""
        return file_of(document, self._subject.files)

    def at(self, file: str) -> Schema | None:
        """Give the schema in a file; None if the file cannot be read."""
        if file not in self._compiled:
            raw = self._subject.snapshot.read(file)
            # The same text in the same folder refers to the same files; compiling takes 1 ms and 100 kB.
            key = file.rpartition("/")[0], raw
            schema = self._by_content.get(key)
            if schema is None:
                schema = self._compile(file)
                if schema is not None and not schema.broken:
                    self._by_content[key] = schema
            self._compiled[file] = schema
        return self._compiled[file]

    def _compile(self, file: str) -> Schema | None:
        try:
            contents = self.read(file)
        except LookupError:
            return None
        return Schema(file, contents, Resources(self._files, self.read))

    def read(self, file: str) -> object:
        """Give the data of a schema file.

        Raises:
            LookupError: it cannot be read.
        """
        if file not in self._data:
            try:
                self._data[file] = documents_of(self._subject.snapshot.read(file), file)[0]
            except (BrokenConfiguration, FileNotFoundError) as error:
                raise LookupError(file) from error
        return self._data[file]


def file_of(document: str, files: Container[str]) -> str | None:
    """Give which of some files is a document's schema; None where none is."""
    names = (f"{FOLDER}{document}{suffix}" for suffix in SUFFIXES)
    return next((name for name in names if name in files), None)


class _Below:
    """The files of the folder, looked through when somebody first asks for more than one."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def __contains__(self, file: object) -> bool:
        return isinstance(file, str) and file.startswith(FOLDER) and file in self._files

    def __iter__(self) -> Iterator[str]:
        return (file for file in self._files if file.startswith(FOLDER))

    def __len__(self) -> int:
        return sum(1 for _ in self)
