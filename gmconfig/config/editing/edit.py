"""Where a change of configuration goes, and what it does: `set`, `unset`, a whole tree, a deep merge."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gmconfig.config.branch import ABSENT, child, differences, put
from gmconfig.config.editing.overriding import overriding
from gmconfig.config.editing.own import Own
from gmconfig.config.editing.planned import Planner
from gmconfig.config.editing.sealing import sealed_edits
from gmconfig.config.equal import same
from gmconfig.config.schema.typed import typed
from gmconfig.config.strategy import UNIQUE, Rules, at
from gmconfig.errors import Refused, UnknownPath, UsageError
from gmconfig.immutable import Immutable
from gmconfig.path import KeyPath, Keys, Segment, Selector
from gmconfig.secret.token import Context, Sealed, Secret, is_token
from gmconfig.storage.change import YamlEdit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.config.resolve import Resolved
    from gmconfig.project import Layer

Sealer = Callable[[Context, object, str, object], str]
"""Seals one value for one place: context, plain value, file, what stands there now; gives the token."""


class PlannedEdit(Immutable):
    """A change that could be made.

    `edits` has the file's edit, and is empty where the file already says what was wished. `keys` is the
    changed path in the merged document (empty for a whole tree). `overriding` are the environments that the
    layer reaches, but that set `keys` themselves.
    """

    __slots__ = ("layer", "edits", "keys", "resolved", "overriding")

    def __init__(
        self,
        layer: Layer,
        edits: Mapping[str, YamlEdit],
        keys: Keys,
        resolved: Resolved,
        overriding: tuple[str, ...] = (),
    ) -> None:
        self.layer = layer
        self.edits = edits
        self.keys = keys
        self.resolved = resolved
        self.overriding = overriding


def plan_set(
    resolved: Resolved,
    path: KeyPath,
    value: object,
    *,
    create: bool = False,
    copy_list: bool = False,
    seal: Sealer | None = None,
) -> PlannedEdit:
    """Plan to give a path a value: in the environment's own file, without one in the base.

    A `Secret` is sealed by `seal` for the place where it will stand.

    Raises:
        UnknownPath: nothing stands there and `create` is off.
        UsageError: there is no base layer, so an environment must be named.
        Refused: an item of an inherited list without `copy_list`; a null in an overlay; plain text where
            a sealed value stands.
    """
    own = _own(resolved)
    keys, wanted = _to_set(resolved, own, path, value, create)
    _refuse_plain(resolved, own, keys, value)
    planner = Planner(own, copy_list=copy_list)
    planner.wish(keys, wanted)
    _check(planner, put(own.merged, keys, wanted), exact=_is_of_unique(own.rules, keys))
    return _planned(resolved, own, planner, keys, seal=seal, document=path.document)


def plan_unset(resolved: Resolved, path: KeyPath, *, copy_list: bool = False) -> PlannedEdit:
    """Plan to take back what the layer says about a path; what is only inherited is taken away by a null.

    Raises:
        UnknownPath: neither the merged document nor the layer has the path.
        Refused: it is an item of an inherited list and `copy_list` is off.
    """
    if not path.segments:
        raise UsageError(
            "the whole document cannot be unset", hint="name a path, or delete the file with git rm"
        )
    own = _own(resolved)
    planner = Planner(own, copy_list=copy_list)
    keys, is_hiding = _keys_to_unset(resolved, own, path)
    if is_hiding:
        planner.take_back(keys)
    else:
        planner.wish(keys, ABSENT, reveal=True)
    return _planned(resolved, own, planner, keys, seal=None, document=path.document)


def plan_tree(
    resolved: Resolved,
    wanted: object,
    value: object,
    *,
    seal: Sealer | None = None,
) -> PlannedEdit:
    """Plan the fewest edits after which the document's value is `wanted`; `value` is what it is now.

    What equals today's value keeps what is written: placeholders, tokens. A removed key becomes a null where
    it is inherited.

    Raises:
        Refused: a layer cannot say it, or a secret would be written in plain text.
    """
    from gmconfig.config.editing.wanted import written_form

    own = _own(resolved)
    merged = written_form(resolved.merged, value, wanted, can_seal=seal is not None)
    planner = _item_by_item(resolved, own, merged) or Planner(own, copy_list=True)
    if not planner.edits:
        for keys, wish in differences(resolved.merged, merged, own.rules):
            planner.wish(keys, wish)
    _check(planner, merged, exact=same(own.merged, resolved.merged))
    return _planned(resolved, own, planner, (), seal=seal, document=0)


def _item_by_item(resolved: Resolved, own: Own, wanted: object) -> Planner | None:
    """Plan so that items of lists keep their lines where others came or went; None where that gives another order."""
    planner = Planner(own, copy_list=True)
    try:
        for keys, wish in differences(resolved.merged, wanted, own.rules, by_item=True):
            planner.wish(keys, wish)
    except Refused:
        return None
    return planner if same(planner.merged, wanted) else None


def plan_update(
    resolved: Resolved, changes: object, value: object, *, seal: Sealer | None = None
) -> PlannedEdit:
    """Plan a deep merge of changes into the document's value; a null takes a key away, a list replaces."""
    from gmconfig.config.merge import patched

    return plan_tree(resolved, patched(value, changes), value, seal=seal)


