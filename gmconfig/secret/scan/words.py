"""The words of a name: `db_password`, `apiToken` and `GOOGLE_TAG_MANAGER_AUTH` alike."""

from __future__ import annotations

import re
from functools import cache


@cache
def words_of(name: str) -> list[str]:
    """Give them in lower case; numbers count as words."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)]
