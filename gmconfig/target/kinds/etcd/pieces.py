"""Files as keys and back: a key a file, or a key a value of a flat form. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from gmconfig.errors import BrokenConfiguration
from gmconfig.target.formats import About, Form


def is_split(form: Form, layout: str) -> bool:
    """Whether values get keys of their own."""
    return layout != "document" and form.is_flat


def pieces_of(files: Mapping[str, bytes], form: Form, layout: str) -> dict[str, bytes]:
    """Give the keys (below the prefix) that files become: `settings/database/host` for each value of a flat form."""
    found: dict[str, bytes] = {}
    for name, content in files.items():
        if not is_split(form, layout) or not name.endswith(form.extension):
            found[name] = content
            continue
        document, tree = name.removesuffix(form.extension), form.read(content)
        assert isinstance(tree, dict)  # noqa: S101  # a flat form is names and texts
        for path, text in tree.items():
            found[f"{document}/{_key(path, form)}"] = str(text).encode("utf-8", "surrogateescape")
    return found


def files_of(pieces: Mapping[str, bytes], form: Form, layout: str) -> dict[str, bytes]:
    """Give the files that keys stand for; values are in the order of their names."""
    if not is_split(form, layout):
        return dict(pieces)
    files: dict[str, bytes] = {}
    trees: dict[str, dict[str, str]] = {}
    for name in sorted(pieces):
        document, slash, key = name.partition("/")
        if slash:
            text = pieces[name].decode("utf-8", "surrogateescape")
            trees.setdefault(document, {})[_path(key, form)] = text
        else:
            files[name] = pieces[name]
    for document, tree in trees.items():
        files[document + form.extension] = _written(form, document, tree)
    return files


def _written(form: Form, document: str, tree: Mapping[str, str]) -> bytes:
    try:
        return form.render(dict(tree), About(document))
    except BrokenConfiguration:  # somebody put two keys there that would be one name
        return b"".join(f"{name}\n".encode("utf-8", "surrogateescape") for name in tree)


def _key(path: str, form: Form) -> str:
    """Write a path with slashes; one that is in it already is escaped."""
    escaped = path.replace("%", "%25").replace("/", "%2F")
    return escaped.replace(".", "/") if form.name == "properties" else escaped


def _path(key: str, form: Form) -> str:
    plain = key.replace("/", ".") if form.name == "properties" else key
    return plain.replace("%2F", "/").replace("%25", "%")
