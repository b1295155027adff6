"""ruamel's C parser and the classes of its events and errors; loaded when the first file is parsed."""

from __future__ import annotations

from gmconfig.storage.yaml.deferred import defer_ruamel

defer_ruamel()

import _ruamel_yaml  # noqa: E402  # after the package has been deferred
from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: E402
from ruamel.yaml.events import (  # noqa: E402
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

CParser = _ruamel_yaml.CParser

__all__ = [
    "AliasEvent",
    "CParser",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "MappingEndEvent",
    "MappingStartEvent",
    "MarkedYAMLError",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "YAMLError",
]
