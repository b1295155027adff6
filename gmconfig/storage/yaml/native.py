"""ruamel's C parser and the classes of its events and errors; loaded when the first file is parsed."""

from __future__ import annotations

try:
    import _ruamel_yaml
except ModuleNotFoundError as missing:
    from gmconfig.errors import GmconfigError

    raise GmconfigError(
        "the C parser of ruamel.yaml is missing: only the simplest files can be read without it",
        hint="pip install 'ruamel.yaml[oldlibyaml]>=0.19.1'",
    ) from missing
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
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
