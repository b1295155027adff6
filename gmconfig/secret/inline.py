"""Sealed values inside configuration files: seal one in place, unseal it, move it with its list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gmconfig.path import KeyPath, Keys
from gmconfig.secret.token import Context, Sealed
from gmconfig.storage.change import YamlEdit

if TYPE_CHECKING:
    from gmconfig.secret.draft import Draft
    from gmconfig.storage.change import FileEdit

Edits = dict[str, "FileEdit"]


def seal(
    draft: Draft,
    value: object,
    context: Context,
    file: str,
    keys: Keys,
    *,
    before: Sealed | None = None,
    create: bool = True,
) -> Edits:
    """Put a value, sealed, at a path of a file; the same value again changes nothing.

    `keys` is where it is written, `context` what that place means; `before` is the token there now.
    """
    from gmconfig.storage.yaml.edit import Set

    token = draft.seal(context, value, before=before)
    if before is not None and token == str(before):
        return {}
    return {file: YamlEdit(file, (Set(_path(context, keys), token, create),))}


def unseal(draft: Draft, sealed: Sealed) -> Edits:
    """Put a sealed value back in plain text.

    Raises:
        AccessDenied: the caller may not read it.
    """
    from gmconfig.storage.yaml.edit import Set

    value = draft.vault.open(sealed)
    draft.drop(sealed.context, sealed)
    return {sealed.file: YamlEdit(sealed.file, (Set(_path(sealed.context, sealed.keys), value, False),))}


def remove(draft: Draft, sealed: Sequence[Sealed]) -> None:
    """Log that sealed values go away with an edit that somebody else makes (`config unset`, a list edit)."""
    for one in sealed:
        draft.drop(one.context, one)


def shift(draft: Draft, moved: Sequence[tuple[Sealed, Context]]) -> dict[Sealed, str]:
    """Seal values for new places, as an edit of their list moves them; gives the new token of each."""
    opened = [(sealed, context, draft.vault.open(sealed)) for sealed, context in moved]
    taken = {context for _, context, _ in opened}
    for sealed, _, _ in opened:
        if sealed.context not in taken:
            draft.drop(sealed.context, sealed)
    return {sealed: draft.seal(context, value, same_as=sealed) for sealed, context, value in opened}


def _path(context: Context, keys: Keys) -> KeyPath:
    return KeyPath(keys, context.yaml_document if context.yaml_document != 1 else 0)
