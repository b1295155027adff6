"""Texts for whoever looks: what a terminal would obey, and what no file can hold, is spelled out or replaced."""

from __future__ import annotations

_TURNING = (*range(127, 160), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_SPELLED = {number: f"\\u{number:04x}" for number in _TURNING}
_REPLACED = dict.fromkeys((*range(9), *range(11, 32), *_TURNING), "\ufffd")


def unheard(text: str, sign: str = "# #") -> str:
    """Give a text without the commands that Azure Pipelines and TeamCity obey wherever they stand: `##vso[…]`."""
    if "##" not in text:
        return text
    import re

    return re.sub(r"##(?=\w*\[)", lambda _: sign, text)


def spoken(json: str) -> str:
    """Give JSON that says the same, with what would be obeyed, and bytes that are no text, as escapes."""
    json = unheard(json, "#\\u0023")
    if json.isascii():
        return json.replace("\x7f", "\\u007f")
    return writable(json.translate(_SPELLED))


def writable(text: str) -> str:
    """Give a text that a file can hold: halves of pairs, and bytes that are no text, are spelled out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def obeyed_by_nobody(text: str) -> str:
    """Give a text of lines in which each control character, and what turns a line around, is replaced by one sign."""
    return unheard(writable(text.translate(_REPLACED)))


def without_address(author: str) -> str:
    """Give the name of an author such as `Ann <ann@example.org>`."""
    return author.partition(" <")[0]


def in_markdown(text: str) -> str:
    """Give a text on one line that Markdown takes literally: no link, no image, no markup, nobody mentioned."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    for sign in "\\`*_[]!|~":
        escaped = escaped.replace(sign, "\\" + sign)
    return obeyed_by_nobody(" ".join(escaped.replace("@", "@<!-- -->").split()))
