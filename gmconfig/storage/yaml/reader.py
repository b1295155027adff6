"""The fast way from a file to its data: line by line, or by parse events, without nodes in between.

It decides nothing that is unusual: whatever is wrong, or only looks so, is left to `compose` and `construct`,
which give the same data for the same file, and say where and what is wrong.
"""

from __future__ import annotations

import re

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage import SMALL

BOM = b"\xef\xbb\xbf"
_UNUSUAL = {
    b"%": (b"\n%", b"\r%"),
    b"#": (b"]#", b"}#"),
    b"\t": (b"\n\t", b"\r\t"),
    b"!": (b" ! ",),
    b"\xc2": (b"\xc2\x85",),
    b"\xe2": (b"\xe2\x80\xa8", b"\xe2\x80\xa9"),
}
"""What to look for, by a byte of it: most files lack the byte, and a single one is found soonest."""
_UNUSUAL_TAB = rb"[\n\r] *\t"
_FLOW_QUESTION = rb"[\[{,]\s*\?[^\s,\[\]{}]"
_UNUSUAL_STARTS = (b"%", b"\xff", b"\xfe", b"\x00", b"! ")


def load(raw: bytes, file: str = "") -> object:
    """Give the data of a file with one YAML document; an empty file is None.

    Raises:
        BrokenConfiguration: it cannot be read, or holds several documents.
    """
    documents = load_all(raw, file)
    if len(documents) > 1:
        raise BrokenConfiguration(
            f'"{file}" holds {len(documents)} YAML documents where one is expected',
            hint='the documents of such a file are named by number: "#2:" in front of a path',
        )
    return documents[0] if documents else None


def load_all(raw: bytes, file: str = "") -> list[object]:
    """Give the data of each document of a file.

    Raises:
        BrokenConfiguration: it cannot be read.
    """
    if len(raw) > SMALL:
        from gmconfig.storage.bounds import check_yaml

        check_yaml(raw, file)
    if not _looks_unusual(raw):
        from gmconfig.storage.yaml.everyday import everyday

        tree = everyday(raw)
        if tree is not None:
            if not _may_have_aliases(raw):
                _note(raw)
            return [tree]
        from gmconfig.storage.yaml.builder import UNDECIDED, Builder

        try:
            return Builder(raw.removeprefix(BOM)).documents()
        except UNDECIDED:
            pass
    from gmconfig.storage.yaml.composer import compose
    from gmconfig.storage.yaml.constructor import construct

    return [construct(document, file=file) for document in compose(raw, file).documents]


def load_everyday(raw: bytes) -> object | None:
    """Give the data of a file that has one document, and every value of it where it is written.

    None where there may be an alias, a merge key or anything else that only a parser can tell and count.
    """
    if _may_have_aliases(raw) or _looks_unusual(raw) or _may_overflow(raw):
        return None
    from gmconfig.storage.yaml.everyday import everyday

    tree = everyday(raw)
    if tree is not None:
        _note(raw)
    return tree


def is_everyday(raw: bytes) -> bool:
    """Whether `load_everyday` reads a file; the last ones that were read need not be read again."""
    return raw in _everyday or load_everyday(raw) is not None


_everyday: list[bytes] = []
_NOTED = 8


def _note(raw: bytes) -> None:
    _everyday.append(raw)
    del _everyday[:-_NOTED]


def _may_have_aliases(raw: bytes) -> bool:
    return b"&" in raw and b"*" in raw


def _may_overflow(raw: bytes) -> bool:
    if len(raw) <= SMALL:
        return False
    from gmconfig.storage.bounds import may_overflow

    return may_overflow(raw)


def _looks_unusual(raw: bytes) -> bool:
    """Whether something in the file needs a second look, such as what the C parser accepts wrongly."""
    if any(byte in raw and _has_any(raw, signs) for byte, signs in _UNUSUAL.items()):
        return True
    if raw.startswith(_UNUSUAL_STARTS) or raw.endswith((b" ", b"\t")):
        return True
    if b"?" in raw and re.search(_FLOW_QUESTION, raw):
        return True
    return b"\t" in raw and re.search(_UNUSUAL_TAB, raw) is not None


def _has_any(raw: bytes, signs: tuple[bytes, ...]) -> bool:
    """Whether one of these is in the file; a single byte is looked for much faster than two."""
    return any(sign[:1] in raw and sign in raw for sign in signs)
