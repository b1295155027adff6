"""The result of every document as it is kept: those with nothing to say take next to nothing."""

from __future__ import annotations

from gmconfig.validate.plain import checked_from_plain
from gmconfig.validate.scope import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from gmconfig.validate.document import Checked

    Quiet = dict[tuple[str, ...], dict[str, tuple[str, ...]]]


class Verdicts:
    """Results as plain data, by document.

    `quiet` are the documents of which there is nothing to say: by their environments, each with the files
    that its answer depends on. `telling` are all others, as `plain` makes them.
    """

    __slots__ = ("quiet", "telling")

    def __init__(self, quiet: Quiet | None = None, telling: dict[str, Any] | None = None) -> None:
        self.quiet: Quiet = {} if quiet is None else quiet
        self.telling: dict[str, Any] = {} if telling is None else telling

    @classmethod
    def of(cls, results: Iterable[tuple[str, Any]]) -> Verdicts:
        """Collect what was found in some documents."""
        found = cls()
        for document, plain in results:
            found._add(document, plain)
        return found

    def put(self, document: str, plain: Any) -> bool:
        """Replace a document's result, None takes it away; gives whether that makes a difference."""
        if self._holds(document, plain):
            return False
        self.telling.pop(document, None)
        for environments in list(self.quiet):
            self.quiet[environments].pop(document, None)
            if not self.quiet[environments]:
                del self.quiet[environments]
        if plain is not None:
            self._add(document, plain)
        return True

    def _holds(self, document: str, plain: Any) -> bool:
        if plain is None or not _is_quiet(plain):
            return plain is not None and self.telling.get(document) == plain
        return self.quiet.get(plain[1], {}).get(document) == tuple(plain[5])

    def _add(self, document: str, plain: Any) -> None:
        if _is_quiet(plain):
            self.quiet.setdefault(plain[1], {})[document] = tuple(plain[5])
        else:
            self.telling[document] = plain

    def crossing(self) -> set[str]:
        """Give the documents that refer to others."""
        return {document for document, plain in self.telling.items() if plain[6]}

    def asking(self) -> set[str]:
        """Give the documents that a change of secrets may reach."""
        return {document for document, plain in self.telling.items() if plain[7]}

    def results(self) -> list[Checked]:
        """Give the results that say something."""
        return [checked_from_plain(plain) for plain in self.telling.values()]

    def documents(self) -> list[str]:
        """Give the names of all documents."""
        return [*self.telling, *(name for group in self.quiet.values() for name in group)]

    def scope(self) -> Scope:
        """Say what was looked at."""
        environments = {
            name for some in (*self.quiet, *(one[1] for one in self.telling.values())) for name in some
        }
        return Scope(environments, tuple(sorted(self.documents())), len(set().union(*self._files())))

    def _files(self) -> Iterator[Iterable[str]]:
        for group in self.quiet.values():
            yield from group.values()
        yield from (plain[5] for plain in self.telling.values())


def _is_quiet(plain: Any) -> bool:
    """Whether there is no finding, nothing unchecked, no line to show, and nothing else referred to."""
    _, _, findings, unchecked, lines, _, crosses, asks = plain
    return not (findings or unchecked or lines or crosses or asks)
