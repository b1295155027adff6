"""From a merged tree to values: placeholders substituted, sealed values opened, circles refused."""

from __future__ import annotations

from gmconfig.config.placeholder import CONFIG, SECRET, Reference, Unknown, parse, substitute
from gmconfig.config.schema.typed import typed
from gmconfig.errors import BrokenConfiguration, GmconfigError, UnknownPath, Unresolved
from gmconfig.path import KeyPath, Keys, format_keys, value_at
from gmconfig.secret.token import Sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.config.lookup import Lookup
    from gmconfig.config.resolve import Resolved

    Report = Callable[[Keys, GmconfigError], None]

DEEPEST = 50
MANY_SEALED = 2_000
LONGEST = 1_000_000
MOST = 100_000


class _Text(str):
    """A text whose type is settled: it came from another value, not from outside."""

    __slots__ = ()


class Evaluation:
    """One walk over one resolved document; with `report`, errors are told to it and the value is unknown.

    `keeps` says whether the document's placeholders stay as they are; None is what gmconfig.yaml says.
    """

    def __init__(
        self, resolved: Resolved, lookup: Lookup, report: Report | None = None, *, keeps: bool | None = None
    ) -> None:
        self.resolved = resolved
        self.lookup = lookup
        self.report = report
        declared = resolved.project.settings.keeps_placeholders(resolved.document)
        self.keeps = declared if keeps is None else keeps
        self.done: dict[Keys, object] = {}
        self.opened: dict[int, object] = {}
        self.active: list[tuple[str, Keys]] = []
        self.others: dict[str, Evaluation] = {resolved.document: self}
        self.expanded = [0]

    def tree(self) -> object:
        """Give the whole document's value."""
        return self.below(self.resolved.merged, ())

    def below(self, node: object, keys: Keys) -> object:
        """Give the value of one node of the merged tree."""
        sealed = _sealed_in(node)
        if len(sealed) >= MANY_SEALED and not self.report:
            values = self.lookup.opened_together(sealed)
            self.opened = dict(zip(map(id, sealed), values, strict=True)) if values else {}
        return self._node(node, keys)

    def _node(self, node: object, keys: Keys) -> object:
        if isinstance(node, dict):
            return {key: self._node(value, (*keys, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [self._node(value, (*keys, index)) for index, value in enumerate(node)]
        return self._leaf(node, keys) if isinstance(node, str) else node

    def _leaf(self, text: str, keys: Keys) -> object:
        sealed = isinstance(text, Sealed)
        if not sealed and self.keeps:
            return self._kept(text)
        if not sealed and ("${" not in text or hasattr(text, "tag")):
            return text  # what stands behind a tag, such as !Sub, belongs to whoever knows the tag
        if sealed and not self.active:
            if id(text) in self.opened:
                return self.opened[id(text)]
            try:  # it refers to nothing: ten thousand of them need no look for circles
                return self.lookup.opened(text)  # type: ignore[arg-type]  # it is sealed
            except GmconfigError:
                return self._guarded(text, keys)
        if keys not in self.done:
            self.done[keys] = self._guarded(text, keys)
        return self.done[keys]

    def _kept(self, text: str) -> object:
        """Leave a placeholder to whoever it belongs to; a check cannot know what becomes of it."""
        return Unknown("kept", text) if self.report and ("${" in text or "{{" in text) else text

    def _guarded(self, text: str, keys: Keys) -> object:
        self._enter(keys)
        try:
            return self._opened(text, keys)
        except GmconfigError as error:
            placed = self._placed(error, keys)
            if not self.report:
                raise placed from error
            self.report(keys, placed)
            return Unknown("unresolved", text)
        finally:
            self.active.pop()

    def _opened(self, text: str, keys: Keys) -> object:
        if isinstance(text, Sealed):
            return self.lookup.opened(text)
        parts = parse(text)
        value = substitute(parts, self._value)
        if isinstance(value, str) and len(value) > LONGEST:
            raise BrokenConfiguration(f"what stands here grows beyond {LONGEST:,} characters")
        whole = len(parts) == 1 and isinstance(parts[0], Reference)
        if not whole or type(value) is not str:
            return str(value) if isinstance(value, _Text) else value
        return typed(value, self.resolved.types_at(keys))

    def _value(self, reference: Reference, name: str) -> object | None:
        if reference.kind == SECRET:
            return self._secret(name)
        if reference.kind == CONFIG:
            value = self._config(name)
            return _Text(value) if type(value) is str else value
        value = self.lookup.variable(name)
        if value is None and reference.default is None:
            raise Unresolved(f'"{reference.text}" has neither a value nor a default', hint=self._hint(name))
        return value

    def _secret(self, name: str) -> object:
        return self.lookup.secret(name, self.resolved.environment)

    def _config(self, name: str) -> object:
        document, path = self._target(name)
        other = self._other(document)
        try:
            keys = KeyPath.parse(path).resolve(other.resolved.merged)
        except UnknownPath as error:
            hint = error.hint or self._of_another_document(path)
            raise Unresolved(f'"${{CONFIG:{name}}}": {error.message}', hint=hint) from error
        value = other._node(value_at(other.resolved.merged, keys), keys)
        self._count(value)
        return value

    def _of_another_document(self, path: str) -> str | None:
        """Say how another document's value is written, where a path begins with a document's name."""
        document, dot, rest = path.partition(".")
        known = self.resolved.project.documents(self.resolved.snapshot) if dot else ()
        return f'did you mean "${{CONFIG:{document}:{rest}}}"?' if document in known else None

    def _target(self, name: str) -> tuple[str, str]:
        """Split `billing:plans.basic`; a path whose key holds a colon is quoted."""
        document, colon, path = name.partition(":")
        if colon and '"' not in document and not document.startswith("#"):
            return document, path
        return self.resolved.document, name

    def _other(self, document: str) -> Evaluation:
        if document not in self.others:
            other = Evaluation(self.resolved.sibling(document), self.lookup)
            other.others, other.active, other.expanded = self.others, self.active, self.expanded
            self.others[document] = other
        return self.others[document]

    def _enter(self, keys: Keys) -> None:
        here = (self.resolved.document, keys)
        if here in self.active:
            way = [format_keys(at) for _, at in [*self.active[self.active.index(here) :], here]]
            raise Unresolved(
                f"placeholders go in a circle: {' → '.join(way)}", place=self.resolved.place(keys)
            )
        if len(self.active) >= DEEPEST:
            raise Unresolved(f"placeholders refer to each other more than {DEEPEST} deep")
        self.active.append(here)

    def _count(self, value: object) -> None:
        """Refuse what a few references to references would blow up to."""
        stack = [value]
        while stack:
            node = stack.pop()
            self.expanded[0] += 1
            if self.expanded[0] > MOST:
                raise BrokenConfiguration(f"references expand to more than {MOST:,} values")
            if isinstance(node, dict | list):
                stack.extend(node.values() if isinstance(node, dict) else node)

    def _placed(self, error: GmconfigError, keys: Keys) -> GmconfigError:
        if error.place is None:
            error.place = self.resolved.place(keys)
        return error

    def _hint(self, name: str) -> str:
        where = (
            f"{self.resolved.environment} under environments:"
            if self.resolved.environment
            else "an environment"
        )
        return f"set {name} in the variables: of {where} in gmconfig.yaml, or write a default: ${{{name}:…}}"


def _sealed_in(node: object) -> list[Sealed]:
    """Give the sealed values of a tree, in its order."""
    found: list[Sealed] = []
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        if isinstance(child, Sealed):
            found.append(child)
        elif isinstance(child, dict | list):
            found.extend(_sealed_in(child))
    return found
