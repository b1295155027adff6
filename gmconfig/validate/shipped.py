"""The schemas that come with gmconfig: in a checkout's `schemas/`, in an installation inside the package."""

from __future__ import annotations

import os
from functools import cache

from gmconfig.validate.schema.compiled import Schema
from gmconfig.validate.schema.resources import Resources
from gmconfig.validate.source import documents_of

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_FOLDERS = (os.path.join(_PACKAGE, "share", "schemas"), os.path.join(os.path.dirname(_PACKAGE), "schemas"))


@cache
def shipped(name: str) -> Schema:
    """Compile one of gmconfig's own schemas.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    path = next((path for folder in _FOLDERS if os.path.isfile(path := os.path.join(folder, name))), name)
    with open(path, "rb") as file:
        contents = documents_of(file.read(), name)[0]
    return Schema(name, contents, Resources((), _nothing))


def _nothing(file: str) -> object:
    raise LookupError(file)
