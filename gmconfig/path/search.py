"""Finding what a path means in a tree: one place, or every place that a glob covers."""

from __future__ import annotations

from gmconfig.errors import UnknownPath, UsageError
from gmconfig.path.nearest import nearest
from gmconfig.path.segment import ANY, DEEP, Keys, Segment, Selector, printed, under

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.path.key_path import KeyPath


def step(node: object, segment: Segment, path: KeyPath, keys: Keys) -> str | int:
    """Give the concrete key of one segment of a path; `keys` is the way so far.

    Raises:
        UnknownPath: nothing stands there; the hint names the nearest path that exists.
    """
    found = meant(node, segment)
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(printed((*path.segments[: len(keys)], place)) for place in found[:3])
        message = f'"{path}" is ambiguous: {len(found)} items match {segment!r}'
        raise UnknownPath(message, hint=f"name one by its place: {places}{', …' if found[3:] else ''}")
    if segment is ANY or segment is DEEP:
        raise UsageError(f'"{path}" may mean several places', hint="name one path, without * or **")
    raise UnknownPath(f'"{path}" does not exist', hint=_suggestion(node, segment, keys, path))


def meant(node: object, segment: Segment) -> Sequence[str | int]:
    """Give the keys of a node that a segment, which is no glob, may mean: at most one but for a selector."""
    if isinstance(segment, str):
        return (segment,) if isinstance(node, dict) and segment in node else ()
    if isinstance(segment, int):
        inside = isinstance(node, list) and -len(node) <= segment < len(node)
        return (segment % len(node),) if inside else ()  # type: ignore[arg-type]  # it is a list
    if isinstance(segment, Selector) and isinstance(node, list):
        return [index for index, item in enumerate(node) if segment.matches(item)]
    return ()


def _suggestion(node: object, segment: Segment, keys: Keys, path: KeyPath) -> str | None:
    if isinstance(node, dict) and isinstance(segment, str):
        written = tuple(segment.strip("/").split("/"))  # as JSON Pointers and folders are
        rest = path.segments[len(keys) + 1 :]
        for parts in (written + rest, rest if segment == "$" and rest else written):  # $ is JSONPath's root
            if any(True for _ in find(parts, node, ())):
                return f'did you mean "{printed((*path.segments[: len(keys)], *parts))}"?'
        near = nearest(segment, list(node))
        return f'did you mean "{_mended(node, near, keys, path)}"?' if near else None
    if isinstance(node, list) and isinstance(segment, Selector):
        known = [text for item in node if (text := segment.text_of(item)) is not None]
        near = nearest(segment.value, known)
        if near is not None:
            return f'did you mean "{_mended(node, Selector(segment.keys, near), keys, path)}"?'
    if (
        isinstance(node, list)
        and isinstance(segment, str)
        and segment.isdecimal()
        and int(segment) < len(node)
    ):
        return f'did you mean "{_mended(node, int(segment), keys, path)}"?'
    if isinstance(node, list):
        return f"{printed(keys) or 'the document'} is a list of {len(node)}, counted from [0]"
    return None


def _mended(node: object, near: str | int | Selector, keys: Keys, path: KeyPath) -> str:
    """Give the whole path with the mistyped key replaced; only up to it where the rest is not there either."""
    before, rest = path.segments[: len(keys)], path.segments[len(keys) + 1 :]
    exists = any(True for _ in find((near, *rest), node, ()))
    mended = printed((*before, near, *rest) if exists else (*before, near))
    return f"#{path.document}:{mended}" if path.document else mended


def matches(segments: tuple[Segment, ...], keys: Keys, tree: object) -> bool:
    """Whether a concrete path is one that the segments mean."""
    if not segments:
        return not keys
    head, rest = segments[0], segments[1:]
    if head is DEEP:
        return any(matches(rest, keys[i:], _descend(tree, keys[:i])) for i in range(len(keys) + 1))
    if not keys or not _accepts(head, keys[0], tree):
        return False
    return matches(rest, keys[1:], _descend(tree, keys[:1]))


def _accepts(segment: Segment, key: str | int, tree: object) -> bool:
    if segment is ANY:
        return True
    if isinstance(segment, Selector):
        return isinstance(tree, list) and isinstance(key, int) and segment.matches(tree[key])
    if isinstance(segment, int) and segment < 0 and isinstance(tree, list):
        return key == len(tree) + segment
    return type(segment) is type(key) and segment == key


def _descend(tree: object, keys: Keys) -> object:
    for key in keys:
        tree = under(tree, key)
    return tree


def find(segments: tuple[Segment, ...], tree: object, keys: Keys) -> Iterator[Keys]:
    """Yield every concrete path below `keys` that the segments mean, in the tree's order."""
    if not segments:
        yield keys
        return
    head, rest = segments[0], segments[1:]
    if head is DEEP:
        seen = dict.fromkeys(find(rest, tree, keys))
        yield from seen
        for key, child in _children(tree):
            yield from (found for found in find(segments, child, (*keys, key)) if found not in seen)
        return
    for key, child in _children(tree):
        if _accepts(head, key, tree):
            yield from find(rest, child, (*keys, key))


def _children(tree: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(tree, dict):
        yield from tree.items()
    elif isinstance(tree, list):
        yield from enumerate(tree)
