"""Take a document's files, or one path in them, back to an earlier version; sealed values stay today's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.equal import same
from gmconfig.config.strategy import own_path, rules_of
from gmconfig.errors import BrokenConfiguration, Refused, UnknownPath, UsageError, shell_word
from gmconfig.path import KeyPath, value_at, walk
from gmconfig.secret.token import is_token
from gmconfig.storage.change import WholeFile, YamlEdit
from gmconfig.storage.yaml import load_all
from gmconfig.storage.yaml.edit import Set, Unset, edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.project import Layer, Project
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot


def restored(
    project: Project, document: str, commit: str, environment: str | None = None, *, secrets: bool = False
) -> dict[str, FileEdit]:
    """Plan to make a document's files what they were: deleted ones come back, added ones go.

    Files go where gmconfig.yaml maps their layer today. With an environment only its own ones change. With
    `secrets` the old tokens come back too, which the caller must seal again.

    Raises:
        UnknownDocument: the version has no such document.
        Refused: a layer of that version has no place today.
    """
    then, now = project.snapshot(commit), project.snapshot("HEAD")
    project.at(then).check_document(then, document)
    old = _contents(project.at(then), then, document)
    today = _contents(project, now, document)
    target = {_place(project, document, layer): raw for layer, raw in old.items()}
    current = {layer.file: raw for layer, raw in today.items()}
    plan = _Plan(project, secrets)
    for file in dict.fromkeys([*target, *current]):
        if _is_of(project, file, environment):
            plan.whole(file, target.get(file), current.get(file))
    return plan.edits


def moved(project: Project, home: Project, edits: Mapping[str, FileEdit]) -> dict[str, FileEdit]:
    """Give edits with every layer's file where `home` maps it: its gmconfig.yaml is about to be the project's."""
    tree, found = project.worktree(), dict(edits)
    for file in dict.fromkeys([*(layer.file for layer in project.every_layer(tree)), *edits]):
        layer = project.layout.read(file)
        place = file if layer is None else _place_or_own(home, layer.document, layer)
        if place != file:
            before = tree.read(file) if tree.exists(file) else None
            found[place] = WholeFile(edits[file].apply(before) if file in edits else before)
            found.pop(file, None)
            if before is not None:
                found[file] = WholeFile(None)
    return found


def restored_path(
    project: Project,
    document: str,
    path: KeyPath,
    commit: str,
    environment: str | None = None,
    *,
    secrets: bool = False,
) -> dict[str, FileEdit]:
    """Plan to give one path the value that each file had of its own; None means every layer's file.

    Raises:
        UnknownPath: neither today nor in that version anything stands there.
        Refused: the path cannot be edited where it stands, as through an alias.
    """
    if path.is_glob:
        raise UsageError(f'"{path}" may mean several places', hint="name one path, without * or **")
    then, now = project.snapshot(commit), project.snapshot("HEAD")
    old = {
        _place(project, document, key): raw
        for key, raw in _contents(project.at(then), then, document).items()
    }
    today = {layer.file: raw for layer, raw in _contents(project, now, document).items()}
    plan, known = _Plan(project, secrets), False
    for file in dict.fromkeys([*old, *today]):
        if _is_of(project, file, environment):
            known = plan.path(file, path, old.get(file), today.get(file)) or known
    if not known:
        hint = f"gmconfig config history {document} {shell_word(str(path))}"
        raise UnknownPath(f'"{path}" stands in no file of "{document}", neither then nor today', hint=hint)
    return plan.edits


def _is_of(project: Project, file: str, environment: str | None) -> bool:
    """Whether a file is an environment's own; every one is, where none is named."""
    layer = project.layout.read(file)
    return environment is None or (layer is not None and layer.environment == environment)


