"""As far as no key is needed: tokens stand where they belong, and secrets are not in plaintext."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.finding import Finding, Severity
from gmconfig.path import format_keys, value_at, walk
from gmconfig.secret.token import Context, Sealed
from gmconfig.validate.view import lines_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.path import Keys
    from gmconfig.validate.view import View


def check(view: View) -> Iterator[Finding]:
    """Yield tokens that do not belong where they stand, and plaintext where the policy wants a secret."""
    for layer in view.layers:
        if layer.is_literal and view.subject.access is None:
            continue
        for keys, value in walk(layer.tree):
            if isinstance(value, Sealed):
                yield from _token(view, layer, keys, value)
                yield from _scope(view, layer, keys, value)
            elif value is not None and view.subject.access is not None:
                yield from _plaintext(view, layer, keys, value)


def _plaintext(view: View, layer: LoadedLayer, keys: Keys, value: object) -> Iterator[Finding]:
    from gmconfig.secret.token import is_token

    assert view.subject.access is not None  # noqa: S101  # the caller looked
    context = Context(view.document, layer.layer.environment, keys)
    if is_token(value) or is_reference(value):
        return
    if not view.subject.access.demands_sealing(context, keys, layer.tree):
        return
    hint = f"gmconfig secret seal {layer.file} {format_keys(keys)}, then rotate it: it was written in clear"
    message = f"{format_keys(keys)} must be sealed, and stands here in plaintext"
    yield _finding(view, layer, keys, "plaintext", message, hint)


def is_reference(value: object) -> bool:
    """Whether a value only names a secret, or where the application finds it."""
    return isinstance(value, str) and value.startswith("${") and value.endswith("}")


def _token(view: View, layer: LoadedLayer, keys: Keys, sealed: Sealed) -> Iterator[Finding]:
    from gmconfig.secret.token import parse

    try:
        parse(sealed)
    except BrokenConfiguration as error:
        yield _finding(view, layer, keys, "damaged-token", error.message, error.hint)
        return
    wrong = _misplaced(view, sealed)
    if wrong is not None:
        yield _finding(
            view, layer, keys, "misplaced-token", wrong, "if you mean it so: gmconfig secret accept"
        )


def _scope(view: View, layer: LoadedLayer, keys: Keys, sealed: Sealed) -> Iterator[Finding]:
    """Yield a scope that means a value, and does not get it: keys know an item by one name only."""
    scopes = view.subject.access.scopes if view.subject.access is not None else {}
    for scope, rules in scopes.items():
        meant = any(rule.means(sealed.context, keys, layer.tree) for rule in rules)
        if meant and not any(rule.covers(sealed.context) for rule in rules):
            own = format_keys(sealed.context.path)
            message = (
                f'{format_keys(keys)} is not in the scope "{scope}", whose rule calls it by another name'
            )
            hint = f"write {own} in access.yaml, or declare under merge: in gmconfig.yaml how items are told apart"
            yield _finding(view, layer, keys, "scope", message, hint)


def _misplaced(view: View, sealed: Sealed) -> str | None:
    """Say what the signed log has against a token at its place; None where it has nothing."""
    if view.subject.vault is None:
        return None
    from gmconfig.secret.log.standing import fingerprint

    try:
        standing = view.subject.vault.standing
    except GmconfigError:  # no trusted policy: nothing can be said, which `secret verify` tells
        return None
    entry = standing.entries.get(fingerprint(sealed))
    if entry is not None:
        if entry.context == sealed.context:
            return None
        return f"this sealed value belongs to {entry.context}, and was moved or copied to {sealed.context}"
    if fingerprint(sealed) in standing.replaced:
        return f"{sealed.context}: an old value stands here again"
    return f"{sealed.context}: no signed event covers this sealed value"


def _finding(
    view: View, layer: LoadedLayer, keys: Keys, rule: str, message: str, hint: str | None
) -> Finding:
    place = layer.place(keys)
    environment = layer.layer.environment
    view.hide(place, lines_of(value_at(layer.tree, keys)))
    return Finding(
        "secret", rule, Severity.ERROR, message, place, 1, view.document,
        (environment,) if environment else (), format_keys(keys), hint,
    )  # fmt: skip
