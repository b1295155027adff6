"""What one environment sets, the others that a `parity:` rule names set too."""

from __future__ import annotations

from gmconfig.finding import Finding, Severity
from gmconfig.path import KeyPath, format_keys

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
            for keys in _lacking(variant.resolved.merged, rival.resolved.merged, ()):
                if _is_meant(keys, paths, excepted):
                    yield _finding(variant, keys, name, other, severity)


def _finding(variant: Variant, keys: Keys, name: str, other: str, severity: Severity) -> Finding:
    message = f"{format_keys(keys)} is set in {name}, and missing in {other}"
    hint = f"gmconfig config set {variant.view.document} {format_keys(keys)} VALUE -e {other} --create"
    finding = variant.finding("parity", "missing-key", severity, message, keys, at_key=True, hint=hint)
    return finding.replaced(environments=(other,))


def _lacking(tree: object, other: object, keys: Keys) -> Iterator[Keys]:
    """Yield the topmost keys of a tree that another one does not have."""
    if not isinstance(tree, dict) or not isinstance(other, dict):
        return
    for key, value in tree.items():
        if key not in other:
            yield (*keys, key)
        else:
            yield from _lacking(value, other[key], (*keys, key))


def _is_meant(keys: Keys, paths: list[KeyPath], excepted: list[KeyPath]) -> bool:
    """Whether a rule means a path: it, or a map above it, is named, and none is excepted."""
    above = [keys[:length] for length in range(1, len(keys) + 1)]
    if any(path.matches(part) for path in excepted for part in above):
        return False
    return not paths or any(path.matches(part) for path in paths for part in above)


def _texts(rule: Mapping[str, object], key: str) -> Iterable[str]:
    value = rule.get(key)
    return [str(text) for text in value] if isinstance(value, list) else []
