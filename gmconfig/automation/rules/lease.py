"""The claim of a runner that is at work: pushed on again and again, so that nobody else begins the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.storage.repeating import Repeating

if TYPE_CHECKING:
    from gmconfig.automation.rules.claims import Change, Memory
    from gmconfig.automation.rules.past import Past

_A_LEASE = 4  # so many times it is pushed on while it lasts: one that fails is made good in time


@contextmanager
def kept(
    memory: Memory, rule: str, token: str, lasts: timedelta, clock: Callable[[], datetime]
) -> Iterator[None]:
    """Keep a claim while something is done."""

    def push_on() -> None:
        try:
            moment = clock()
            memory.apart().change(rule, moment, renewal(token, moment + lasts), must=False)
        except GmconfigError as error:
            logger("automation").warning("%s: the claim is not pushed on: %s", rule, error)

    keeping = Repeating("gmconfig lease", push_on, lasts.total_seconds() / _A_LEASE)
    keeping.start()
    try:
        yield
    finally:
        keeping.stop()


def renewal(token: str, until: datetime) -> Change:
    """Give the change that pushes the end of a claim on, if it is still the same one."""

    def change(past: Past) -> Past | None:
        claim = past.claim
        if claim is None or claim.holder.token != token:
            return None
        return replace(past, claim=claim._replace(holder=replace(claim.holder, until=until)))

    return change
