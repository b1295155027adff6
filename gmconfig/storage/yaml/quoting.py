"""Which texts can stand as plain scalars: those that no reader of YAML 1.1 or 1.2 takes for something else."""

from __future__ import annotations

import re

from gmconfig.storage.yaml.scalars import PLAIN, BadScalar

_YAML_1_1 = re.compile(
    r"""~|null|Null|NULL|=|<<|
    y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|
    [-+]?0b[0-1_]+|[-+]?0x[0-9a-fA-F_]+|[-+]?0?[0-9_]+|[-+]?0o[0-7_]+|
    [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|
    [-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][-+]?[0-9]+)?|
    [-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|
    [0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:(?:[Tt]|[ \t]+).*)?""",
    re.X,
)
"""What a YAML 1.1 reader may take for something else than text, wider than any one reader."""
_UNSAFE_START = tuple("-?:,[]{}#&*!|>'\"%@` \t")
_SAFE_STARTS = re.compile(r"[-?:][^\s,\[\]{}:]")
_UNSAFE_INSIDE = re.compile(
    r":(?=\s|$)|\s\#|[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]", re.X
)
_UNSAFE_IN_FLOW = re.compile(r"[?,\[\]{}]|:(?=[,\[\]{}\"'])|^[-?:]")


def can_be_plain(text: str, in_flow: bool) -> bool:
    """Whether a text needs no quotes, in a block or inside of brackets."""
    if not text or text != text.strip() or is_ambiguous(text) or _UNSAFE_INSIDE.search(text):
        return False
    if text.startswith(_UNSAFE_START) and not _SAFE_STARTS.match(text):
        return False
    if text.startswith(("---", "...")):
        return False
    return not (in_flow and _UNSAFE_IN_FLOW.search(text))


def is_ambiguous(text: str) -> bool:
    """Whether a plain scalar of this text is not a string to every reader of YAML 1.1 or 1.2."""
    try:
        return _YAML_1_1.fullmatch(text) is not None or not isinstance(PLAIN[text], str)
    except BadScalar:
        return True
