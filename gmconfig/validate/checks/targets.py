"""The targets of gmconfig.yaml: whether each says enough, and nothing that excludes each other."""

from __future__ import annotations

from gmconfig.finding import Finding, Severity
from gmconfig.path import format_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.validate.subject import Subject

_FILE = "gmconfig.yaml"


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with targets; where there are none, nothing is loaded."""
    settings = subject.project.settings
    declared = settings.section("targets")
    if not declared:
        return
    from gmconfig.project.target_rules import contradictions, gaps, unknown_format
    from gmconfig.storage.yaml import compose, place

    default, stream = subject.project.default_environment, None
    for name, entry in declared.items():
        written = {key: value for key, value in _entry(entry) if value is not None}
        format_ = unknown_format(written, _further(written))
        for found in (*gaps(written, default), *contradictions(written), *format_):
            stream = stream or compose(subject.snapshot.read(_FILE), _FILE)
            keys = ("targets", name, *([found.key] if found.key else []))
            yield Finding(
                "target", "broken-target", Severity.ERROR, f'target "{name}" {found.what}',
                place(stream, keys, key=True), len(str(keys[-1])), path=format_keys(keys), hint=found.hint,
            )  # fmt: skip


def _further(entry: Mapping[str, object]) -> list[str]:
    """Give the formats that other packages have; to look takes longer than to check, so only where one is meant."""
    from gmconfig.project.target_keys import FORMATS_GROUP, LIVE_FORMATS

    if entry.get("format", LIVE_FORMATS[0]) in LIVE_FORMATS:
        return []
    from gmconfig import further

    return further.names(FORMATS_GROUP)


def _entry(entry: object) -> list[tuple[str, object]]:
    return list(entry.items()) if isinstance(entry, dict) else []
