"""Comparing the secrets of two environments or revisions: whether they are the same, never what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.api.access.answers import SecretDifference
from gmconfig.api.secret.inventory import inline_values
from gmconfig.errors import GmconfigError
from gmconfig.path import KeyPath
from gmconfig.secret import plaintext, seal
from gmconfig.secret.token import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.token import Sealed, Token
    from gmconfig.secret.vault import Vault

Side = dict[str, tuple["Sealed | None", "Mapping[str, Any]"]]


def diff(workspace: Workspace, left: str, right: str) -> tuple[SecretDifference, ...]:
    """Compare what two sides hold by name; values that cannot be opened are compared as far as tokens tell.

    Raises:
        UnknownVersion: a side is neither an environment nor a revision.
    """
    vaults, sides = zip(*(_side(workspace, text) for text in (left, right)), strict=True)
    names = sorted({*sides[0], *sides[1]})
    opener = _Opener(workspace.vault(workspace.project.worktree()), vaults)
    found = (_one(name, opener, sides[0].get(name), sides[1].get(name)) for name in names)
    return tuple(one for one in found if one is not None)


def _side(workspace: Workspace, text: str) -> tuple[Vault, Side]:
    """Read `production`, `HEAD~3` or `production@HEAD~3`."""
    project = workspace.project
    name, at, revision = text.partition("@")
    if text in project.environments or (at and name in project.environments):
        snapshot = project.snapshot(revision if at and text not in project.environments else None)
        environment: str | None = text if text in project.environments else name
    else:
        snapshot, environment = project.snapshot(project.repository.resolve(text)), workspace.environment
    vault = workspace.vault(snapshot)
    return vault, {
        **dict(_inline(workspace, vault, environment)),
        **dict(_named(vault, workspace, environment)),
    }


def _named(
    vault: Vault, workspace: Workspace, environment: str | None
) -> Iterator[tuple[str, tuple[Sealed | None, Mapping[str, Any]]]]:
    for place in (None, *workspace.project.chain(environment)):
        for name, found in vault.secrets(place).items():
            yield name, (found.sealed, found.metadata)


def _inline(
    workspace: Workspace, vault: Vault, environment: str | None
) -> Iterator[tuple[str, tuple[Sealed | None, Mapping[str, Any]]]]:
    chain = (None, *workspace.project.chain(environment))
    found = [
        one for one in inline_values(workspace.project, vault.snapshot) if one.context.environment in chain
    ]
    for one in sorted(found, key=lambda one: chain.index(one.context.environment)):
        variables = "".join(f", {name}={value}" for name, value in one.context.variables)
        yield f"{one.context.document}: {KeyPath(one.context.path)}{variables}", (one, {})


def _one(
    name: str,
    opener: _Opener,
    before: tuple[Sealed | None, Mapping[str, Any]] | None,
    after: tuple[Sealed | None, Mapping[str, Any]] | None,
) -> SecretDifference | None:
    if before is None or after is None:
        return SecretDifference(name, "-" if after is None else "+")
    metadata = ", ".join(
        key for key in sorted({*before[1], *after[1]}) if before[1].get(key) != after[1].get(key)
    )
    kind = _compared(opener, before[0], after[0])
    if kind == "=":
        return SecretDifference(name, "=", f"{metadata} differs") if metadata else None
    detail = "different secrets" if kind == "~" else "cannot be compared without the key"
    return SecretDifference(name, kind, f"{detail}; {metadata} differs" if metadata else detail)


def _compared(opener: _Opener, before: Sealed | None, after: Sealed | None) -> str:
    if before is not None and before == after and before.context == after.context:
        return "="
    if before is None or after is None:
        return "?"
    try:
        left, right = opener.opened(before), opener.opened(after)
    except GmconfigError:
        return "?"
    return "=" if left == right else "~"


class _Opener:
    """Opens values of any revision: history's keys are retired by now, but may be wrapped for who asks."""

    def __init__(self, now: Vault, vaults: tuple[Vault, ...]) -> None:
        self.vaults = (now, *vaults)

    def opened(self, sealed: Sealed) -> bytes:
        """Give the plaintext as it was sealed, with whichever revision's wrapped key fits."""
        token = parse(sealed)
        for vault in self.vaults[:-1]:
            try:
                return self._with(vault, token, sealed)
            except GmconfigError:
                continue
        return self._with(self.vaults[-1], token, sealed)

    def _with(self, vault: Vault, token: Token, sealed: Sealed) -> bytes:
        return plaintext.encode(seal.open_token(token, vault.key(*token.key_name), sealed.context))
