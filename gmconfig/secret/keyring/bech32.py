"""Bech32 text of keys, as age writes them: letters that survive being read aloud, and a checksum.

Source:
    BIP 173, without its limit of 90 characters, which age does not keep either.
"""

from __future__ import annotations

from collections.abc import Iterable

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode(prefix: str, content: bytes) -> str:
    """Write bytes under a lower-case prefix."""
    groups = _regrouped(content, 8, 5, pad=True)
    checksum = _polymod([*_spread(prefix), *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups += [(checksum >> 5 * (5 - i)) & 31 for i in range(6)]
    return f"{prefix}1{''.join(_LETTERS[group] for group in groups)}"


def decode(prefix: str, text: str) -> bytes | None:
    """Read bytes back; None where the text is of another kind or a character is off."""
    lowered = text.lower()
    if text not in (lowered, text.upper()) or not lowered.startswith(prefix + "1"):
        return None
    groups = [_LETTERS.find(letter) for letter in lowered[len(prefix) + 1 :]]
    if -1 in groups or len(groups) < 6 or _polymod([*_spread(prefix), *groups]) != 1:
        return None
    content = bytes(_regrouped(groups[:-6], 5, 8, pad=False))
    return content if encode(prefix, content) == lowered else None


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            checksum ^= generator if (top >> bit) & 1 else 0
    return checksum


def _spread(prefix: str) -> list[int]:
    return [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]


def _regrouped(values: Iterable[int], width: int, wanted: int, *, pad: bool) -> list[int]:
    """Cut a row of bits into groups of another width."""
    bits = count = 0
    groups: list[int] = []
    for value in values:
        bits = (bits << width | value) & 0xFFF
        count += width
        while count >= wanted:
            count -= wanted
            groups.append(bits >> count & ((1 << wanted) - 1))
    if pad and count:
        groups.append(bits << wanted - count & ((1 << wanted) - 1))
    return groups
