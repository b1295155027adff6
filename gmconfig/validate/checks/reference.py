"""What a document refers to exists, and what an environment says makes a difference."""

from __future__ import annotations

from gmconfig.config.equal import same
from gmconfig.config.merge import indistinct_lists
from gmconfig.config.strategy import below, here
from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Finding, Place, Severity
from gmconfig.path import format_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.config.strategy import Rules
    from gmconfig.path import Keys
    from gmconfig.validate.view import Variant, View

_ABSENT = object()


def check(view: View) -> Iterator[Finding]:
    """Yield placeholders that stand for nothing, and entries of overlays that change nothing."""
    failures = [finding for variant in view.variants for finding in _failures(variant)]
    yield from _nowhere(failures, len(view.variants))
    for variant in view.variants:
        yield from _idle(variant)


def _failures(variant: Variant) -> Iterator[Finding]:
    for keys, error in variant.failures:
        place = error.place
        if isinstance(place, Place) and place.file.startswith("schemas/"):
            continue  # the schema is broken, which is a finding of its own
        rule = "placeholder" if isinstance(error, BrokenConfiguration) else "unresolved"
        finding = variant.finding("reference", rule, Severity.ERROR, error.message, keys, hint=error.hint)
        if finding.place is not None or not isinstance(place, Place):
            yield finding


def _nowhere(failures: list[Finding], variants: int) -> Iterator[Finding]:
    """Yield failures; a secret that no environment has as one that does not exist at all."""
    lacking: dict[tuple[str, str, str], list[Finding]] = {}
    for one in failures:
        name = _lacking(one)
        if name:
            lacking.setdefault((name, one.path or "", str(one.place)), []).append(one)
        else:
            yield one
    for (name, _, _), found in lacking.items():
        if len(found) < variants or variants == 1:
            yield from found
            continue
        first = found[0]
        make = f"gmconfig secret create {name}"
        hint = make if first.hint and first.hint.startswith(f"{make} -e") else first.hint
        environments = tuple(dict.fromkeys(each for one in found for each in one.environments))
        message = f'secret "{name}" does not exist'
        yield first.replaced(message=message, environments=environments, hint=hint)


def _lacking(finding: Finding) -> str | None:
    """Give the name of the secret that a finding's environment lacks."""
    said, _, environment = finding.message.partition(" does not exist in ")
    name = said.removeprefix('secret "').removesuffix('"')
    return name if environment in finding.environments and said == f'secret "{name}"' else None


def _idle(variant: Variant) -> Iterator[Finding]:
    """Yield what the highest layer says and the layers below it say already."""
    layers = variant.resolved.layers
    if len(layers) < 2:
        return
    rules = variant.resolved.rules
    top = layers[-1]
    from gmconfig.config.merge import merge

    lower = merge([layer.tree for layer in layers[:-1]], rules)
    for keys, way in indistinct_lists(top.tree, rules):
        message = f'items cannot be told apart by "{".".join(way)}", so the list replaces the one below it'
        yield _about(variant, top, keys, "indistinct-items", Severity.WARNING, message)
    for keys, is_null in _same(top.tree, lower, (), rules, []):
        named = format_keys(keys)
        if is_null:
            message = f"null removes {named}, which no lower layer sets; an overlay cannot set a null"
            yield _about(variant, top, keys, "null-removes-nothing", Severity.WARNING, message)
        else:
            message = f"{named} is set to what the layers below it say already"
            yield _about(variant, top, keys, "same-as-below", Severity.INFO, message)


def _about(
    variant: Variant, layer: LoadedLayer, keys: Keys, rule: str, severity: Severity, message: str
) -> Finding:
    place = layer.place(keys, key=True)
    width = len(str(keys[-1])) if keys else 1
    environments = (layer.layer.environment,) if layer.layer.environment else variant.environments
    return Finding(
        "reference",
        rule,
        severity,
        message,
        place,
        width,
        variant.view.document,
        environments,
        format_keys(keys),
    )


def _same(
    patch: object, lower: object, keys: Keys, rules: Rules, found: list[tuple[Keys, bool]]
) -> list[tuple[Keys, bool]]:
    """Give the topmost paths of an overlay that change nothing, and whether it is by a null."""
    if not isinstance(patch, dict):
        return found
    under_it = lower if isinstance(lower, dict) else {}
    for key, value in patch.items():
        under = under_it.get(key, _ABSENT)
        inside = below(rules, key) if rules else rules
        if value is None:
            if under is _ABSENT:
                found.append(((*keys, key), True))
        elif under is not _ABSENT and _alike(value, under, inside):
            found.append(((*keys, key), False))
        elif isinstance(value, dict) and isinstance(under, dict):
            _same(value, under, (*keys, key), inside, found)
    return found


def _alike(value: object, under: object, rules: Rules) -> bool:
    """Whether an overlay's value leaves what is below it as it is; of lists that merge nobody can tell at once."""
    if rules and here(rules):
        return False
    if isinstance(value, dict) and isinstance(under, dict):
        return bool(value) and all(
            key in under and _alike(item, under[key], below(rules, key)) for key, item in value.items()
        )
    return value is not None and same(value, under)
