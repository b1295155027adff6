"""`gmconfig.yaml`: what it may hold, and what it means when it holds nothing."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration, UsageError
from gmconfig.path import KeyPath, Keys, Selector
from gmconfig.project.environment import environments_of, inheritance_problems
from gmconfig.project.names import HINT, is_name, reserved
from gmconfig.project.pattern import Pattern
from gmconfig.project.shape import Either, ListOf, MapOf, Problem, Record, Scalar, Words, optional

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.project.environment import Environment
    from gmconfig.storage.snapshot import Snapshot

FILE = "gmconfig.yaml"
ANY_DOCUMENT = "{document}"


def _named(kind: str, text: str) -> str | None:
    if not is_name(text):
        return f'"{text}" cannot name {kind}: {HINT}'
    return f'"{text}" is reserved and cannot name {kind}' if text in reserved(kind) else None


def _is_ref_prefix(text: str) -> bool:
    return text.startswith("refs/") and all(is_name(part) for part in text.split("/")[1:])


def _is_remote(text: str) -> bool:
    return bool(text) and not text.startswith("-") and not any(char <= " " for char in text)


TEXT = Scalar("text", (str,))
FLAG = Scalar("true or false", (bool,))
NAME = Scalar("a name", (str,), is_name)
ANYTHING = Record({}, more=True)
PATTERNS = Either(TEXT, items=ListOf(TEXT))
PLACEHOLDERS = Words("resolve", "keep")
VARIABLES = MapOf(Scalar("text, a number, true or false", (str, int, float, bool)))

SHAPE = Record(
    {
        "documents": MapOf(
            Either(
                TEXT, items=ListOf(TEXT), record=Record({"files": PATTERNS, "placeholders": PLACEHOLDERS})
            ),
            lambda key: None if key == ANY_DOCUMENT else _named("a document", key),
        ),
        "default_document": Scalar(
            "a document's name", (str,), lambda text: _named("a document", text) is None
        ),
        "environments": MapOf(
            optional(Record({"extends": NAME, "variables": VARIABLES, "protected": FLAG})),
            lambda key: _named("an environment", key),
        ),
        "default_environment": NAME,
        "layers": ListOf(Either(TEXT, record=Record({"file": TEXT, "document": NAME}, required=("file",)))),
        "merge": MapOf(Either(Words("append", "unique"), record=Record({"by": TEXT}, required=("by",)))),
        "placeholders": PLACEHOLDERS,
        "parity": ListOf(
            Record(
                {
                    "environments": ListOf(NAME),
                    "documents": ListOf(NAME),
                    "paths": ListOf(TEXT),
                    "except": ListOf(TEXT),
                    "severity": Words("critical", "error", "warning", "info"),
                },
                required=("environments",),
            )
        ),
        "targets": MapOf(
            Record(
                {"kind": NAME, "environment": NAME, "variables": VARIABLES, "placeholders": PLACEHOLDERS},
                more=True,
            ),
            lambda key: _named("a target", key),
        ),
        "freezes": ListOf(ANYTHING),
        "backups": ANYTHING,
        "alerts": Record({"handlers": MapOf(ANYTHING), "thresholds": ANYTHING}),
        "automation": Record({"rules": ListOf(ANYTHING)}),
        "flags": Record({"events_dir": TEXT}, more=True),
        "remote": Scalar('a remote\'s name, which does not begin with "-"', (str,), _is_remote),
        "ref_prefix": Scalar("a prefix of refs such as refs/gmconfig", (str,), _is_ref_prefix),
    }
)


class Settings:
    """A checked gmconfig.yaml with every default filled in; immutable by agreement.

    `section` gives what belongs to the rooms above (targets, freezes, backups, alerts, automation, flags).
    """

    __slots__ = (
        "default_document",
        "default_environment",
        "environments",
        "merge",
        "parity",
        "placeholders",
        "ref_prefix",
        "remote",
        "tree",
    )

    def __init__(self, tree: Mapping[str, object]) -> None:
        self.tree = tree
        self.environments: dict[str, Environment] = environments_of(self.section("environments") or None)
        self.default_document: str = _text(tree, "default_document") or "settings"
        self.default_environment: str | None = _text(tree, "default_environment")
        self.placeholders: str = _text(tree, "placeholders") or "resolve"
        self.remote: str = _text(tree, "remote") or "origin"
        self.ref_prefix: str = _text(tree, "ref_prefix") or "refs/gmconfig"
        self.merge: Mapping[str, object] = self.section("merge")
        self.parity: list[Mapping[str, object]] = _list(tree, "parity")

    def section(self, key: str) -> Mapping[str, object]:
        """Give one of the file's maps; empty where it is not declared."""
        section = self.tree.get(key)
        return section if isinstance(section, dict) else {}

    def keeps_placeholders(self, document: str) -> bool:
        """Whether `${…}` in this document belongs to someone else."""
        documents = self.section("documents")
        entry = documents.get(document) or documents.get(ANY_DOCUMENT)
        own = entry.get("placeholders") if isinstance(entry, dict) else None
        return (own or self.placeholders) == "keep"


