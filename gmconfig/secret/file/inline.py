"""Sealed values inside configuration files: seal one in place, unseal it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.path import KeyPath, Keys
from gmconfig.secret.token import Context, Sealed
from gmconfig.storage.change import YamlEdit

if TYPE_CHECKING:
    from gmconfig.secret.file.draft import Draft
    from gmconfig.storage.change import FileEdit

Edits = dict[str, "FileEdit"]


def seal(
    draft: Draft,
    value: object,
    context: Context,
    file: str,
    keys: Keys,
) -> Edits:
    """Seal a value where it stands in plain text.

    `keys` is where it is written, `context` what that place means.
    """
    from gmconfig.storage.yaml.edit import Set

    token = draft.seal(context, value)
    return {file: YamlEdit(file, (Set(KeyPath(keys, context.yaml_document), token, create=False),))}


def unseal(draft: Draft, sealed: Sealed) -> Edits:
    """Put a sealed value back in plain text.

    Raises:
        AccessDenied: the caller may not read it.
    """
    from gmconfig.storage.yaml.edit import Set

    value = draft.vault.open(sealed)
    draft.drop(sealed.context, sealed)
    return {sealed.file: YamlEdit(sealed.file, (Set(sealed.written_at, value, False),))}
