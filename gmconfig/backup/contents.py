"""What only those who may open a backup learn: every ref, and how the repository was laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gmconfig.errors import BrokenConfiguration
from gmconfig.secret import canonical


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

    def as_bytes(self) -> bytes:
        """Write it."""
        return canonical.dumps({**asdict(self), "shallow": list(self.shallow), "removed": list(self.removed)})


def of_bytes(raw: bytes) -> Contents:
    """Read it.

    Raises:
        BrokenConfiguration: it is damaged.
    """
    tree: Any = canonical.loads(raw, "the list of the backup's contents")
    try:
        lists = {"shallow": tuple(tree["shallow"]), "removed": tuple(tree["removed"])}
        return Contents(**{**tree, **lists})
    except (TypeError, KeyError):
        raise BrokenConfiguration("the list of the backup's contents is damaged") from None
