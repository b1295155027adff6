"""The formats of JSON Schema, after their RFCs, for the engine that explains.

The libraries behind `jsonschema`'s own checkers differ from the RFCs in about 130 cases of the public test
suite (leap seconds, trailing newlines, Python's regular expressions, internationalized names).
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import date
from unicodedata import normalize

from gmconfig.validate.schema.hostname import is_hostname, is_idn_hostname
from gmconfig.validate.schema.uri import is_iri, is_iri_reference, is_uri, is_uri_reference, is_uri_template

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_DURATION = re.compile(
    r"P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)"
    r"(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?"
    r"|T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*", re.DOTALL)
_RELATIVE_POINTER = re.compile(r"(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)", re.DOTALL)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_IDN_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_QUOTED = r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"'
_IDN_QUOTED = r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\U0010ffff]|\\[\x20-\x7e])*"'
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*|{_QUOTED}")
_IDN_LOCAL = re.compile(rf"{_IDN_ATOM}(?:\.{_IDN_ATOM})*|{_IDN_QUOTED}")


def is_date(text: str) -> bool:
    """RFC 3339 full-date."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """RFC 3339 full-time; a leap second is one only at 23:59:60 UTC."""
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    hour, minute, second, sign, offset_hours, offset_minutes = found.groups()
    if second != "60":
        return True
    offset = int(f"{sign or '+'}1") * (int(offset_hours or 0) * 60 + int(offset_minutes or 0))
    return (int(hour) * 60 + int(minute) - offset) % 1440 == 1439


def is_date_time(text: str) -> bool:
    """RFC 3339 date-time."""
    return text[10:11] in ("T", "t") and is_date(text[:10]) and is_time(text[11:])


def is_ipv4(text: str) -> bool:
    """Four decimal octets without leading zeros."""
    return text.isascii() and _is_address(ipaddress.IPv4Address, text)


def is_ipv6(text: str) -> bool:
    """RFC 4291, without a zone."""
    return text.isascii() and "%" not in text and _is_address(ipaddress.IPv6Address, text)


def is_email(text: str) -> bool:
    """RFC 5321 mailbox."""
    return _is_mailbox(text, _LOCAL, is_hostname)


def is_idn_email(text: str) -> bool:
    """RFC 6531 mailbox; mail software normalizes the domain first."""
    return _is_mailbox(normalize("NFC", text), _IDN_LOCAL, is_idn_hostname)


def is_regex(text: str) -> bool:
    """ECMA 262 regular expression."""
    from gmconfig.validate.schema.pattern import compiled

    return compiled(text) is not None


def _is_address(kind: Callable[[str], object], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


def _is_mailbox(text: str, local: re.Pattern[str], is_domain: Callable[[str], bool]) -> bool:
    name, at, domain = text.rpartition("@")
    if not at or not local.fullmatch(name):
        return False
    if domain.startswith("[") and domain.endswith("]"):
        inside = domain[1:-1]
        return is_ipv6(inside[5:]) if inside.lower().startswith("ipv6:") else is_ipv4(inside)
    return is_domain(domain)


_DRAFT4 = ("date-time", "email", "hostname", "ipv4", "ipv6", "uri")
_DRAFT6 = (*_DRAFT4, "uri-reference", "uri-template", "json-pointer")
_DRAFT7 = (
    *_DRAFT6, "date", "time", "idn-email", "idn-hostname", "iri", "iri-reference",
    "relative-json-pointer", "regex",
)  # fmt: skip
_DRAFT2019 = (*_DRAFT7, "duration", "uuid")

FORMATS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "duration": lambda text: _DURATION.fullmatch(text) is not None,
    "email": is_email,
    "idn-email": is_idn_email,
    "hostname": is_hostname,
    "idn-hostname": is_idn_hostname,
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
    "uri": is_uri,
    "uri-reference": is_uri_reference,
    "iri": is_iri,
    "iri-reference": is_iri_reference,
    "uri-template": is_uri_template,
    "json-pointer": lambda text: _POINTER.fullmatch(text) is not None,
    "relative-json-pointer": lambda text: _RELATIVE_POINTER.fullmatch(text) is not None,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "regex": is_regex,
}
"""Every format that is asserted, with its check."""

# The verdict engine also knows date, time, idn-email and regex in the two oldest drafts.
_EARLY = ("date", "time", "idn-email", "regex")
OF_DRAFT: dict[int, tuple[str, ...]] = {
    4: (*_DRAFT4, *_EARLY),
    6: (*_DRAFT6, "date", "time", "idn-email", "idn-hostname", "regex"),
    7: _DRAFT7,
    2019: _DRAFT2019,
    2020: _DRAFT2019,
}
"""Which formats each draft asserts."""
