"""Who opens sealed values for a rendering: one gives tokens and needs no key, one gives what they hold."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, Refused
from gmconfig.path import walk
from gmconfig.secret.token import Sealed

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.secret.token import Context
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot


class Secrets:
    """The secrets of a snapshot, for rendering the same or an older one.

    An older configuration gets today's secrets: a value that was sealed at a place then is replaced by the
    one that is sealed there now.
    """

    def __init__(self, project: Project, snapshot: Snapshot, sources: Sources | None, *, older: bool) -> None:
        self._project = project.at(snapshot)
        self._snapshot = snapshot
        self._sources = sources
        self._older = older
        self._places: dict[tuple[str, str | None], dict[Context, Sealed]] = {}

    @cached_property
    def vault(self) -> Vault:
        """The vault; its libraries are loaded only where there are secrets."""
        from gmconfig.secret.door import vault_of

        return vault_of(self._project, self._snapshot, self._sources)

    def named(self, name: str, environment: str | None) -> Sealed:
        """Give a named secret's token as an environment sees it."""
        return self.vault.named(name, environment)

    def current(self, sealed: Sealed) -> Sealed:
        """Give the token that stands today where this one stood; itself where there is none."""
        if not self._older or sealed.context.document is None:
            return sealed
        return self._at(sealed.context).get(sealed.context, sealed)

    def _at(self, context: Context) -> dict[Context, Sealed]:
        from gmconfig.config.resolve import resolve
        from gmconfig.errors import NotFound

        document, environment = str(context.document), context.environment
        if (document, environment) not in self._places:
            try:
                resolved = resolve(self._project, self._snapshot, document, environment)
            except NotFound:
                resolved = None
            layers = resolved.layers if resolved else ()
            found = [leaf for layer in layers for _, leaf in walk(layer.tree) if isinstance(leaf, Sealed)]
            self._places[document, environment] = {leaf.context: leaf for leaf in found}
        return self._places[document, environment]


class Tokens:
    """Gives each sealed value's token; `seen` are those that were given."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self.seen: set[str] = set()

    def open(self, sealed: Sealed) -> object:
        """Give the token."""
        token = str(self._secrets.current(sealed))
        self.seen.add(token)
        return token

    def named(self, name: str, environment: str | None) -> Sealed:
        """Give a named secret's token as an environment sees it."""
        return self._secrets.named(name, environment)


class Values:
    """Gives what sealed values hold. A missing key is AccessDenied, which the look-up takes for an unknown value."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def open(self, sealed: Sealed) -> object:
        """Open a value.

        Raises:
            AccessDenied: no key is at hand.
            Refused: it was forged, replayed or moved, whoever asks.
        """
        current, vault = self._secrets.current(sealed), self._secrets.vault
        try:
            vault.check(current)
        except AccessDenied as error:
            raise Refused(error.message, hint=error.hint, place=error.place) from error
        if not vault.may_read(current):
            raise AccessDenied("no key for this value is at hand", hint="gmconfig doctor")
        return vault.open(current)

    def named(self, name: str, environment: str | None) -> Sealed:
        """Give a named secret's token as an environment sees it."""
        return self._secrets.named(name, environment)
