"""Places of sealed values as they stand in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gmconfig.path import Selector
from gmconfig.secret.token import Context, PathElement

Layer = tuple[str | None, str | None, tuple[tuple[str, str], ...], int]


def secret_context(name: str, environment: str | None) -> Context:
    """Give the place of a named secret; environment None is `secrets/common.yaml`."""
    return Context(None, environment, (name, "value"))


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
