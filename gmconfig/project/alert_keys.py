"""The keys below `alerts:` in gmconfig.yaml, and the shape of what stands under each."""

from __future__ import annotations

from gmconfig.project.shape import ListOf, Problem, Record, Scalar, Words
from gmconfig.project.target_keys import DURATION, TEXTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.path import Keys

KINDS = ("configuration change", "compliance violation", "drift", "performance", "security")
WAYS = ("webhook", "webhook_from", "command")


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not any(char <= " " for char in text)


def _is_variable(text: str) -> bool:
    return text.isascii() and text.isidentifier()


def _is_at_least_zero(text: str) -> bool:
    return float(text) >= 0


def _is_at_least_one(text: str) -> bool:
    return float(text) >= 1


_HANDLER = Record(
    {
        "webhook": Scalar("a URL that begins with https:// or http://", (str,), _is_url),
        "webhook_from": Scalar("the name of an environment variable", (str,), _is_variable),
        "form": Words("webhook", "alertmanager", "slack"),
        "command": TEXTS,
        "severity": Words("critical", "error", "warning", "info"),
        "kinds": ListOf(Words(*KINDS)),
        "timeout": DURATION,
    }
)
_NUMBER = Scalar("a number of 0 or more", (int, float), _is_at_least_zero)

THRESHOLDS = Record(
    {
        "compliance_score": _NUMBER,
        "check_seconds": _NUMBER,
        "target_seconds": _NUMBER,
        "disk_free_percent": _NUMBER,
        "backup_age_days": _NUMBER,
        "agent_intervals": Scalar("a number of 1 or more", (int, float), _is_at_least_one),
    }
)


def HANDLER(value: object, keys: Keys, problems: list[Problem]) -> None:  # a shape, as the others
    """Report what is not a handler: exactly one way to be told, and keys that are known."""
    _HANDLER(value, keys, problems)
    if isinstance(value, dict):
        ways = [name for name in WAYS if value.get(name) is not None]
        if len(ways) != 1 or value.get("command") == []:
            problems.append(Problem(keys, f"a handler has one of {', '.join(WAYS)}"))
