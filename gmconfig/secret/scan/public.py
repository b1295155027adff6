"""Names of values that look drawn and are public by what they are, each with the reason; the allow-list."""

from __future__ import annotations

import re
from functools import cache

from gmconfig.secret.scan.words import words_of

PUBLIC: dict[tuple[str, ...], str] = {
    ("tag", "manager", "auth"): "Google Tag Manager's environment stands in every page that it is on",
    ("gtm", "auth"): "Google Tag Manager's environment stands in every page that it is on",
    ("site", "key"): "a captcha's site key stands in the page; its secret key has another name",
    ("sitekey",): "a captcha's site key stands in the page; its secret key has another name",
    ("publishable", "key"): "made to be sent to browsers",
    ("public", "key"): "the half of a pair that everybody may have",
    ("client", "id"): "OAuth sends it through the browser",
    ("app", "id"): "names an application, and opens nothing",
    ("application", "id"): "names an application, and opens nothing",
    ("tenant", "id"): "names an account, and opens nothing",
    ("key", "id"): "names a key, and is not the key",
    ("measurement", "id"): "stands in every page that is measured",
    ("tracking", "id"): "stands in every page that is measured",
    ("fingerprint",): "made of a key or a file to be shown",
    ("thumbprint",): "made of a certificate to be shown",
    ("checksum",): "made of a file to be compared",
    ("digest",): "made of a file to be compared",
    ("integrity",): "made of a file to be compared",
    ("etag",): "names the state of a file",
}
"""How such a name ends. It silences only the suspicion by randomness, which has nothing but the value's looks."""

_FAR = 200
_PAIRED = ("value", "default")


def reason(raw: bytes, at: int) -> str | None:
    """Say why the value at an offset may be public, by its name; None where its name does not say so."""
    begin = max(raw.rfind(b"\n", max(0, at - _FAR), at) + 1, at - _FAR)
    found = _key().search(raw, max(0, begin), at)
    if found and found[1].decode().lower() in _PAIRED:
        found = _named().search(raw[max(0, begin - _FAR) : max(0, begin)])
    words = tuple(words_of(found[1].decode())) if found else ()
    return next((why for ends, why in PUBLIC.items() if words[-len(ends) :] == ends), None)


@cache
def _key() -> re.Pattern[bytes]:
    return re.compile(rb"""([A-Za-z0-9_.\-]{1,80})["']?[ \t]*[:=][ \t]*["']?\Z""")


@cache
def _named() -> re.Pattern[bytes]:
    return re.compile(rb"""(?:\A|[\s{,-])name:[ \t]*["']?([A-Za-z0-9_.\-]{1,80})["']?[ \t]*\r?\n\Z""")
