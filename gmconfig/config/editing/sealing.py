"""Seals the secrets in planned edits, each for the place where it will stand."""

from __future__ import annotations

from gmconfig.config.strategy import own_path
from gmconfig.errors import Refused
from gmconfig.path import KeyPath, Keys, walk
from gmconfig.secret.token import Context, Secret
from gmconfig.storage.yaml.edit import Unset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.config.editing.edit import Sealer
    from gmconfig.config.editing.own import Own
    from gmconfig.storage.yaml.edit import Edit


def sealed_edits(own: Own, edits: Sequence[Edit], seal: Sealer | None, document: int = 0) -> tuple[Edit, ...]:
    """Give the edits with tokens in place of secrets, and with the YAML document that they belong to.

    Raises:
        Refused: there is a secret and nobody to seal it.
    """
    from gmconfig.config.editing.planned import applied

    found: list[Edit] = []
    tree = own.tree
    for edit in edits:
        tree = applied(tree, edit)
        found.append(_sealed(own, edit, tree, seal, document))
    return tuple(found)


def _sealed(own: Own, edit: Edit, tree: object, seal: Sealer | None, document: int) -> Edit:
    path = KeyPath(edit.path.segments, document)
    if isinstance(edit, Unset):
        return edit.replaced(path=path)
    value = edit.value
    for keys, leaf in list(walk(value)):
        if isinstance(leaf, Secret):
            if seal is None:
                raise Refused("a secret cannot be written in plain text", hint="gmconfig config set --secret")
            place = (*_base(edit), *keys)
            context = _context(own, tree, place, document)
            token = seal(context, leaf.reveal(), own.layer.file, _standing(own.tree, place))
            value = _replaced(value, keys, token)
    return edit.replaced(path=path, value=value)


def _base(edit: Edit) -> Keys:
    keys: Keys = edit.path.segments  # type: ignore[assignment]  # the planner makes concrete ones
    index = getattr(edit, "index", None)
    return keys if index is None else (*keys, index)


def _context(own: Own, tree: object, keys: Keys, document: int) -> Context:
    layer = own.layer
    path = own_path(tree, keys, own.rules)
    return Context(
        layer.document, layer.environment, path, variables=layer.variables, yaml_document=document or 1
    )


def _standing(tree: object, keys: Keys) -> object:
    """Give what stands at a place before the change."""
    from gmconfig.config.branch import child

    for key in keys:
        tree = child(tree, key)
    return tree


def _replaced(value: object, keys: Keys, token: str) -> object:
    from gmconfig.config.branch import put

    return put(value, keys, token)
