"""Which places a rule of the policy means, by document and path or by a secret's name, and environment."""

from __future__ import annotations

from typing import NamedTuple

from gmconfig.path import ANY, DEEP, KeyPath, Keys, Segment, Selector
from gmconfig.path.name_glob import is_named
from gmconfig.secret.token import Context, PathElement

COMMON = "common"
"""What rules and people call the base layer and the file of secrets that all environments share."""


class Rule(NamedTuple):
    """Globs over places; what is not said is not restricted.

    `environments` None means every one; `document` None means every one, unless only `secrets` are named.
    """

    document: str | None = None
    paths: tuple[KeyPath, ...] = ()
    secrets: tuple[str, ...] = ()
    environments: tuple[str, ...] | None = None

    def covers(self, context: Context) -> bool:
        """Whether the rule means this place."""
        environment = context.environment or COMMON
        if self.environments is not None and not is_named(environment, self.environments):
            return False
        return self._covers_secret(context) if context.document is None else self._covers_path(context)

    def means(self, context: Context, keys: Keys, tree: object) -> bool:
        """Whether the rule means a place whose tree is at hand, so that a selector finds any list's items."""
        placed = [
            path for path in self.paths if any(isinstance(one, int | Selector) for one in path.segments)
        ]
        return self.covers(context) or (
            bool(placed)
            and self._replace(paths=(KeyPath(()),)).covers(context)
            and any(path.matches(keys[:length], tree) for path in placed for length in range(len(keys) + 1))
        )

    def _covers_secret(self, context: Context) -> bool:
        if self.secrets:
            return bool(context.path) and is_named(str(context.path[0]), self.secrets)
        return self.document is None and not self.paths

    def _covers_path(self, context: Context) -> bool:
        if self.document is None and not self.paths and self.secrets:
            return False
        if self.document is not None and not is_named(str(context.document), (self.document,)):
            return False
        return not self.paths or any(path_matches(path.segments, context.path) for path in self.paths)


def path_matches(segments: tuple[Segment, ...], path: tuple[PathElement, ...]) -> bool:
    """Whether a path with globs means a sealed value's path, or something above it."""
    if not segments:
        return True
    if segments[0] is DEEP:
        return any(path_matches(segments[1:], path[start:]) for start in range(len(path) + 1))
    if not path or not (segments[0] is ANY or segments[0] == path[0]):
        return False
    return path_matches(segments[1:], path[1:])