class _Plan:
    """Collects the edits; with `secrets` old tokens come back."""

    def __init__(self, project: Project, secrets: bool) -> None:
        self._secrets = secrets
        self._rules = rules_of(project.settings.merge)
        self.edits: dict[str, FileEdit] = {}

    def whole(self, file: str, old: bytes | None, today: bytes | None) -> None:
        """Plan one whole file."""
        keeps = old is not None and not self._secrets
        wanted = self._with_tokens_of_today(file, old or b"", today) if keeps else old
        if wanted != today:
            self.edits[file] = WholeFile(wanted)

    def path(self, file: str, path: KeyPath, old: bytes | None, today: bytes | None) -> bool:
        """Plan one path in one file; False if nothing stands there, then and today."""
        before, now = _own(file, path, old), _own(file, path, today)
        if before and now:
            value = before[0] if self._secrets else _keeping(before[0], now[0])
            if not same(value, now[0]):
                self.edits[file] = YamlEdit(file, (Set(path, value),))
        elif before:
            self.edits[file] = YamlEdit(file, (Set(path, before[0]),))
        elif now:
            self.edits[file] = YamlEdit(file, (Unset(path),))
        return bool(before or now)

    def _with_tokens_of_today(self, file: str, old: bytes, today: bytes | None) -> bytes:
        try:
            before, now = dict(self._tokens(file, old)), dict(self._tokens(file, today or b""))
        except BrokenConfiguration:  # what cannot be read is restored as it was
            return old
        edits = [Set(path, now[path]) for path, token in before.items() if now.get(path, token) != token]
        return edit(old, edits, file=file) if edits else old

    def _tokens(self, file: str, raw: bytes) -> Iterator[tuple[KeyPath, str]]:
        documents = load_all(raw, file)
        for number, tree in enumerate(documents, 1):
            named = number if len(documents) > 1 else 0
            for keys, value in walk(tree):
                if is_token(value):
                    yield KeyPath(own_path(tree, keys, self._rules), named), str(value)


def _keeping(old: object, today: object) -> object:
    """Give the old value with today's tokens where something is sealed now and was sealed then."""
    if is_token(old) and is_token(today):
        return today
    if isinstance(old, dict) and isinstance(today, dict):
        return {key: _keeping(value, today.get(key)) for key, value in old.items()}
    if isinstance(old, list) and isinstance(today, list) and len(old) == len(today):
        return [_keeping(value, now) for value, now in zip(old, today, strict=True)]
    return old


def _own(file: str, path: KeyPath, raw: bytes | None) -> tuple[object, ...]:
    """Give a file's own value at a path, in a tuple; empty where it has none."""
    documents = load_all(raw, file) if raw is not None else []
    number = max(path.document, 1)
    if len(documents) < number or (len(documents) > 1 and not path.document):
        return ()
    try:
        return (value_at(documents[number - 1], path.resolve(documents[number - 1])),)
    except UnknownPath:
        return ()


def _contents(project: Project, snapshot: Snapshot, document: str) -> dict[Layer, bytes]:
    layers = [layer for layer in project.every_layer(snapshot) if layer.document == document]
    raws = snapshot.read_many([layer.file for layer in layers])
    return {layer: raws[layer.file] for layer in layers}


def _place(project: Project, document: str, layer: Layer) -> str:
    """Give the file that holds a layer today, which is another one where the layout changed."""
    if project.layout.read(layer.file) == layer:
        return layer.file
    chain = (layer.environment,) if layer.environment else ()
    for each in project.layout.candidates(document, chain, dict(layer.variables)):
        if _role(each) == _role(layer) and project.layout.read(each.file) == each:
            return each.file
    hint = "restore gmconfig.yaml of that version first, or name one key with --path"
    raise Refused(f'"{layer.file}" of that version ({layer.name}) has no place in today\'s layout', hint=hint)


def _place_or_own(project: Project, document: str, layer: Layer) -> str:
    """Give the file that a project maps a layer of today to; its own where it has no place there."""
    try:
        return _place(project, document, layer)
    except Refused:
        return layer.file


def _role(layer: Layer) -> tuple[object, ...]:
    return layer.environment, layer.variables, layer.kind
