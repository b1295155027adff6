"""Host names: RFC 1123, and RFC 5890 to 5893 for internationalized ones."""

import re

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")


def is_hostname(text: str) -> bool:
    """Whether the text is a host name in ASCII, its punycode labels well formed."""
    labels = text.split(".")
    return len(text) <= 253 and all(_is_ascii_label(label) for label in labels)


def is_idn_hostname(text: str) -> bool:
    """Whether the text is a host name, in Unicode or ASCII."""
    import idna

    labels = _DOTS.split(text)
    try:
        encoded = [idna.encode(label).decode() if not label.isascii() else label for label in labels]
        if any(idna.check_bidi(label, check_ltr=True) is False for label in _bidi(labels)):
            return False
    except (idna.IDNAError, UnicodeError):
        return False
    return is_hostname(".".join(encoded))


def _is_ascii_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    if label[2:4] != "--":
        return True
    return label[:4].lower() == "xn--" and _is_a_label(label)


def _is_a_label(label: str) -> bool:
    import idna

    try:
        idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):
        return False
    return True


def _bidi(labels: list[str]) -> list[str]:
    """Give the labels to check by RFC 5893: all of them as soon as one reads from right to left."""
    from unicodedata import bidirectional

    mixed = any(bidirectional(char) in ("R", "AL", "AN") for label in labels for char in label)
    return labels if mixed else []
