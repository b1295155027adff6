"""What a promotion carries from one environment to another, value by value: a three-way comparison. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gmconfig.config.branch import ABSENT, child, put
from gmconfig.config.equal import same
from gmconfig.config.strategy import Rules, below, here, item_keys
from gmconfig.path import KeyPath, Keys, Segment, Selector, walk
from gmconfig.secret.token import Sealed

Path = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """What the source had when it was last promoted; `keys` are the globs that were promoted then, none for all."""

    tree: object = field(repr=False)
    keys: tuple[KeyPath, ...] = ()

    def covers(self, path: Path) -> bool:
        """Whether that promotion was about a path."""
        return not self.keys or any(matches(glob, path) for glob in self.keys)


@dataclass(frozen=True, slots=True)
class Document:
    """One document as the two environments have it, before placeholders, with its sealed values as they are.

    Attributes:
        source: what succeeded in the environment that is promoted from.
        target: what the environment that is promoted to has.
        own: what the target's own layer says.
        bases: of the source, the newest first; where none covers a path, what the target sets itself stays.
        rules: how its lists merge.
    """

    source: object
    target: object
    own: object
    bases: tuple[Base, ...] = ()
    rules: Rules = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One value that differs between the two; `stays` says why it is not carried over, None if it is."""

    path: Path
    before: object
    after: object
    stays: str | None = None


def found(
    document: Document, only: Sequence[KeyPath] = (), excepted: Sequence[KeyPath] = ()
) -> Iterator[Found]:
    """Yield what changed in the source and differs in the target.

    A value is carried over where the target has what the source had before; any other is the target's own,
    and stays, as what `excepted` names does, unless `only` names it in full. A secret always stays.

    Args:
        document: both sides.
        only: globs of what may be carried over; none mean all.
        excepted: globs of what is meant to differ.
    """
    for path, base in _changed(document):
        before, after = at(document.target, path), at(document.source, path)
        if same(before, after) or (only and not any(matches(glob, path) for glob in only)):
            continue
        named = any(glob.segments == path for glob in only)
        yield Found(path, before, after, _stays(document, path, base, before, after, excepted, named=named))


def carried(tree: object, changes: Sequence[Found]) -> object:
    """Give the target's tree with what is carried over."""
    for change in changes:
        tree = put(tree, _concrete(tree, change.path), change.after)
    return tree


def at(tree: object, path: Path) -> object:
    """Give what stands at a path, `ABSENT` for nothing."""
    for key in _concrete(tree, path):
        tree = child(tree, key)
    return tree


def matches(glob: KeyPath, path: Path) -> bool:
    """Whether a glob means a path, or a map above it; an item of a list answers to its key."""
    keys = tuple(key.value if isinstance(key, Selector) else key for key in path)
    plain = tuple(key for key in keys if isinstance(key, str | int))
    return glob.segments == path or any(glob.matches(plain[:length]) for length in range(1, len(plain) + 1))


def _changed(document: Document) -> Iterator[tuple[Path, Base | None]]:
    """Yield what changed in the source since the newest promotion that was about it."""
    for number, base in enumerate(document.bases):
        for path in _paths(base.tree, document.source, document.rules):
            newer = any(other.covers(path) for other in document.bases[:number])
            if base.covers(path) and not newer:
                yield path, base
    for path in _paths(document.target, document.source, document.rules):
        if not any(base.covers(path) for base in document.bases):
            yield path, None


def _stays(
    document: Document,
    path: Path,
    base: Base | None,
    before: object,
    after: object,
    excepted: Sequence[KeyPath],
    *,
    named: bool,
) -> str | None:
    if _has_secret(before) or _has_secret(after):
        return "a secret is never carried over"
    if named:
        return None
    if any(matches(glob, path) for glob in excepted):
        return "parity: excepts it"
    if base is None:
        return "has a value of its own" if at(document.own, path) is not ABSENT else None
    return None if same(before, at(base.tree, path)) else "has a value of its own"


def _paths(old: object, new: object, rules: Rules, path: Path = ()) -> Iterator[Path]:
    """Yield the paths that differ and that a layer can set by themselves; a list without keys is one value."""
    if same(old, new):
        return
    if old is ABSENT and isinstance(new, dict) and new and isinstance(path[-1], str):
        old = {}
    steps = _steps(old, new, rules)
    if steps is None:
        yield path
        return
    for step in steps:
        inner = below(rules, step if isinstance(step, str) else 0)
        yield from _paths(at(old, (step,)), at(new, (step,)), inner, (*path, step))


def _steps(old: object, new: object, rules: Rules) -> list[str] | list[Selector] | None:
    if isinstance(old, dict) and isinstance(new, dict):
        return [*new, *(key for key in old if key not in new)]
    way = here(rules)
    if not (isinstance(old, list) and isinstance(new, list) and isinstance(way, tuple)):
        return None
    names = item_keys(new, way), item_keys(old, way)
    if names[0] is None or names[1] is None:
        return None
    return [Selector(way, name) for name in dict.fromkeys((*names[0], *names[1]))]


def _concrete(tree: object, path: Path) -> Keys:
    """Give a path with positions in place of items' names; a new item's is the list's end."""
    keys: list[str | int] = []
    for segment in path:
        key = _position(tree, segment) if isinstance(segment, Selector) else segment
        assert isinstance(key, str | int)  # noqa: S101  # there are no globs among them
        keys.append(key)
        tree = child(tree, key)
    return tuple(keys)


def _position(tree: object, item: Selector) -> int:
    items = tree if isinstance(tree, list) else []
    names = item_keys(items, item.keys) or []
    return names.index(item.value) if item.value in names else len(items)


def _has_secret(value: object) -> bool:
    return isinstance(value, Sealed) or any(isinstance(leaf, Sealed) for _, leaf in walk(value))
