"""The formats in which a report can be written; a new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable

from gmconfig.validate.report.github import render as github
from gmconfig.validate.report.gitlab import render as gitlab
from gmconfig.validate.report.json_ import render as json
from gmconfig.validate.report.junit import render as junit
from gmconfig.validate.report.report import Report
from gmconfig.validate.report.sarif import render as sarif
from gmconfig.validate.report.text import render as text

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text,
    "json": json,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
}
"""Every format by the name that `-o` takes; each gives the whole text, line end included."""
