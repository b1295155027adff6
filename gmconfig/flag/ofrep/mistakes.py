"""The log of the server's own mistakes: what clients send wrong is theirs, and there would be no end of it."""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError


def mistakes() -> logging.Logger:
    """Give the logger for aiohttp's server; it says no more than aiohttp's own, but less."""
    log = logging.getLogger("aiohttp.server.flags")
    if not log.filters:
        log.addFilter(_is_ours)
    return log


def _is_ours(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | ConnectionError)
