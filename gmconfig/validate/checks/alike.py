"""Keys that look like another key: an override that overrides nothing, a password beside the password."""

from __future__ import annotations

from gmconfig.finding import Finding, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.path import Keys
    from gmconfig.validate.view import View


def alike(view: View) -> Iterator[Finding]:
    """Yield keys that look like others at the same place, in whichever layer."""
    from gmconfig.path.lookalike import oddity, twins

    beside: dict[Keys, dict[str, LoadedLayer]] = {}
    for layer in view.layers:
        for keys in _places(layer.tree, ()):
            beside.setdefault(keys[:-1], {}).setdefault(str(keys[-1]), layer)
    for above, names in beside.items():
        others = twins(names)
        for name, layer in names.items():
            said = f'looks like "{others[name]}" and is another one' if name in others else oddity(name)
            if said:
                yield _finding(view, layer, (*above, name), said)


def _places(tree: object, above: Keys) -> Iterator[Keys]:
    """Yield the place of every key that is text."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        if isinstance(tree, dict) and isinstance(key, str):
            yield (*above, key)
        yield from _places(value, (*above, key))


def _finding(view: View, layer: LoadedLayer, keys: Keys, said: str) -> Finding:
    from gmconfig.path import format_keys
    from gmconfig.storage.yaml import place

    where = place(layer.stream, keys, key=True, document=layer.yaml_document)
    hint = "type the key anew; git blame tells whose it is"
    message, path = f'"{keys[-1]}" {said}', format_keys(keys)
    return Finding("yaml", "look-alike", Severity.WARNING, message, where, 1, view.document, (), path, hint)
