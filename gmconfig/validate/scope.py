"""What a check has looked at: environments, documents, files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gmconfig.validate.document import Checked


class Scope:
    """The environments and documents that were looked at, the documents sorted, and how many files."""

    __slots__ = ("documents", "environments", "files")

    def __init__(self, environments: Collection[str], documents: tuple[str, ...], files: int) -> None:
        self.environments = environments
        self.documents = documents
        self.files = files

    @classmethod
    def of(cls, results: Collection[Checked]) -> Scope:
        """Give what some results are about."""
        return cls(
            {name for names in {result.environments for result in results} for name in names},
            tuple(sorted(result.document for result in results)),
            len({file for result in results for file in result.files}),
        )

    def with_flags(self, files: Collection[str], environments: Iterable[str]) -> Scope:
        """Give the same with the flags of some files, which are one document in all of the environments."""
        if not files:
            return self
        documents = tuple(sorted({*self.documents, "flags"}))
        return Scope({*self.environments, *environments}, documents, self.files + len(files))

    def ordered(self, order: Iterable[str]) -> tuple[str, ...]:
        """Give the environments in the order in which they are declared."""
        return tuple(name for name in order if name in self.environments)
