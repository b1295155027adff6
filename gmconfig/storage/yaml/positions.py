"""Where a resolved path stands in a file: through aliases and merge keys to the text that gives the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.finding import Place
from gmconfig.storage.yaml.constructor import key_of
from gmconfig.storage.yaml.nodes import LIST, MAP, Node, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.path import Keys


def place(stream: Stream, keys: Keys, *, key: bool = False, document: int = 1) -> Place:
    """Give the place of the value at a path, or of its key; the nearest one above if there is none."""
    found = _walk(stream, keys, document)
    if found is None:
        return Place(stream.file)
    key_node, node = found[-1]
    if key and key_node is not None:
        node = key_node
    return Place(stream.file, node.line, node.column)


def width(stream: Stream, keys: Keys, document: int = 1) -> int:
    """Give how many columns the value at a path spans on its first line, at least 1."""
    found = _walk(stream, keys, document)
    if found is None:
        return 1
    node = found[-1][1]
    first_line = stream.text[node.start : node.end].splitlines()[:1]
    return max(1, len("".join(first_line).rstrip()))


def own_path(stream: Stream, keys: Keys, document: int = 1) -> Keys:
    """Give the path where the value at a resolved path is written, as `construct` tells its `on_scalar`."""
    found = _walk(stream, keys, document)
    if found is None:
        return keys
    node = found[-1][1]
    written = _path_of(stream.documents[document - 1], node, ())
    return keys if written is None else (*written, *keys[len(found) - 1 :])


def entry_at(node: Node, key: str | int) -> tuple[Node | None, Node] | None:
    """Give the key node and value node of an entry, own ones before those that merge keys bring."""
    if node.kind == LIST and isinstance(key, int) and key < len(node.items):
        return None, node.items[key].resolved()
    if node.kind != MAP or not isinstance(key, str):
        return None
    if node.by_key is None:
        own = (entry for entry in node.entries if not entry[0].is_merge)
        node.by_key = {key_of(key_node): (key_node, value.resolved()) for key_node, value in own}
    if key in node.by_key:
        return node.by_key[key]
    return next(filter(None, (entry_at(source, key) for source in merge_sources(node))), None)


def merge_sources(node: Node) -> Iterator[Node]:
    """Yield the maps that a map's merge keys bring in, the strongest first: a later key wins over an earlier."""
    for key_node, value in reversed(node.entries):
        if key_node.is_merge:
            source = value.resolved()
            yield from (item.resolved() for item in source.items) if source.kind == LIST else (source,)


def _walk(stream: Stream, keys: Keys, document: int) -> list[tuple[Node | None, Node]] | None:
    """Give the entries from the root down, as far as there are any; None for an empty file."""
    if not 1 <= document <= len(stream.documents):
        return None
    found: list[tuple[Node | None, Node]] = [(None, stream.documents[document - 1].resolved())]
    for key in keys:
        entry = entry_at(found[-1][1], key)
        if entry is None:
            break
        found.append(entry)
    return found


def _path_of(root: Node, wanted: Node, keys: Keys) -> Keys | None:
    """Give the path where a node is written; offsets lead the way, so only its ancestors are visited."""
    if root is wanted:
        return keys
    for key, child in named_children(root):
        if child.outer <= wanted.outer <= wanted.end <= max(child.end, child.outer):
            found = _path_of(child, wanted, (*keys, key))
            if found is not None:
                return found
    return None


def named_children(node: Node) -> Iterator[tuple[str | int, Node]]:
    """Yield the values written directly inside with their keys; a merge key is "<<"."""
    if node.kind == LIST:
        yield from enumerate(node.items)
    elif node.kind == MAP:
        for key, value in node.entries:
            yield "<<" if key.is_merge else key_of(key), value
