"""Names that a reader takes for another one: letters of another alphabet, and characters that nobody sees."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LATIN = {
    # Cyrillic
    **dict(zip("аеорсухіјѕԁһԛԝАВЕКМНОРСТХУІЈЅԌ", "aeopcyxijsdhqwABEKMHOPCTXYIJSG", strict=True)),
    # Greek
    **dict(zip("οϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ojABEZHIKMNOPTYX", strict=True)),
    # Armenian and Cherokee
    **dict(zip("օսոհՕՍᎪᏴᏟᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ", "ounhOUABCEHJKLMPRSTVWZ", strict=True)),
}
"""What looks like a Latin letter in every usual typeface (Unicode's confusables, the plain ones of them)."""

_UNSEEN = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u00ad\u034f\u180e")
"""Beside the format characters: what takes part in a name and shows nothing, or a gap."""


def is_plain(name: str) -> bool:
    """Whether a name has nothing that could be taken for something else."""
    return name.isascii()


def oddity(name: str) -> str | None:
    """Say what hides in a name: None where it is what it looks like."""
    if is_plain(name):
        return None
    unseen = next((letter for letter in name if _is_unseen(letter)), None)
    if unseen:
        return f"has a character that nobody sees (U+{ord(unseen):04X})"
    foreign = next((letter for letter in name if letter in _LATIN), None)
    if foreign and _is_latin(name):
        return f"has a letter of another alphabet that looks like {_LATIN[foreign]} (U+{ord(foreign):04X})"
    return None


def twins(names: Iterable[str]) -> dict[str, str]:
    """Give each name that looks like another one with that other one, the plainer or earlier of the two."""
    known = sorted(dict.fromkeys(names), key=lambda name: not is_plain(name))
    if not known or is_plain(known[-1]):
        return {}
    first: dict[str, str] = {}
    found = {name: first.setdefault(appearance(name), name) for name in known}
    return {name: other for name, other in found.items() if name != other}


def appearance(name: str) -> str:
    """Give what a reader sees of a name."""
    from unicodedata import normalize

    seen = "".join(_LATIN.get(letter, letter) for letter in name if not _is_unseen(letter))
    return "".join(_LATIN.get(letter, letter) for letter in normalize("NFKC", seen))


def _is_latin(name: str) -> bool:
    """Whether all its letters look like Latin ones, and some of them are."""
    letters = [letter for letter in name if letter.isalpha()]
    return any(map(str.isascii, letters)) and all(one.isascii() or one in _LATIN for one in letters)


def _is_unseen(letter: str) -> bool:
    from unicodedata import category

    return not letter.isascii() and (letter in _UNSEEN or category(letter) in ("Cf", "Cc", "Zl", "Zp"))
