"""Finds a form: gmconfig's own, or another package's by the entry point group `gmconfig.formats`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from gmconfig import further
from gmconfig.errors import BrokenConfiguration, GmconfigError, NotFound
from gmconfig.path import did_you_mean
from gmconfig.project.target_keys import FORMATS_GROUP
from gmconfig.target.formats.documents import FLAGD, JSON, TOML, YAML
from gmconfig.target.formats.flat import DOTENV, PROPERTIES
from gmconfig.target.formats.form import Form
from gmconfig.target.formats.manifest import CONFIG_MAP, SECRET

FORMATS: dict[str, Form] = {
    form.name: form for form in (YAML, JSON, TOML, DOTENV, PROPERTIES, CONFIG_MAP, SECRET, FLAGD)
}
"""Our own; a new form is an entry in the dict."""

P = ParamSpec("P")
T = TypeVar("T")


@cache
def form_of(name: str) -> Form:
    """Give the form of a name.

    Raises:
        NotFound: there is none; the hint names the nearest.
        BrokenConfiguration: another package's cannot be loaded, or is no form.
    """
    if name in FORMATS:
        return FORMATS[name]
    found = further.load(FORMATS_GROUP, name, "the format")
    if found is None:
        known = [*FORMATS, *further.names(FORMATS_GROUP)]
        raise NotFound(
            f'there is no format "{name}"', hint=did_you_mean(name, known, f"one of: {', '.join(known)}")
        )
    if not isinstance(found, Form):
        raise _broken_word(name, f"is no gmconfig.target.formats.Form but {type(found).__name__}")
    return _guarded(found.replaced(name=name))


def _guarded(form: Form) -> Form:
    """Let its mistakes be errors of the document; texts of its exceptions may hold values, and are not repeated."""

    def asked(work: Callable[P, T]) -> Callable[P, T]:
        @wraps(work)
        def ask(*arguments: P.args, **named: P.kwargs) -> T:
            try:
                return work(*arguments, **named)
            except GmconfigError:
                raise
            except (Exception, SystemExit) as error:  # nobody knows what another package raises
                raise _broken_word(form.name, f"raised {type(error).__name__}") from None

        return ask

    paths = asked(form.paths) if form.paths else None
    return form.replaced(render=asked(form.render), parse=asked(form.parse), paths=paths)


def _broken_word(name: str, what: str) -> BrokenConfiguration:
    return BrokenConfiguration(f'the format "{name}" {what}', hint="tell those who wrote that format")
