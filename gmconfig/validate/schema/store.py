"""The schemas of a snapshot, each compiled once: `schemas/<document>.schema.json` and what they refer to."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.validate.schema.compiled import Schema
from gmconfig.validate.schema.resources import Resources
from gmconfig.validate.source import documents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.validate.subject import Subject

FOLDER = "schemas/"
SUFFIXES = (".schema.json", ".schema.yaml", ".schema.yml")


class Schemas:
    """Finds, reads and compiles; a schema that cannot be read counts as absent, a finding elsewhere."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._data: dict[str, object] = {}
        self._compiled: dict[str, Schema | None] = {}

    def file_of(self, document: str) -> str | None:
        """Give the file of a document's schema; None where there is none."""
        names = (f"{FOLDER}{document}{suffix}" for suffix in SUFFIXES)
        return next((name for name in names if name in self._subject.files), None)

    def of(self, document: str) -> Schema | None:
        """Give a document's schema; None where there is none that can be read."""
        file = self.file_of(document)
        return None if file is None else self.at(file)

    def at(self, file: str) -> Schema | None:
        """Give the schema in a file; None if the file cannot be read."""
        if file not in self._compiled:
            try:
                contents = self.read(file)
            except LookupError:
                self._compiled[file] = None
            else:
                files = [name for name in self._subject.files if name.startswith(FOLDER)]
                self._compiled[file] = Schema(file, contents, Resources(files, self.read))
        return self._compiled[file]

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
