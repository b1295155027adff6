"""What only those who may open a backup learn: every ref, and how the repository was laid out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gmconfig.errors import BrokenConfiguration, UsageError
from gmconfig.storage.bounds import read_json
from gmconfig.storage.files import check_paths

_REF = re.compile(r"refs/[^\0-\x20\x7f~^:?*\[\\]+")
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of what is in a backup.

    Attributes:
        refs: what every ref names.
        links: refs that stand for another one.
        head: the branch that HEAD means; None where it is detached.
        commit: HEAD's commit; None before the first one.
        object_format: sha1 or sha256.
        prefix: the project's folder below the repository's top.
        shallow: the commits whose parents the clone did not have.
        removed: files that were deleted and not committed, where uncommitted work is in it.
    """

    refs: Mapping[str, str]
    links: Mapping[str, str] = field(default_factory=dict)
    head: str | None = None
    commit: str | None = None
    object_format: str = "sha1"
    prefix: str = ""
    shallow: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {**asdict(self), "shallow": list(self.shallow), "removed": list(self.removed)}

    def as_bytes(self) -> bytes:
        """Write it; bytes that are not UTF-8 in names are written as Python keeps them in text."""
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":")).encode()


def of_bytes(raw: bytes) -> Contents:
    """Read it. Whoever made the backup may have written anything into it.

    Raises:
        BrokenConfiguration: it is damaged, or names something outside of the repository.
    """
    try:
        tree = read_json(raw)
        lists = {"shallow": tuple(tree["shallow"]), "removed": tuple(tree["removed"])}
        found = Contents(**{**tree, **lists})
        _check(found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UsageError):
        raise BrokenConfiguration("the list of the backup's contents is damaged") from None
    return found


def _check(found: Contents) -> None:
    """Refuse names that git would take for options, or that lie outside of the repository."""
    refs = [*found.refs, *found.links, *found.links.values(), *([found.head] if found.head else [])]
    ids = [*found.refs.values(), *found.shallow, *([found.commit] if found.commit else [])]
    if not all(map(_REF.fullmatch, refs)) or any("/." in f"/{ref}" or ".." in ref for ref in refs):
        raise ValueError("ref")
    if not all(map(_ID.fullmatch, ids)) or found.object_format not in ("sha1", "sha256"):
        raise ValueError("id")
    folder = [found.prefix.removesuffix("/")] if found.prefix else []
    for _ in check_paths([*folder, *found.removed]):
        pass
