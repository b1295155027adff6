"""Checking many documents, by several processes where that is worth it."""

from __future__ import annotations

from gmconfig.storage import shares
from gmconfig.validate.document import checked
from gmconfig.validate.plain import checked_to_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from gmconfig.project.layout import Layer
    from gmconfig.validate.subject import Subject

_WORTH_A_SHARE = 100
"""How many layers are worth a process of their own: they take 20 ms, and it takes 5."""


def checked_many(
    subject: Subject,
    layers: Mapping[str, Sequence[Layer]],
    reach: Mapping[str, Collection[str] | None] | None = None,
) -> dict[str, tuple[Any, ...]]:
    """Give each document's result as a tuple (see `plain`), in the order of `layers`.

    Args:
        subject: where they belong.
        layers: every document with its layers.
        reach: the environments to check each in; None, for one or for all, means in all.
    """
    among = reach or {}
    return shares.worked(
        list(layers),
        lambda name: checked_to_plain(checked(subject, name, layers[name], among.get(name))),
        shares=sum(map(len, layers.values())) // _WORTH_A_SHARE,
    )
