"""The keys of gmconfig.yaml and the shape of what stands under each."""

from __future__ import annotations

from gmconfig.project.names import HINT, is_name, reserved
from gmconfig.project.settings import ANY_DOCUMENT
from gmconfig.project.shape import SWITCH, TEXT, VALUE, Either, ListOf, MapOf, Record, Scalar, Words, optional

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.project.shape import Problem


def _named(kind: str, text: str) -> str | None:
    if not is_name(text):
        return f'"{text}" cannot name {kind}: {HINT}'
    return f'"{text}" is reserved and cannot name {kind}' if text in reserved(kind) else None


def _is_ref_prefix(text: str) -> bool:
    return text.startswith("refs/") and all(is_name(part) for part in text.split("/")[1:])


def _is_remote(text: str) -> bool:
    return bool(text) and not text.startswith("-") and not any(char <= " " for char in text)


def _is_span(text: str) -> bool:
    from gmconfig.project.span import KEEP

    return KEEP.accepts(text)


def _target(value: object, keys: Keys, problems: list[Problem]) -> None:
    from gmconfig.project.target_keys import TARGET

    TARGET(value, keys, problems)


def _handler(value: object, keys: Keys, problems: list[Problem]) -> None:
    from gmconfig.project.alert_keys import HANDLER

    HANDLER(value, keys, problems)


def _thresholds(value: object, keys: Keys, problems: list[Problem]) -> None:
    from gmconfig.project.alert_keys import THRESHOLDS

    THRESHOLDS(value, keys, problems)


def _rule(value: object, keys: Keys, problems: list[Problem]) -> None:
    from gmconfig.project.automation_keys import RULE

    RULE(value, keys, problems)


NAME = Scalar("a name", (str,), is_name)
COUNT = Scalar("a whole number", (int,), lambda text: not text.startswith("-"))
PATTERNS = Either(TEXT, items=ListOf(TEXT))
PLACEHOLDERS = Words("resolve", "keep")
VARIABLES = MapOf(VALUE)

SHAPE = Record(
    {
        "documents": MapOf(
            Either(
                TEXT, items=ListOf(TEXT), record=Record({"files": PATTERNS, "placeholders": PLACEHOLDERS})
            ),
            lambda key: None if key == ANY_DOCUMENT else _named("a document", key),
        ),
        "default_document": Scalar(
            "a document's name", (str,), lambda text: _named("a document", text) is None
        ),
        "environments": MapOf(
            optional(Record({"extends": NAME, "variables": VARIABLES, "protected": SWITCH})),
            lambda key: _named("an environment", key),
        ),
        "default_environment": NAME,
        "layers": ListOf(Either(TEXT, record=Record({"file": TEXT, "document": NAME}, required=("file",)))),
        "merge": MapOf(Either(Words("append", "unique"), record=Record({"by": TEXT}, required=("by",)))),
        "placeholders": PLACEHOLDERS,
        "parity": ListOf(
            Record(
                {
                    "environments": ListOf(NAME),
                    "documents": ListOf(NAME),
                    "paths": ListOf(TEXT),
                    "except": ListOf(TEXT),
                    "severity": Words("critical", "error", "warning", "info"),
                },
                required=("environments",),
            )
        ),
        "targets": MapOf(_target, lambda key: _named("a target", key)),
        "freezes": ListOf(
            Record(
                {
                    "environments": PATTERNS,
                    **dict.fromkeys(("from", "until", "weekly", "timezone", "reason"), TEXT),
                }
            )
        ),
        "backups": Record(
            {
                "to": TEXT,
                "retention_days": COUNT,
                "keep": Record(
                    {
                        **dict.fromkeys(("last", "hourly", "daily", "weekly", "monthly", "yearly"), COUNT),
                        "within": Scalar("a time span such as 30d, 12h or 2w", (str,), _is_span),
                        "tags": ListOf(TEXT),
                    }
                ),
            }
        ),
        "alerts": Record(
            {"handlers": MapOf(_handler, lambda key: _named("a handler", key)), "thresholds": _thresholds}
        ),
        "automation": Record({"rules": MapOf(_rule, lambda key: _named("a rule", key))}),
        "flags": Record(
            {
                "events_dir": TEXT,
                "keep_days": Scalar("a number of days", (int, float), lambda text: 0 < float(text) <= 36_525),
            },
            more=True,
        ),
        "remote": Scalar('a remote\'s name, which does not begin with "-"', (str,), _is_remote),
        "ref_prefix": Scalar("a prefix of refs such as refs/gmconfig", (str,), _is_ref_prefix),
    }
)
