"""A condition: what holds now and is worth an alert. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds now; `occurrence` tells two of the same kind apart that happened one after the other."""

    rule: str
    subject: str
    kind: Kind
    severity: Severity
    message: str
    hint: str | None = None
    environment: str | None = None
    config_name: str | None = None
    target: str | None = None
    occurrence: str = ""

    @property
    def id(self) -> str:
        """The fingerprint of its rule and subject."""
        return fingerprint(self.rule, self.subject)


def fingerprint(rule: str, subject: str) -> str:
    """Give the id of the alert about a subject by a rule."""
    return sha256(f"{rule}\0{subject}".encode("utf-8", "surrogateescape")).hexdigest()[:12]
