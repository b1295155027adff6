"""The way out where no splice fits: ruamel's round trip, with the file's own indentation and line ends."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from gmconfig.path import value_at
from gmconfig.storage import MOST_FOR_SLOW
from gmconfig.storage.yaml.operations import Append, Edit, Insert, Set, Unset
from gmconfig.storage.yaml.text import BOM, line_break

if TYPE_CHECKING:
    from typing import Any

    from gmconfig.storage.yaml.planning import Plan


def round_trip(raw: bytes, wanted: Edit, plan: Plan) -> bytes | None:
    """Give the file's bytes after an edit by ruamel, to be proved; None where ruamel cannot do it."""
    from ruamel.yaml.error import YAMLError

    if plan.target is None or len(raw) > MOST_FOR_SLOW:
        return None
    text = raw.removeprefix(BOM).decode()
    try:
        new = _rewritten(text, wanted, plan)
    except (
        YAMLError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        NotImplementedError,
        RecursionError,
    ):
        return None
    return (BOM if raw.startswith(BOM) else b"") + _with_ends_of(text, new).encode()


def _rewritten(text: str, wanted: Edit, plan: Plan) -> str:
    yaml = _yaml(plan)
    documents: list[Any] = list(yaml.load_all(text.replace("\r\n", "\n")))
    assert plan.target is not None  # noqa: S101  # the caller looked
    keys = plan.target.keys
    if keys:
        _apply(
            _at(documents[plan.document - 1], keys[:-1]), keys[-1], wanted, value_at(plan.expected, keys[:-1])
        )
    else:
        documents[plan.document - 1] = plan.expected
    out = io.StringIO()
    yaml.dump_all(documents, out)
    return out.getvalue()


def _yaml(plan: Plan) -> Any:
    from ruamel.yaml import YAML

    from gmconfig.storage.yaml.layout import layout_of

    assert plan.target is not None  # noqa: S101  # the caller looked
    found = layout_of(plan.target.steps[0].node)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**31
    yaml.indent(mapping=found.step, sequence=found.dashes + 2, offset=found.dashes)
    return yaml


def _at(tree: Any, keys: tuple[str | int, ...]) -> Any:
    for key in keys:
        tree = tree[_own_key(tree, key)]
    return tree


def _own_key(tree: Any, key: str | int) -> Any:
    """Give the key as ruamel has it, which may be a number where ours is text."""
    if isinstance(tree, dict) and key not in tree:
        return next((own for own in tree if str(own) == key), key)
    return key


def _apply(parent: Any, key: str | int, wanted: Edit, expected: object) -> None:
    own = _own_key(parent, key)
    if isinstance(wanted, Unset):
        del parent[own]
    elif isinstance(wanted, Set):
        parent[own] = expected[key]  # type: ignore[index]  # the same container, after the edit
    elif isinstance(wanted, Append):
        parent[own].append(wanted.value)
    elif isinstance(wanted, Insert):
        parent[own].insert(wanted.index, wanted.value)


def _with_ends_of(old: str, new: str) -> str:
    newline = line_break(old)
    if old and not old.endswith(("\n", "\r")):
        new = new.rstrip("\n")
    return new.replace("\n", newline) if newline != "\n" else new
