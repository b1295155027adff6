"""Places of sealed values: as JSON in the log, and as they are found in a document's tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gmconfig.path import Keys, Selector, scalar_text
from gmconfig.secret.token import Context, PathElement

Layer = tuple[str | None, str | None, tuple[tuple[str, str], ...], int]

MergeKey = Callable[[Keys], str | None]
"""Gives the merge key that is declared for the list at a path (`name`, `metadata.name`), or None."""


def secret_context(name: str, environment: str | None, part: str = "value") -> Context:
    """Give the place of a named secret; environment None is `secrets/common.yaml`."""
    return Context(None, environment, (name, part))


def bound_path(tree: object, keys: Keys, merge_key: MergeKey) -> tuple[PathElement, ...]:
    """Give what a node at this path of one layer's tree is bound to.

    An item of a list with a declared merge key is bound to its key, as long as no other item has the same;
    any other item to its index.
    """
    path: list[PathElement] = []
    for depth, key in enumerate(keys):
        by = merge_key(keys[:depth]) if isinstance(key, int) else None
        path.append(_selector(tree, key, by) or key if by and isinstance(key, int) else key)
        tree = tree[key]  # type: ignore[index]
    return tuple(path)


def layer_tree(layer: Layer) -> dict[str, object]:
    """Give a layer as it stands in an event."""
    document, environment, variables, yaml_document = layer
    return {
        "document": document,
        "environment": environment,
        "variables": dict(variables),
        "yaml": yaml_document,
    }


def layer_from_tree(tree: Mapping[str, Any]) -> Layer:
    """Read a layer from an event."""
    variables = tuple(sorted(tree["variables"].items()))
    return tree["document"], tree["environment"], variables, tree["yaml"]


def path_tree(path: tuple[PathElement, ...]) -> list[object]:
    """Give a path as it stands in an event."""
    return [
        {"by": list(element.keys), "is": element.value} if isinstance(element, Selector) else element
        for element in path
    ]


def path_from_tree(tree: list[Any]) -> tuple[PathElement, ...]:
    """Read a path from an event."""
    return tuple(
        [
            Selector(tuple(element["by"]), element["is"]) if isinstance(element, dict) else element
            for element in tree
        ]
    )


def context_of(layer: Layer, path: tuple[PathElement, ...]) -> Context:
    """Give the place at a path of a layer."""
    document, environment, variables, yaml_document = layer
    return Context(document, environment, path, variables=variables, yaml_document=yaml_document)


def _selector(items: object, index: int, by: str) -> Selector | None:
    keys = tuple(by.split("."))
    item: Any = items[index]  # type: ignore[index]
    for key in keys:
        if not isinstance(item, dict) or key not in item:
            return None
        item = item[key]
    if isinstance(item, dict | list):
        return None
    selector = Selector(keys, scalar_text(item))
    twins = sum(selector.matches(other) for other in items)  # type: ignore[attr-defined]
    return selector if twins == 1 else None
