"""The keys of one rule below `automation: rules:` in gmconfig.yaml, and the shape of what stands under each."""

from __future__ import annotations

from gmconfig.project.known_keys import NAME
from gmconfig.project.shape import SWITCH, TEXT, Either, Problem, Record, Scalar, Words, optional
from gmconfig.project.target_keys import DURATION, NUMBER, SEVERAL, TEXTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.project.shape import Shape

COMMAND = Record({"run": TEXTS, "timeout": DURATION}, required=("run",))
ARGUMENTS: dict[str, Shape] = {
    "backup": Record({"name": TEXT, "retention_days": NUMBER}),
    "correct-drift": Record({"targets": SEVERAL, "only": SEVERAL, "prune": SWITCH}),
    "rotate-due": Record({"environment": NAME, "push": SWITCH}),
    "validate": Record({"environment": NAME}),
    "notify": Record({"message": TEXT, "severity": Words("critical", "error", "warning", "info")}),
    "command": Either(TEXTS, items=TEXTS, record=COMMAND),
}
"""What a rule can do, and the shape of what each takes; a command takes its words right away."""

_ACTION = Words(*ARGUMENTS)
_RUNS = Scalar("a whole number of 1 or more", (int,), lambda text: int(text) >= 1)


def _anything(value: object, keys: Keys, problems: list[Problem]) -> None:
    """Leave it to whoever knows JsonLogic."""


def _do(value: object, keys: Keys, problems: list[Problem]) -> None:
    """Report what is not an action: a word, or one with its arguments below it."""
    if not isinstance(value, dict):
        _ACTION(value, keys, problems)
        return
    Record(ARGUMENTS)(value, keys, problems)
    if len(value) != 1:
        problems.append(Problem(keys, "a rule does one thing", hint="another thing is another rule"))


_RULE = Record(
    {
        "on": SEVERAL,
        "schedule": TEXT,
        "timezone": TEXT,
        "if": _anything,
        "do": _do,
        "cooldown": DURATION,
        "maximum": Record({"runs": _RUNS, "per": DURATION}, required=("runs", "per")),
        "within": DURATION,
        "dry_run": SWITCH,
        "enabled": SWITCH,
    }
)
RULE = optional(_RULE)
