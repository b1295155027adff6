"""Between configuration and environment variables: values to names, and `GMCONFIG__…` overrides back."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration, UsageError
from gmconfig.path import Keys, format_keys, scalar_text, value_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    TypesAt = Callable[[Keys], Collection[str] | None]

PREFIX = "GMCONFIG__"
_NUMBERS = frozenset(("integer", "number"))
_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def variable_name(keys: Keys) -> str:
    """Give the name of a value in an environment: `database.host` is `DATABASE_HOST`."""
    name = "_".join(_word(str(key)) for key in keys)
    return f"_{name}" if name[:1].isdigit() else name


def variables_of(tree: object) -> dict[str, str]:
    """Give a document as environment variables: every scalar by its path, lists (and empty maps) as JSON.

    Raises:
        BrokenConfiguration: two values would get one name, or one holds what no variable can.
    """
    found: dict[str, str] = {}
    sources: dict[str, Keys] = {}
    for keys, value in _entries(tree, ()):
        name = variable_name(keys)
        if name in found:
            both = f'"{format_keys(sources[name])}" and "{format_keys(keys)}"'
            raise BrokenConfiguration(
                f"{both} would both be {name}", hint="rename one of them, or take one with --only"
            )
        found[name], sources[name] = _text(value, keys), keys
    return found


def overridden(
    tree: object, environ: Mapping[str, str], types_at: TypesAt = lambda _: None
) -> tuple[object, dict[Keys, str]]:
    """Lay `GMCONFIG__DATABASE__HOST=…` over a tree, values read as YAML; says which paths came from where.

    A part of a name means the key that looks like it (`http-port` for HTTP_PORT), else a new key in lower
    case; in a list it is a position. The empty text stays a text, and so does a number that would print
    differently (1.10, 007) where neither a number stands nor the schema wants one.

    Args:
        tree: what is overridden.
        environ: the process's variables.
        types_at: gives the types that the schema allows at a path; None where it says nothing.

    Raises:
        UsageError: a value is not YAML, or a name means nothing here. The value is not repeated.
    """
    said: dict[Keys, str] = {}
    for name in sorted(name for name in environ if name.startswith(PREFIX)):
        parts = name.removeprefix(PREFIX).split("__")
        if not all(parts):
            raise UsageError(
                f'"{name}" names no path', hint=f"write {PREFIX}DATABASE__HOST for database.host"
            )
        text, value = environ[name], _value(name, environ[name])
        prints_otherwise = type(value) in (int, float) and scalar_text(value) != text
        new, keys = _laid(tree, parts, text if prints_otherwise else value, name)
        if prints_otherwise and (_is_number_at(tree, keys) or _NUMBERS.intersection(types_at(keys) or ())):
            new, keys = _laid(tree, parts, value, name)
        tree = new
        said.update(dict.fromkeys(_paths(value, keys), name))
    return tree, said


def _paths(value: object, keys: Keys) -> Iterator[Keys]:
    """Yield the path of a value that is laid over a tree, and of everything in it; null takes away."""
    yield keys
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*keys, key)) if inner is not None else ()
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*keys, index))


def _is_number_at(tree: object, keys: Keys) -> bool:
    try:
        return type(value_at(tree, keys)) in (int, float)
    except (LookupError, TypeError):
        return False


def _entries(tree: object, keys: Keys) -> Iterator[tuple[Keys, object]]:
    if isinstance(tree, dict) and (tree or not keys):
        for key, value in tree.items():
            yield from _entries(value, (*keys, key))
    else:
        yield keys or ("value",), tree


def _text(value: object, keys: Keys) -> str:
    text = json_text(value) if isinstance(value, dict | list) else "" if value is None else _scalar(value)
    if "\0" in text:
        raise BrokenConfiguration(f'"{format_keys(keys)}" holds a null byte, which no variable can')
    return text


def _scalar(value: object) -> str:
    if isinstance(value, bytes):
        from base64 import b64encode

        return b64encode(value).decode()
    return scalar_text(value)


def json_text(value: object) -> str:
    """Give a value as one line of JSON; binary as base64."""
    import json

    return json.dumps(value, ensure_ascii=False, default=_scalar)


def _word(key: str) -> str:
    upper = key.upper()
    return "".join(char if char in _WORD else "_" for char in upper)


def _value(name: str, text: str) -> object:
    from gmconfig.storage.yaml import load

    if not text:
        return text
    try:
        value = load(text.encode("utf-8", "surrogateescape"))
    except BrokenConfiguration as error:
        raise UsageError(f'the value of "{name}" is not YAML', hint="quote it for YAML") from error
    return _literal(value)


def _literal(value: object) -> object:
    """Keep what came from outside from being read as a placeholder or a token."""
    from gmconfig.config.placeholder import escaped

    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    return escaped(value) if isinstance(value, str) else value


def _laid(tree: object, parts: list[str], value: object, name: str) -> tuple[object, Keys]:
    """Give a new tree with the value in it, and its path."""
    from gmconfig.config.merge import patched

    if not parts:
        return patched(tree, value), ()
    if isinstance(tree, list):
        index = int(parts[0]) if parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 10 else -1
        if not 0 <= index < len(tree):
            raise UsageError(
                f'"{name}" means no item of a list of {len(tree)}', hint="items are counted from 0"
            )
        item, keys = _laid(tree[index], parts[1:], value, name)
        return [*tree[:index], item, *tree[index + 1 :]], (index, *keys)
    entries = dict(tree) if isinstance(tree, dict) else {}
    key = next((key for key in entries if _word(key) == _word(parts[0])), parts[0].lower())
    inner, keys = _laid(entries.get(key), parts[1:], value, name)
    if inner is None:
        entries.pop(key, None)
    else:
        entries[key] = inner
    return entries, (key, *keys)
