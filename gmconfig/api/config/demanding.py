"""What validate holds one value to: its schema's keywords and the policies that mean it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.schema.types import SchemaTypes
from gmconfig.errors import GmconfigError
from gmconfig.validate.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.config.resolve import Resolved
    from gmconfig.path import Keys

_WORDS = {
    "format": "format {}",
    "pattern": "pattern {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}


def demands(resolved: Resolved, keys: Keys) -> tuple[str, ...]:
    """Say what a value must be, `schema integer, at least 1` or `policy no-localhost`; empty if anything may be."""
    try:
        return (*_schema(resolved, keys), *_policies(resolved, keys))
    except GmconfigError:  # a broken schema or policy is validate's to tell
        return ()


def _schema(resolved: Resolved, keys: Keys) -> Iterator[str]:
    said = SchemaTypes(resolved.snapshot, resolved.document).demands(keys)
    words = [str(said["type"])] if isinstance(said.get("type"), str) else []
    if isinstance(said.get("enum"), list):
        words.append("one of " + ", ".join(map(str, said["enum"])))  # type: ignore[call-overload]
    if isinstance(said.get("required"), list):
        words.append("requires " + ", ".join(map(str, said["required"])))  # type: ignore[call-overload]
    words += [text.format(said[word]) for word, text in _WORDS.items() if word in said]
    if words:
        yield f"schema {', '.join(words)}"


def _policies(resolved: Resolved, keys: Keys) -> Iterator[str]:
    chain = resolved.project.chain(resolved.environment)
    for rule in Subject(resolved.project, resolved.snapshot).policies.rules:
        means = any(path.matches(keys, resolved.merged) for path in rule.paths)
        if means and rule.applies(resolved.document, chain):
            yield f"policy {rule.id}"
