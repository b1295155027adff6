"""What is wrong with a gmconfig.yaml: its shape, and what no shape shows."""

from __future__ import annotations

from gmconfig.errors import UnknownEnvironment, UsageError
from gmconfig.path import KeyPath, Keys, Selector
from gmconfig.project.environment import inheritance_problems, known
from gmconfig.project.known_keys import SHAPE
from gmconfig.project.pattern import Pattern
from gmconfig.project.settings import ANY_DOCUMENT, Settings
from gmconfig.project.shape import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def check(tree: object) -> list[Problem]:
    """Say everything that is wrong with the data of a gmconfig.yaml."""
    problems: list[Problem] = []
    SHAPE({} if tree is None else tree, (), problems)
    if not problems and isinstance(tree, dict):
        problems.extend(_beyond_shape(Settings(tree)))
    return problems


def _beyond_shape(settings: Settings) -> Iterator[Problem]:
    """Yield mistakes that no schema can see: names that nothing answers to, texts that do not parse."""
    yield from inheritance_problems(settings.environments)
    yield from _unknown_default(settings)
    yield from _shared_names(settings)
    yield from _lost_targets(settings)
    yield from _freezes(settings)
    for keys, text in _patterns(settings):
        yield from _unreadable(keys, text, Pattern)
        if keys[:2] == ("documents", ANY_DOCUMENT) and ANY_DOCUMENT not in text:
            hint = "put {document} into the pattern, or the document's name in front"
            yield Problem(keys, f'"{text}" does not say which document it is', hint=hint)
    for path, strategy in settings.merge.items():
        yield from _merge_problems(path, strategy)
    for keys, text in _parity_paths(settings):
        yield from _unreadable(keys, text, KeyPath.parse)


def _unknown_default(settings: Settings) -> Iterator[Problem]:
    if settings.default_environment is not None:
        yield from _unknown(settings, settings.default_environment, ("default_environment",))


def _unknown(settings: Settings, environment: str, keys: Keys) -> Iterator[Problem]:
    try:
        known(settings.environments, environment)
    except UnknownEnvironment as error:
        yield Problem(keys, error.message, hint=error.hint)


def _shared_names(settings: Settings) -> Iterator[Problem]:
    for name in settings.section("targets"):
        if name in settings.environments:
            message = f'"{name}" names an environment and a target'
            yield Problem(("targets", name), message, hint="rename one of them", at_key=True)


def _lost_targets(settings: Settings) -> Iterator[Problem]:
    for name, entry in settings.section("targets").items():
        environment = entry.get("environment") if isinstance(entry, dict) else None
        if environment is not None:
            yield from _unknown(settings, environment, ("targets", name, "environment"))


def _freezes(settings: Settings) -> Iterator[Problem]:
    """A freeze that holds at no time, or nowhere, would let through what it is there to stop."""
    for index, entry in enumerate(settings.freezes):
        from gmconfig.project.window import HINT, window

        try:
            environments = window(entry).environments
        except ValueError as error:
            yield Problem(("freezes", index), str(error), hint=HINT)
            continue
        for environment in environments:
            yield from _unknown(settings, environment, ("freezes", index, "environments"))


def _patterns(settings: Settings) -> Iterator[tuple[Keys, str]]:
    for name, entry in settings.section("documents").items():
        if isinstance(entry, dict):
            yield from _texts(entry.get("files"), ("documents", name, "files"))
        else:
            yield from _texts(entry, ("documents", name))
    for index, entry in enumerate(settings.further_layers):
        if isinstance(entry, dict):
            yield from _texts(entry["file"], ("layers", index, "file"))
        else:
            yield from _texts(entry, ("layers", index))


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
    yield from _unreadable(keys, path, KeyPath.parse, at_key=True)
    if isinstance(strategy, dict):
        yield from _unreadable((*keys, "by"), strategy["by"], merge_key)


def merge_key(text: str) -> tuple[str, ...]:
    """Read the `by:` of a list strategy: `name`, or a way into the item such as `metadata.name`."""
    segments = KeyPath.parse(text).segments
    if not segments or not all(isinstance(segment, str) for segment in segments):
        raise UsageError(
            f'"{text}" is not a key of an item', hint="by: takes a key such as name or metadata.name"
        )
    return tuple(str(segment) for segment in segments)


def _unreadable(
    keys: Keys, text: str, read: Callable[[str], object], *, at_key: bool = False
) -> Iterator[Problem]:
    try:
        path = read(text)
    except UsageError as error:
        yield Problem(keys, error.message, hint=error.hint, at_key=at_key)
        return
    if isinstance(path, KeyPath) and any(isinstance(segment, Selector) for segment in path.segments):
        hint = "name all items with [*]"
        yield Problem(keys, f'"{path}" selects one item by its key', hint=hint, at_key=at_key)
