"""Sealed files as plain text for an editor, and back: what was not changed keeps its token.

In the plain text a sealed value carries the tag `!sealed` (a text) or `!sealed-json` (anything else, as JSON
in quotes), wherever it is moved to; removing the tag unseals it. Every `value:` of a named secret is sealed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.finding import Place
from gmconfig.path import Keys
from gmconfig.secret import plaintext
from gmconfig.secret.log.place import secret_context
from gmconfig.secret.named.store import FOLDER, VALUE, metadata_digest
from gmconfig.secret.token import Context, Sealed, is_token

if TYPE_CHECKING:
    from gmconfig.secret.file.draft import Draft
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.yaml import Node

TAG, JSON_TAG = "!sealed", "!sealed-json"

Contexts = Callable[[object, Keys, int], Context]
"""Gives what a path means, from the YAML document's tree, the path and the document's number (from 1)."""


def opened(vault: Vault, raw: bytes, file: str, context: Contexts) -> bytes:
    """Give a file's text with every sealed value in plain, tagged.

    Raises:
        AccessDenied: one of them cannot be opened.
    """
    found = list(scalars(raw, file))
    return _replaced(
        raw,
        file,
        [
            (node, _plain(vault.open(Sealed(node.text, context(tree, keys, number), file, keys))))
            for node, tree, keys, number in found
            if is_token(node.text)
        ],
    )


def sealed(draft: Draft, before: bytes | None, after: bytes, file: str, context: Contexts) -> bytes:
    """Give the edited text with its tagged values sealed again; `before` is the file as it stands.

    Raises:
        BrokenConfiguration: the text is not YAML, or a tag stands on something that it cannot mean.
    """
    old = _tokens(before, file, context)
    new = []
    for node, tree, keys, number in scalars(after, file):
        if not _is_secret(node, file, keys):
            continue
        place = context(tree, keys, number)
        metadata = metadata_digest(tree[keys[0]]) if place.document is None else None  # type: ignore[index]
        token = draft.seal(place, _meant(node, file), before=old.pop(place, None), metadata=metadata)
        new.append((node, token))
    for place, token in old.items():
        draft.drop(place, token)
    return _replaced(after, file, new)


def store_contexts(environment: str | None) -> Contexts:
    """Give what paths mean in a file of named secrets."""

    def context(tree: object, keys: Keys, number: int) -> Context:  # noqa: ARG001  # what all of them get
        name, *rest = keys
        if not isinstance(name, str) or rest != [VALUE]:
            return Context(None, environment, keys)
        return secret_context(name, environment)

    return context


def _is_secret(node: Node, file: str, keys: Keys) -> bool:
    if node.tag in (TAG, JSON_TAG):
        return True
    return file.startswith(FOLDER) and len(keys) == 2 and keys[1] == VALUE


def _tokens(raw: bytes | None, file: str, context: Contexts) -> dict[Context, Sealed]:
    found: dict[Context, Sealed] = {}
    for node, tree, keys, number in scalars(raw, file) if raw else ():
        if is_token(node.text):
            place = context(tree, keys, number)
            found[place] = Sealed(node.text, place, file, keys)
    return found


def scalars(raw: bytes, file: str) -> Iterator[tuple[Node, object, Keys, int]]:
    """Yield each scalar once, where it is written, with its YAML document's tree and number."""
    from gmconfig.storage.yaml import compose, construct

    for number, root in enumerate(compose(raw, file).documents, 1):
        nodes: list[tuple[Node, Keys]] = []

        def note(node: Node, keys: Keys, nodes: list[tuple[Node, Keys]] = nodes) -> object:
            nodes.append((node, keys))
            return node.value

        tree = construct(root, note, file=file)
        yield from ((node, tree, keys, number) for node, keys in nodes)


def _plain(value: object) -> str:
    """Write a value for the editor, on one line, so that it fits wherever the token stood."""
    if type(value) is str:
        return f"{TAG} {json.dumps(value, ensure_ascii=True)}"
    return f"{JSON_TAG} {json.dumps(plaintext.encode(value).decode(), ensure_ascii=True)}"


def _meant(node: Node, file: str) -> object:
    """Give the value that an edited node means; a complaint does not quote it."""
    if node.tag == TAG:
        return node.text
    if node.tag != JSON_TAG:
        return node.value
    try:
        return plaintext.decode(node.text.encode())
    except GmconfigError:
        place = Place(file, node.line, node.column)
        raise BrokenConfiguration(f"what {JSON_TAG} stands on is not JSON", place=place) from None


def _replaced(raw: bytes, file: str, texts: list[tuple[Node, str]]) -> bytes:
    """Put texts in the place of nodes, tags and anchors included; everything else stays byte for byte."""
    from gmconfig.storage.yaml import compose
    from gmconfig.storage.yaml.text import BOM

    text = compose(raw, file).text
    for node, new in sorted(texts, key=lambda pair: pair[0].start, reverse=True):
        anchor = f"&{node.anchor} " if node.anchor else ""
        end = len(text[: node.end].rstrip("\r\n"))  # a block scalar ends with its last line end
        text = text[: node.outer] + anchor + new + text[end:]
    return (BOM if raw.startswith(BOM) else b"") + text.encode()
