"""The formats in which a report can be written; a new one is a module and a line here."""

from __future__ import annotations

from importlib import import_module

from gmconfig.spoken import writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.validate.report.report import Report


def _lazy(module: str) -> Callable[[Report], str]:
    """Give a module's `render`, loading it when it is first called."""

    def render(report: Report) -> str:
        written: str = import_module(f"gmconfig.validate.report.{module}").render(report)
        return writable(written)

    return render


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": _lazy("text"),
    "json": _lazy("json_"),
    "github": _lazy("github"),
    "gitlab": _lazy("gitlab"),
    "sarif": _lazy("sarif"),
    "junit": _lazy("junit"),
}
"""Every format by the name that `-o` takes; each gives the whole text, line end included."""
