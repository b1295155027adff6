"""How many users a change of flags moves from one variant to another, and which rule does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.flag.flagd.flag_set import FlagSet
    from gmconfig.flag.people import Person


@dataclass(frozen=True, slots=True)
class Move:
    """Some users who get another variant on the other side.

    Attributes:
        before, after: the variant on either side; None is the caller's default.
        rule: what decides on the other side.
        users: how many.
    """

    before: str | None
    after: str | None
    rule: str
    users: int


def moves(
    before: FlagSet, after: FlagSet, name: str, people: Sequence[Person], *, was: str | None = None
) -> tuple[Move, ...]:
    """Give who of the people gets another answer, most of them first; `was` is the flag's name before.

    A flag that does not exist is off, which is what false says too.
    """
    found: Counter[tuple[str | None, str | None, str]] = Counter()
    missing = (was or name) not in before or name not in after
    for user, context in people:
        old, new = before.evaluate(was or name, user, context), after.evaluate(name, user, context)
        if missing and not old.value and not new.value:
            continue
        if (old.variant, old.value) != (new.variant, new.value):
            found[(old.variant, new.variant, new.rule)] += 1
    return tuple(Move(*move, users) for move, users in found.most_common())