def _own(resolved: Resolved) -> Own:
    return Own(
        resolved.project,
        resolved.snapshot,
        resolved.document,
        resolved.environment,
        variables=resolved.variables,
        yaml_document=resolved.yaml_document,
        known=resolved.layers,
    )


def _to_set(resolved: Resolved, own: Own, path: KeyPath, value: object, create: bool) -> tuple[Keys, object]:
    """Give the concrete path to set and its value; for a new item that a selector names, the whole item."""
    tree = own.merged
    try:
        return path.resolve(tree), value
    except UnknownPath as error:
        if "ambiguous" in error.message:
            raise
        made = _made(tree, path, value)
        if create and made is not None:
            return made
        hint = "--create adds a new key" if made is not None else None
        between = " " if (error.hint or "").endswith("?") else "; "
        known = between.join(part for part in (error.hint, hint) if part) or None
        raise UnknownPath(f'"{path}" is not in document "{resolved.document}"', hint=known) from error


def _made(tree: object, path: KeyPath, value: object) -> tuple[Keys, object] | None:
    """Give the concrete form of a path that does not exist yet; None where it could not be made.

    The position after a list's last item, and a selector that no item answers to, mean a new item.
    """
    keys: Keys = ()
    for number, segment in enumerate(path.segments):
        try:
            keys = KeyPath(path.segments[: number + 1]).resolve(tree)
            continue
        except UnknownPath:
            parent = _at(tree, keys)
        if (
            isinstance(segment, str)
            and not isinstance(parent, list)
            or isinstance(segment, int)
            and isinstance(parent, list)
            and segment == len(parent)
        ):
            keys = (*keys, segment)
        elif isinstance(segment, Selector) and isinstance(parent, list):
            return _new_item((*keys, len(parent)), segment, path.segments[number + 1 :], value)
        else:
            return None
    return keys, value


def _new_item(
    keys: Keys, named: Selector, rest: tuple[Segment, ...], value: object
) -> tuple[Keys, object] | None:
    """Give the item `{name: new}` with a value in it."""
    if not all(isinstance(segment, str) for segment in rest):
        return None
    inner: Keys = rest  # type: ignore[assignment]  # all of them are text
    item = put(value if not inner and isinstance(value, dict) else ABSENT, named.keys, typed(named.value))
    return (keys, put(item, inner, value)) if inner or isinstance(value, dict) else None


def _at(tree: object, keys: Keys) -> object:
    for key in keys:
        tree = child(tree, key)
    return tree


def _keys_to_unset(resolved: Resolved, own: Own, path: KeyPath) -> tuple[Keys, bool]:
    """Give the path in the merged tree; or in the layer's, and that it hides what lies below (null, $remove)."""
    try:
        return path.resolve(own.merged), False
    except UnknownPath as error:
        try:
            return path.resolve(own.tree), True
        except UnknownPath:
            message = f'"{path}" is not in document "{resolved.document}"'
            raise UnknownPath(message, hint=error.hint or resolved.beside(path)) from error


def _refuse_plain(resolved: Resolved, own: Own, keys: Keys, value: object) -> None:
    """Refuse to put plain text over a sealed value."""
    if isinstance(value, Secret) or is_token(value):
        return
    if isinstance(_at(own.merged, keys), Sealed):
        path = str(KeyPath(keys))
        environment = f" -e {resolved.environment}" if resolved.environment else ""
        hint = f"gmconfig config set {resolved.document} {path} --secret{environment}"
        raise Refused(f'"{path}" is sealed', hint=hint)


def _check(planner: Planner, wanted: object, *, exact: bool) -> None:
    """Make sure that the edits give what was wished."""
    if exact and not same(planner.merged, wanted):
        hint = "change the layers by hand, then look with: gmconfig config explain"
        raise Refused("no edit of this layer gives that document", hint=hint)


def _is_of_unique(rules: Rules, keys: Keys) -> bool:
    """Whether a path leads into a list that has each item once, so that an item may vanish into another."""
    return any(at(rules, keys[:length]) == UNIQUE for length in range(len(keys)))


def _planned(
    resolved: Resolved, own: Own, planner: Planner, keys: Keys, *, seal: Sealer | None, document: int
) -> PlannedEdit:
    edits = sealed_edits(own, planner.edits, seal, document)
    changed: Mapping[str, YamlEdit] = {}
    if not same(planner.tree, own.tree) and edits:
        changed = {own.layer.file: YamlEdit(own.layer.file, edits)}
    return PlannedEdit(
        layer=own.layer,
        edits=changed,
        keys=keys,
        resolved=resolved,
        overriding=overriding(resolved, own.layer, keys) if keys else (),
    )
