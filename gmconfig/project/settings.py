"""`gmconfig.yaml`: what it says, and what it means when it says nothing."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.project.environment import environments_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.project.environment import Environment
    from gmconfig.project.shape import Problem
    from gmconfig.storage.snapshot import Snapshot

FILE = "gmconfig.yaml"
ANY_DOCUMENT = "{document}"
"""The key under `documents:` for patterns that name their document themselves."""


class Settings:
    """A checked gmconfig.yaml with every default filled in; immutable by agreement.

    `section` gives what belongs to the rooms above (targets, backups, alerts, automation, flags).
    """

    __slots__ = (
        "default_document",
        "default_environment",
        "environments",
        "freezes",
        "further_layers",
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
        self.parity = [rule for rule in _list(tree, "parity") if isinstance(rule, dict)]
        self.freezes = _list(tree, "freezes")
        self.further_layers = _list(tree, "layers")

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


def settings_of(tree: object, snapshot: Snapshot) -> Settings:
    """Check the data of the snapshot's gmconfig.yaml and give it as settings.

    Raises:
        BrokenConfiguration: it is not as it must be; the first mistake, with its place.
    """
    from gmconfig.project.consistency import check

    problems = check(tree)
    if problems:
        raise broken(problems[0], snapshot.read(FILE))
    return Settings(tree if isinstance(tree, dict) else {})


def broken(problem: Problem, raw: bytes) -> BrokenConfiguration:
    """Give a mistake in gmconfig.yaml as the error that a user reads."""
    from gmconfig.storage.yaml import compose, place

    where = place(compose(raw, FILE), problem.keys, key=problem.at_key)
    return BrokenConfiguration(problem.message, hint=problem.hint, place=where)


def _text(tree: Mapping[str, object], key: str) -> str | None:
    value = tree.get(key)
    return value if isinstance(value, str) else None


def _list(tree: Mapping[str, object], key: str) -> list[object]:
    value = tree.get(key)
    return value if isinstance(value, list) else []
