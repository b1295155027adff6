"""From a suspicious stretch of a file to a finding: its place, and its path where the file is a layer."""

from __future__ import annotations

from bisect import bisect_right

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Finding, Place, Severity
from gmconfig.path import format_keys
from gmconfig.secret.scan.hit import spot_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.project.layout import Layer
    from gmconfig.project.project import Project
    from gmconfig.secret.scan.hit import Hit
    from gmconfig.storage.yaml import Node, Stream

_HINTS = {
    "known-value": "take it out, refer to it by ${SECRET:name}, and rotate it: it was written in clear",
    "known-format": "revoke it where it comes from, and keep the new one sealed",
}
_LIKELY = ("secret-name", "high-entropy", "password-in-url")


def finding_of(
    project: Project, file: str, raw: bytes, hit: Hit, severity: Severity | None = None
) -> Finding:
    """Make a finding; known values and formats are errors, likely secrets warnings, unless told otherwise."""
    spot = spot_of(raw, hit.start)
    place = Place(file, spot.line, spot.column)
    layer = _layer(project, file)
    keys = keys_at(_stream(raw, file), place) if layer else ()
    path = format_keys(keys) if keys else None
    return Finding(
        "secret",
        hit.rule,
        severity or (Severity.WARNING if hit.rule in _LIKELY else Severity.ERROR),
        hit.message,
        place,
        1,
        layer.document if layer else None,
        (layer.environment,) if layer and layer.environment else (),
        path,
        _hint(hit, layer, path),
    )


def _hint(hit: Hit, layer: Layer | None, path: str | None) -> str:
    if hit.rule in _HINTS:
        return _HINTS[hit.rule]
    if layer is None or path is None or hit.rule == "password-in-url":
        return "seal it, or excuse it with a reason: a waiver in policies/"
    sealing = f"gmconfig secret seal {layer.file} {_quoted(path)}"
    if hit.rule == "high-entropy":  # its looks are all that speaks against it
        return f"{sealing}; if it is public, excuse it with the reason: a waiver in policies/"
    return sealing


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def keys_at(stream: Stream | None, place: Place) -> Keys:
    """Give the path of the scalar that stands at a place; empty where none does."""
    for root in stream.documents if stream and len(stream.documents) == 1 else ():
        return _within(root, (place.line, place.column), ()) or ()
    return ()


def _within(node: Node, at: tuple[int, int], keys: Keys) -> Keys | None:
    """Descend to the last child that begins at or before a place."""
    if node.kind == "map":
        from gmconfig.storage.yaml.constructor import key_of

        number = bisect_right(node.entries, at, key=lambda entry: (entry[1].line, entry[1].column))
        while number and node.entries[number - 1][0].is_merge:
            number -= 1
        if not number:
            return None
        key, value = node.entries[number - 1]
        return _within(value, at, (*keys, key_of(key)))
    if node.kind == "list":
        number = bisect_right(node.items, at, key=lambda item: (item.line, item.column))
        return _within(node.items[number - 1], at, (*keys, number - 1)) if number else None
    return keys


def _layer(project: Project, file: str) -> Layer | None:
    try:
        return project.layout.read(file)
    except BrokenConfiguration:
        return None


def _stream(raw: bytes, file: str) -> Stream | None:
    from gmconfig.storage.yaml import compose

    try:
        return compose(raw, file)
    except BrokenConfiguration:
        return None
