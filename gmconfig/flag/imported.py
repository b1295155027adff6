"""A flagd file as a flag file of ours that compiles to the same JSON again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gmconfig.config.equal import same
from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.flagd.bucketing import METADATA, Bucketing, of_file
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.lowering import Lowering, type_of
from gmconfig.flag.shape import FLAG
from gmconfig.flag.trouble import Trouble
from gmconfig.project.shape import Problem

_OURS = ("flags", "metadata", "$evaluators")


def imported(content: Any, bucketing: str | None = None) -> dict[str, Any]:
    """Give the flag file for what a flagd file holds; `bucketing` speaks for one that does not say its own.

    Raises:
        BrokenConfiguration: it is not a flagd file, or was made for another bucketing.
    """
    if not isinstance(content, dict) or "flags" not in content:
        raise BrokenConfiguration("no flagd file: it has no flags", hint='{"flags": {…}}')
    version = of_file(content, bucketing)
    flags = FlagSet(content, version)
    tree: dict[str, Any] = {"bucketing": str(version)}
    if rest := {key: value for key, value in content.items() if key not in _OURS}:
        tree["flagd"] = rest
    metadata = dict(content.get("metadata") or {})
    if METADATA not in metadata and version is not Bucketing.V3:
        metadata[METADATA] = None  # the file did not say it, and compiled again it is the same
    if metadata:
        tree["metadata"] = metadata
    if content.get("$evaluators"):
        tree["evaluators"] = content["$evaluators"]
    return tree | {"flags": {name: imported_flag(name, flags.definition(name)) for name in flags}}


def imported_flag(name: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Give one flag in the form that people edit, where that says all of it; else its definition as it is."""
    friendly = _friendly(definition)
    problems: list[Problem] = []
    FLAG(friendly, (), problems)
    if not problems:
        try:
            if same(Lowering({name: friendly}, {}).lowered(name).definition, definition):
                return friendly
        except Trouble:
            pass
    return {"flagd": dict(definition)}


def _friendly(definition: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dict(definition.get("metadata") or {})
    variants = definition["variants"]
    flag: dict[str, Any] = {key: metadata.pop(key) for key in ("description", "owner") if key in metadata}
    kind = type_of(next(iter(variants.values())))
    if kind is not None:
        flag["type"] = kind
    flag["variants"] = variants
    if definition.get("defaultVariant") is not None:
        flag["default"] = definition["defaultVariant"]
    if "targeting" in definition:
        flag["targeting"] = definition["targeting"]
    return flag | ({"metadata": metadata} if metadata else {})
