"""What one environment sets, the others that a `parity:` rule names set too."""

from __future__ import annotations

from gmconfig.finding import Finding, Severity
from gmconfig.path import KeyPath, format_keys, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gmconfig.path import Keys
    from gmconfig.validate.view import Variant, View


def check(view: View) -> Iterator[Finding]:
    """Yield the keys that an environment has and another lacks, by the rules of gmconfig.yaml."""
    for rule in view.subject.project.settings.parity:
        documents = rule.get("documents")
        if not isinstance(documents, list) or view.document in documents:
            yield from _ruled(view, rule)


def _ruled(view: View, rule: Mapping[str, object]) -> Iterator[Finding]:
    named = _texts(rule, "environments")
    compared = {name: variant for variant in view.variants for name in variant.environments if name in named}
    paths = [KeyPath.parse(text) for text in _texts(rule, "paths")]
    excepted = [KeyPath.parse(text) for text in _texts(rule, "except")]
    severity = Severity(str(rule.get("severity", "error")))
    for name, variant in compared.items():
        for other, rival in compared.items():
            if variant is rival:
                continue
            for keys, value in _lacking(variant.resolved.merged, rival.resolved.merged, ()):
                for meant in _meant(keys, value, paths, excepted):
                    yield _finding(variant, meant, name, other, severity)


def _finding(variant: Variant, keys: Keys, name: str, other: str, severity: Severity) -> Finding:
    message = f"{format_keys(keys)} is set in {name}, and missing in {other}"
    hint = f"gmconfig config set {variant.view.document} {format_keys(keys)} VALUE -e {other} --create"
    finding = variant.finding("parity", "missing-key", severity, message, keys, at_key=True, hint=hint)
    return finding.replaced(environments=(other,))


def _lacking(tree: object, other: object, keys: Keys) -> Iterator[tuple[Keys, object]]:
    """Yield the topmost keys of a tree that another one does not have, with what stands there."""
    if not isinstance(tree, dict):
        return
    for key, value in tree.items():
        if not isinstance(other, dict) or key not in other:
            yield (*keys, key), value
        else:
            yield from _lacking(value, other[key], (*keys, key))


def _meant(keys: Keys, value: object, paths: list[KeyPath], excepted: list[KeyPath]) -> Iterator[Keys]:
    """Yield what a rule means of something that is missing: all of it, or the parts that it names."""
    if _is_named(keys, excepted):
        return
    named = not paths or _is_named(keys, paths)
    if named and not any(_is_named(below, excepted) for below, _ in walk(value, keys)):
        yield keys
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _meant((*keys, key), inner, paths, excepted)


def _is_named(keys: Keys, paths: list[KeyPath]) -> bool:
    """Whether a path, or a map above it, is among some."""
    above = [keys[:length] for length in range(1, len(keys) + 1)]
    return any(path.matches(part) for path in paths for part in above)


def _texts(rule: Mapping[str, object], key: str) -> Iterable[str]:
    value = rule.get(key)
    return [str(text) for text in value] if isinstance(value, list) else []
