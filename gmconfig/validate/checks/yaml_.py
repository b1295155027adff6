"""YAML that every reader understands alike; what cannot be read at all is found while reading."""

from __future__ import annotations

import re

from gmconfig.finding import Finding, Place, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.validate.view import View

# Looking for traps takes as long as reading again, so only files with something like one are looked at.
_WORDS = re.compile(rb"[\s\[{,]([-+.0-9yYnNoO][^\s,\[\]{}]*)")
# A line that begins with # is a comment, or text between lines of text: no value of its own.
_COMMENT = re.compile(rb"^[ \t]*#[^\r\n]*", re.M)
_BOOLEANS = frozenset((b"y", b"n", b"yes", b"no", b"on", b"off"))
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.(?:[0-9]*[1-9])?)?")
_NUMERIC = frozenset(b"+-.0123456789")
# No reader takes a word with another letter for a number: 500m, 512Mi and 30s are text everywhere.
_OF_NUMBERS = b"+-.0123456789abcdefABCDEFxo_:"
_MARKS = frozenset((b"-", b"---", b"..."))
_MOST = 50_000
_LARGE = 100_000

_harmless: set[bytes] = set()
_harmless_lines: set[bytes] = set()
"""What was looked at and holds no trap: files of a project repeat each other's words and lines."""


def check(view: View) -> Iterator[Finding]:
    """Yield values of the document's layers that YAML 1.1 and 1.2 read differently."""
    is_plain = True
    for layer in view.layers:
        raw = view.subject.snapshot.read(layer.file)
        is_plain = is_plain and raw.isascii() and b"\\" not in raw
        lines = set(raw.split(b"\n")) - _harmless_lines
        if lines and not _are_harmless(lines):
            yield from _traps(view, layer)
    if not is_plain:
        from gmconfig.validate.checks.alike import alike

        yield from alike(view)


def _are_harmless(lines: set[bytes]) -> bool:
    """Whether no value in these lines may be a trap; they are looked at in any order, as each stands alone."""
    text = b"\n".join(lines)
    words = set(_WORDS.findall(b"\n" + _COMMENT.sub(b"", text))) - _harmless
    if any(map(_is_suspect, words)) or b"\0" in text or b"{{" in text:
        return False
    for seen, new in ((_harmless, words), (_harmless_lines, lines)):
        if len(seen) < _MOST and len(text) < _LARGE:
            seen.update(new)
    return True


def _is_suspect(word: bytes) -> bool:
    if word[0] in _NUMERIC:
        if word in _MARKS or word.translate(None, _OF_NUMBERS):
            return False
        return _NUMBER.fullmatch(word) is None
    return word.rstrip(b":").lower() in _BOOLEANS


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
            trap.width,
            view.document,
            (),
            path or None,
        )
