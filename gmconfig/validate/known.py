"""Every secret of a snapshot that the identity at hand opens, as texts to look for; kept by nobody."""

from __future__ import annotations

from gmconfig.config.loaded import load_documents
from gmconfig.config.strategy import rules_of
from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.path import walk
from gmconfig.secret.token import Sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gmconfig.project.project import Project
    from gmconfig.secret.scan.exact import Searcher
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot


class Known:
    """What can be looked for, and what cannot.

    `unopened` counts the secrets that the identity at hand does not open, `plain` those too short or too
    ordinary to be told from other text.
    """

    __slots__ = ("plain", "searcher", "unopened")

    def __init__(self, searcher: Searcher, unopened: int, plain: int) -> None:
        self.searcher = searcher
        self.unopened = unopened
        self.plain = plain

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know about how far the search went."""
        from gmconfig.counted import counted

        found = (
            (self.unopened, "not searched for: no key"),
            (self.plain, "too short to search for"),
        )
        return tuple(f"{counted(number, 'secret')} {why}" for number, why in found if number)


def known(vault: Vault, tokens: Iterable[Sealed]) -> Known:
    """Open what can be opened. No value leaves but into the searcher."""
    from gmconfig.secret.scan.exact import Searcher
    from gmconfig.secret.scan.needles import Needle, needles_of

    needles: list[Needle] = []
    unopened = plain = 0
    has_key = True
    for sealed in tokens:
        if has_key:
            has_key = _has_key(vault)
        try:
            found = needles_of(str(sealed.context), vault.open(sealed)) if has_key else None
        except GmconfigError:
            found = None
        unopened += found is None
        plain += found == []
        needles.extend(found or ())
    return Known(Searcher(needles), unopened, plain)


def tokens_of(project: Project, snapshot: Snapshot, files: Iterable[str]) -> list[Sealed]:
    """Give every sealed value in some files: layers of documents, and files of named secrets."""
    found: dict[tuple[str, object], Sealed] = {}
    for file in sorted(files):
        try:
            for sealed in _tokens(project, snapshot, file):
                found.setdefault((str(sealed), sealed.context), sealed)
        except (GmconfigError, FileNotFoundError):
            continue  # a finding of its own
    return list(found.values())


def may_hold_tokens(project: Project, file: str) -> bool:
    """Whether a file is one whose sealed values mean something."""
    if is_store(file):
        return True
    try:
        return project.layout.read(file) is not None
    except BrokenConfiguration:
        return False


def is_store(file: str) -> bool:
    """Whether a file holds named secrets."""
    return file.startswith("secrets/") and file.count("/") == 1 and file.endswith(".yaml")


def _tokens(project: Project, snapshot: Snapshot, file: str) -> Iterator[Sealed]:
    if is_store(file):
        from gmconfig.secret.named.store import secrets_in

        name = file.removeprefix("secrets/").removesuffix(".yaml")
        for one in secrets_in(snapshot, None if name == "common" else name).values():
            if one.sealed is not None:
                yield one.sealed
        return
    layer = project.layout.read(file)
    if layer is None or b"gm1" not in snapshot.read(file):
        return
    for loaded in load_documents(snapshot, layer, rules_of(project.settings.merge)):
        yield from (value for _, value in walk(loaded.tree) if isinstance(value, Sealed))


def _has_key(vault: Vault) -> bool:
    try:
        return bool(vault.member)
    except GmconfigError:
        return False
