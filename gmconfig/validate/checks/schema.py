"""The resolved document of every environment satisfies the document's schema."""

from __future__ import annotations

from gmconfig.config.placeholder import Unknown
from gmconfig.finding import Finding, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.validate.view import Variant, View


def check(view: View) -> Iterator[Finding]:
    """Yield what breaks the document's schema, placed in the layer that set it."""
    file = view.subject.schemas.file_of(view.document)
    schema = view.subject.schemas.at(file) if file else None
    if file is None or schema is None:
        return
    view.used |= schema.used | {file}
    for variant in view.variants:
        problems = schema.problems(variant.value, is_unknown=_is_unknown, is_hidden=variant.is_hidden)
        for problem in problems:
            yield variant.finding(
                "schema",
                problem.keyword,
                Severity.ERROR,
                problem.message,
                problem.keys,
                at_key=problem.at_key,
                hint=_trace(variant, problem.keyword, problem.keys) or problem.hint,
            )


def _is_unknown(value: object) -> bool:
    return isinstance(value, Unknown)


def _trace(variant: Variant, keyword: str, keys: tuple[str | int, ...]) -> str | None:
    """Point to `explain` where a value comes from a placeholder, so the line shows another text."""
    if keyword == "required" or variant.resolved.is_literal:
        return None
    from gmconfig.path import format_keys, value_at

    try:
        written = value_at(variant.resolved.merged, keys)
    except (LookupError, TypeError):
        return None
    if not isinstance(written, str) or "${" not in written:
        return None
    return f"gmconfig config explain {variant.view.document} {format_keys(keys)} -e {variant.environments[0]}"