def check(tree: object) -> list[Problem]:
    """Say everything that is wrong with the data of a gmconfig.yaml."""
    problems: list[Problem] = []
    SHAPE({} if tree is None else tree, (), problems)
    if not problems and isinstance(tree, dict):
        problems.extend(_beyond_shape(Settings(tree)))
    return problems


def settings_of(tree: object, snapshot: Snapshot) -> Settings:
    """Check the data of the snapshot's gmconfig.yaml and give it as settings.

    Raises:
        BrokenConfiguration: it is not as it must be; the first mistake, with its place.
    """
    problems = check(tree)
    if problems:
        raise broken(problems[0], snapshot.read(FILE))
    return Settings(tree if isinstance(tree, dict) else {})


def broken(problem: Problem, raw: bytes) -> BrokenConfiguration:
    """Give a mistake in gmconfig.yaml as the error that a user reads."""
    from gmconfig.storage.yaml import compose, place

    where = place(compose(raw, FILE), problem.keys, key=problem.at_key)
    return BrokenConfiguration(problem.message, hint=problem.hint, place=where)


def _beyond_shape(settings: Settings) -> Iterator[Problem]:
    """Yield mistakes that no schema can see: names that nothing answers to, texts that do not parse."""
    yield from inheritance_problems(settings.environments)
    yield from _unknown_default(settings)
    yield from _shared_names(settings)
    for keys, text in _patterns(settings.tree):
        yield from _unreadable(keys, lambda text=text: Pattern(text), at_key=False)
        if keys[:2] == ("documents", ANY_DOCUMENT) and ANY_DOCUMENT not in text:
            hint = "put {document} into the pattern, or the document's name in front"
            yield Problem(keys, f'"{text}" does not say which document it is', hint=hint)
    for path, strategy in settings.merge.items():
        yield from _merge_problems(path, strategy)
    for keys, text in _parity_paths(settings):
        yield from _unreadable(keys, lambda text=text: KeyPath.parse(text), at_key=False)


def _unknown_default(settings: Settings) -> Iterator[Problem]:
    from gmconfig.errors import UnknownEnvironment
    from gmconfig.project.environment import known

    if settings.default_environment is None:
        return
    try:
        known(settings.environments, settings.default_environment)
    except UnknownEnvironment as error:
        yield Problem(("default_environment",), error.message, hint=error.hint)


def _shared_names(settings: Settings) -> Iterator[Problem]:
    for name in settings.section("targets"):
        if name in settings.environments:
            message = f'"{name}" names an environment and a target'
            yield Problem(("targets", name), message, hint="rename one of them", at_key=True)


def _patterns(tree: Mapping[str, object]) -> Iterator[tuple[Keys, str]]:
    for name, entry in (tree.get("documents") or {}).items():  # type: ignore[attr-defined]  # shape checked
        record = isinstance(entry, dict)
        keys: Keys = ("documents", name, "files") if record else ("documents", name)
        yield from _texts(entry.get("files") if record else entry, keys)
    for index, entry in enumerate(_list(tree, "layers")):
        record = isinstance(entry, dict)
        yield from _texts(entry["file"] if record else entry, ("layers", index, "file")[: 3 if record else 2])


def _texts(value: object, keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, list):
        yield from (((*keys, index), text) for index, text in enumerate(value))


def _parity_paths(settings: Settings) -> Iterator[tuple[Keys, str]]:
    for index, rule in enumerate(settings.parity):
        yield from _texts(rule.get("paths"), ("parity", index, "paths"))
        yield from _texts(rule.get("except"), ("parity", index, "except"))


def _merge_problems(path: str, strategy: object) -> Iterator[Problem]:
    keys: Keys = ("merge", path)
    yield from _unreadable(keys, lambda: KeyPath.parse(path), at_key=True)
    if isinstance(strategy, dict):
        yield from _unreadable((*keys, "by"), lambda: merge_key(strategy["by"]), at_key=False)


def merge_key(text: str) -> tuple[str, ...]:
    """Read the `by:` of a list strategy: `name`, or a way into the item such as `metadata.name`."""
    segments = KeyPath.parse(text).segments
    if not segments or not all(isinstance(segment, str) for segment in segments):
        raise UsageError(
            f'"{text}" is not a key of an item', hint="by: takes a key such as name or metadata.name"
        )
    return tuple(str(segment) for segment in segments)


def _unreadable(keys: Keys, read: object, *, at_key: bool) -> Iterator[Problem]:
    try:
        path = read()  # type: ignore[operator]
    except UsageError as error:
        yield Problem(keys, error.message, hint=error.hint, at_key=at_key)
        return
    if isinstance(path, KeyPath) and any(isinstance(segment, Selector) for segment in path.segments):
        hint = "name all items with [*]"
        yield Problem(keys, f'"{path}" selects one item by its key', hint=hint, at_key=at_key)


def _text(tree: Mapping[str, object], key: str) -> str | None:
    value = tree.get(key)
    return value if isinstance(value, str) else None


def _list(tree: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = tree.get(key)
    return value if isinstance(value, list) else []
