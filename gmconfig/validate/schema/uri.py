"""URIs (RFC 3986), IRIs (RFC 3987) and URI templates (RFC 6570)."""

import re

_HEX = r"%[0-9A-Fa-f]{2}"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_H = r"[0-9A-Fa-f]{1,4}"
_LAST = rf"(?:{_H}:{_H}|{_V4})"
_V6 = (
    rf"(?:(?:{_H}:){{6}}{_LAST}|::(?:{_H}:){{5}}{_LAST}|(?:{_H})?::(?:{_H}:){{4}}{_LAST}"
    rf"|(?:(?:{_H}:){{0,1}}{_H})?::(?:{_H}:){{3}}{_LAST}|(?:(?:{_H}:){{0,2}}{_H})?::(?:{_H}:){{2}}{_LAST}"
    rf"|(?:(?:{_H}:){{0,3}}{_H})?::{_H}:{_LAST}|(?:(?:{_H}:){{0,4}}{_H})?::{_LAST}"
    rf"|(?:(?:{_H}:){{0,5}}{_H})?::{_H}|(?:(?:{_H}:){{0,6}}{_H})?::)"
)
_UCS = (
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane * 0x10000)}-{chr(plane * 0x10000 + 0xFFFD)}" for plane in range(1, 14))
    + f"{chr(0xE1000)}-{chr(0xEFFFD)}"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"


def _reference(letters: str, private: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile the grammars of an absolute one and of a reference, over these extra letters."""
    unreserved = rf"A-Za-z0-9._~\-{letters}"
    sub = "!$&'()*+,;="
    char = rf"(?:[{unreserved}{sub}:@]|{_HEX})"
    future = rf"[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~{sub}:-]+"
    host = rf"(?:\[(?:{_V6}|{future})\]|(?:[{unreserved}{sub}]|{_HEX})*)"
    authority = rf"(?:(?:[{unreserved}{sub}:]|{_HEX})*@)?{host}(?::[0-9]*)?"
    absolute = rf"/(?:{char}+(?:/{char}*)*)?"
    tail = rf"(?:\?(?:{char}|[/?{private}])*)?(?:#(?:{char}|[/?])*)?"
    whole = rf"[A-Za-z][A-Za-z0-9+.-]*:(?://{authority}(?:/{char}*)*|{absolute}|{char}+(?:/{char}*)*|){tail}"
    first = rf"(?:[{unreserved}{sub}@]|{_HEX})+"
    relative = rf"(?://{authority}(?:/{char}*)*|{absolute}|{first}(?:/{char}*)*|){tail}"
    return re.compile(whole), re.compile(rf"(?:{whole}|{relative})")


_URI, _URI_REFERENCE = _reference("", "")
_IRI, _IRI_REFERENCE = _reference(_UCS, _PRIVATE)

_NAME = rf"(?:[A-Za-z0-9_]|{_HEX})(?:\.?(?:[A-Za-z0-9_]|{_HEX}))*"
_VARIABLE = rf"{_NAME}(?::[1-9][0-9]{{0,3}}|\*)?"
_LITERAL = rf"(?:[\x21\x23\x24\x26\x28-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e{_UCS}{_PRIVATE}']|{_HEX})"
_TEMPLATE = re.compile(rf"(?:{_LITERAL}|\{{[+#./;?&=,!@|]?{_VARIABLE}(?:,{_VARIABLE})*\}})*")


def is_uri(text: str) -> bool:
    """RFC 3986 URI."""
    return _URI.fullmatch(text) is not None


def is_uri_reference(text: str) -> bool:
    """RFC 3986 URI-reference."""
    return _URI_REFERENCE.fullmatch(text) is not None


def is_iri(text: str) -> bool:
    """RFC 3987 IRI."""
    return _IRI.fullmatch(text) is not None


def is_iri_reference(text: str) -> bool:
    """RFC 3987 IRI-reference."""
    return _IRI_REFERENCE.fullmatch(text) is not None


def is_uri_template(text: str) -> bool:
    """RFC 6570 template."""
    return _TEMPLATE.fullmatch(text) is not None
