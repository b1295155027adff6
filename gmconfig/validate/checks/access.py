"""The access policy can be read: as long as it cannot, nobody can open or seal anything."""

from __future__ import annotations

from gmconfig.finding import Finding, Place, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.validate.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with `access.yaml`; whether it is signed, `secret verify` says."""
    error = subject.broken_access
    if error is not None:
        place = error.place if isinstance(error.place, Place) else Place("access.yaml")
        yield Finding("secret", "broken-policy", Severity.ERROR, error.message, place, hint=error.hint)
