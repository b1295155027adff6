"""Check 1: YAML that every reader understands alike; what cannot be read at all is found while reading."""

from __future__ import annotations

import re

from gmconfig.finding import Finding, Place, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.validate.view import View

# Looking for traps takes as long as reading again, so only files with something like one are looked at.
_SUSPECT = re.compile(
    rb"(?:^|[:\-,\[{?])[ \t]*(?:(?:y|n|yes|no|on|off)[ \t]*(?:[:,\]}#\r\n]|$)"
    rb"|[-+]?0[0-9bxo_]|[-+]?[0-9][0-9_]*:[0-9]|[-+]?[0-9][0-9a-f]*_"
    rb"|[-+]?[0-9.]+e[-+]?[0-9]|[0-9]+\.[0-9]*0[ \t]*(?:[,\]}#\r\n]|$))",
    re.IGNORECASE | re.MULTILINE,
)


def check(view: View) -> Iterator[Finding]:
    """Yield values of the document's layers that YAML 1.1 and 1.2 read differently."""
    for layer in view.layers:
        if _SUSPECT.search(view.subject.snapshot.read(layer.file)):
            yield from _traps(view, layer)


def _traps(view: View, layer: LoadedLayer) -> Iterator[Finding]:
    from gmconfig.path import format_keys
    from gmconfig.storage.yaml import traps

    for trap in traps(layer.stream):
        place = Place(layer.file, trap.node.line, trap.node.column)
        path = format_keys(trap.keys, trap.document if len(layer.stream.documents) > 1 else 0)
        yield Finding(
            "yaml",
            f"trap-{trap.rule}",
            Severity.WARNING,
            trap.message,
            place,
            max(1, len(trap.node.text)),
            view.document,
            (),
            path or None,
        )
