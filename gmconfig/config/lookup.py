"""What placeholders and sealed values stand for: open (this process has a say) or closed (the repository)."""

from __future__ import annotations

from gmconfig.config.placeholder import Unknown
from gmconfig.errors import AccessDenied
from gmconfig.path import scalar_text
from gmconfig.secret.token import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from gmconfig.project import Project
    from gmconfig.secret.token import Sealed

    class Opener(Protocol):
        """Who opens sealed values: `gmconfig.secret`'s vault."""

        def open(self, sealed: Sealed) -> object:
            """Give the plain value."""

        def named(self, name: str, environment: str | None) -> Sealed:
            """Give a named secret's token as an environment sees it."""


class Lookup:
    """What names stand for, in order: the process's environment (open only), then declared variables.

    Without a vault, or (`tolerant`) where it has no key, a sealed value is unknown.
    """

    __slots__ = ("environ", "tolerant", "variables", "vault")

    def __init__(
        self,
        variables: Mapping[str, str],
        environ: Mapping[str, str] | None = None,
        vault: Opener | None = None,
        *,
        tolerant: bool = False,
    ) -> None:
        self.variables = variables
        self.environ = environ
        self.vault = vault
        self.tolerant = tolerant

    def variable(self, name: str) -> str | None:
        """Give a variable's text; None where nothing declares it."""
        if self.environ is not None and name in self.environ:
            return self.environ[name]
        return self.variables.get(name)

    def opened(self, sealed: Sealed) -> Secret | Unknown:
        """Open a sealed value.

        Raises:
            AccessDenied: the vault has no key for it, or it does not belong where it stands.
        """
        if self.vault is None:
            return Unknown("sealed", str(sealed))
        try:
            value = self.vault.open(sealed)
        except AccessDenied:
            if self.tolerant:
                return Unknown("sealed", str(sealed))
            raise
        return value if isinstance(value, Secret) else Secret(value)

    def opened_together(self, sealed: Sequence[Sealed]) -> list[Secret] | None:
        """Open many values at once; None where they are better opened one by one."""
        open_many = getattr(self.vault, "open_many", None)
        values = open_many(sealed) if open_many else None
        return None if values is None else [Secret(value) for value in values]

    def secret(self, name: str, environment: str | None) -> Secret | Unknown:
        """Give a named secret.

        Raises:
            Unresolved: no secret has that name in the environment.
            AccessDenied: the vault has no key for it.
        """
        if self.vault is None:
            return Unknown("sealed", "${SECRET:" + name + "}")
        return self.opened(_found(self.vault, name, environment))


def _found(vault: Opener, name: str, environment: str | None) -> Sealed:
    """Find a named secret; any other error than that there is none is passed on."""
    from gmconfig.errors import NotFound, Unresolved

    try:
        return vault.named(name, environment)
    except NotFound as error:
        where = environment or "common"
        hint = f"gmconfig secret create {name}" + (f" -e {environment}" if environment else "")
        raise Unresolved(f'secret "{name}" does not exist in {where}', hint=hint) from error


def closed_lookup(
    project: Project,
    environment: str | None,
    vault: Opener | None = None,
    *,
    variables: Mapping[str, object] | None = None,
) -> Lookup:
    """Give what every machine sees alike: declared variables only; `variables` (a target's) win over them.

    Secrets that the vault has no key for are unknown: on another machine they may be known.
    """
    return Lookup(_declared(project, environment, variables), None, vault, tolerant=True)


def open_lookup(
    project: Project,
    environment: str | None,
    vault: Opener | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    tolerant: bool = False,
) -> Lookup:
    """Give what this process sees: its environment (or the one given), then declared variables."""
    if environ is None:
        import os

        environ = os.environ
    return Lookup(_declared(project, environment, None), environ, vault, tolerant=tolerant)


def _declared(
    project: Project, environment: str | None, variables: Mapping[str, object] | None
) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in project.chain(environment):
        found.update({key: scalar_text(value) for key, value in project.environments[name].variables.items()})
    found.update({key: scalar_text(value) for key, value in (variables or {}).items()})
    return found
