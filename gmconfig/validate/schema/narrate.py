"""Errors of the explaining engine as problems in words, each once, in the document's order."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from referencing.exceptions import Unresolvable

from gmconfig.path import Keys
from gmconfig.validate.schema import words
from gmconfig.validate.schema.compiled import Problem
from gmconfig.validate.schema.explain import explained


def narrated(
    schema: Any,
    value: object,
    draft: int,
    retrieve: Callable[[str], Any],
    base: str,
    is_hidden: Callable[[Keys], bool],
) -> list[Problem] | None:
    """Say what is wrong with a value; None if this engine fails at the schema."""
    try:
        errors = list(explained(schema, value, draft, retrieve, base))
    except (RecursionError, re.error, Unresolvable):
        return None
    problems = [_problem(words.cause(error), is_hidden) for error in errors]
    return list(dict.fromkeys(problems))


def _problem(error: Any, is_hidden: Callable[[Keys], bool]) -> Problem:
    keys = tuple(error.absolute_path)
    hidden = is_hidden(keys)
    at_key = error.validator == "additionalProperties"
    keyword = str(error.validator or "false")
    return Problem(
        keys, keyword, words.message(error, hidden=hidden), words.hint(error, hidden=hidden), at_key
    )
