"""Telling the remote what stands on a ref of ours; one that cannot be told now is told the next time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.log import logger
from gmconfig.storage.git import refs

if TYPE_CHECKING:
    from gmconfig.record.exchange import Exchange


def tell(exchange: Exchange, ref: str, later: str) -> None:
    """Push a ref; where that fails, warn, and say what tells the remote later ("the next deployment")."""
    tip = refs.read(exchange.repository, ref)
    if tip is None:
        return
    try:
        if exchange.push({ref: tip}):
            return
        _warn(f"{exchange.remote} has other records than this clone by now")
    except GitTrouble as error:
        _warn(f"{exchange.remote} was not told; {later} does it: {error}")


def catch_up(exchange: Exchange, ref: str, later: str) -> None:
    """Tell the remote what was recorded here when it could not be told."""
    if exchange.lags(ref):
        tell(exchange, ref, later)


def _warn(message: str) -> None:
    logger("record").warning("%s", message)
