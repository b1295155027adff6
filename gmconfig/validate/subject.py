"""What a run of checks shares: the snapshot, its schemas, policies, names of secrets and today's date."""

from __future__ import annotations

from functools import cached_property

from gmconfig.errors import AccessDenied, BrokenConfiguration, NotFound
from gmconfig.validate.reading import Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.config.lookup import Lookup
    from gmconfig.path import Keys
    from gmconfig.project.project import Project
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.token import Sealed
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.validate.policy.load import Policies
    from gmconfig.validate.policy.rule import ComplianceRule
    from gmconfig.validate.schema.store import Schemas


class Subject:
    """One snapshot under check; everything is read when a check first asks for it.

    `files` are the snapshot's, with their content keys. `vault` tells where tokens belong (it opens nothing
    here); None leaves that unchecked.
    """

    def __init__(
        self,
        project: Project,
        snapshot: Snapshot,
        *,
        vault: Vault | None = None,
        rules: Iterable[ComplianceRule] = (),
        today: str = "",
    ) -> None:
        self.project = project
        self.snapshot = snapshot if isinstance(snapshot, Reading) else Reading(snapshot)
        self.files = self.snapshot.files()
        self.vault = vault
        self.today = today
        self._rules = tuple(rules)
        self.names = Names(self)
        self._lookups: dict[str | None, Lookup] = {}

    def lookup(self, environment: str | None) -> Lookup:
        """Give what every machine knows of an environment; opens nothing."""
        if environment not in self._lookups:
            from gmconfig.config.lookup import closed_lookup

            self._lookups[environment] = closed_lookup(self.project, environment, self.names)
        return self._lookups[environment]

    @cached_property
    def schemas(self) -> Schemas:
        """The snapshot's schemas."""
        from gmconfig.validate.schema.store import Schemas

        return Schemas(self)

    @cached_property
    def policies(self) -> Policies:
        """Rules and waivers: built in, of the snapshot, and given by the caller."""
        from gmconfig.validate.policy.load import read

        return read(self, self._rules)

    @property
    def access(self) -> Policy | None:
        """The access policy, if it says what must be sealed, or which scope a place is in."""
        found = self._access
        return None if isinstance(found, BrokenConfiguration) else found

    @property
    def broken_access(self) -> BrokenConfiguration | None:
        """What is wrong with the access policy."""
        found = self._access
        return found if isinstance(found, BrokenConfiguration) else None

    @cached_property
    def _access(self) -> Policy | BrokenConfiguration | None:
        if "access.yaml" not in self.files:
            return None
        from gmconfig.secret.access.reading import parse_file

        try:
            policy = parse_file(self.snapshot.read("access.yaml"))
        except BrokenConfiguration as error:
            return error
        return policy if policy.must_be_sealed or any(policy.scopes.values()) else None

    def must_be_sealed(self, document: str, environments: tuple[str, ...], keys: Keys, tree: object) -> bool:
        """Whether the policy wants the value at a path of a tree sealed, in one of these environments or the base."""
        if self.access is None:
            return False
        from gmconfig.secret.token import Context

        where: tuple[str | None, ...] = (*environments, None)
        return any(self.access.demands_sealing(Context(document, name, keys), keys, tree) for name in where)


class Names:
    """Which named secrets exist; opens nothing, so that every value of theirs stays unknown."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._known: dict[str, frozenset[str] | None] = {}

    def open(self, sealed: Sealed) -> object:  # noqa: ARG002  # as a vault is asked
        """Open nothing: what a check finds must not depend on who runs it."""
        raise AccessDenied("not opened here")

    def named(self, name: str, environment: str | None) -> Sealed:
        """Give something that does not open, if the secret exists.

        Raises:
            NotFound: no secret has that name there.
        """
        chain = self._subject.project.chain(environment)
        if not any(self._may_have(place, name) for place in (*reversed(chain), "common")):
            raise NotFound(f'no secret "{name}"')
        from gmconfig.secret.token import Context, Sealed

        return Sealed("", Context(None, environment, (name,)))

    def _may_have(self, place: str, name: str) -> bool:
        """Whether the file of one environment, or of `common`, has a name; one that is broken may have any."""
        if place not in self._known:
            names = self._read(f"secrets/{place}.yaml")
            self._known[place] = None if names is None else frozenset(names)
        known = self._known[place]
        return known is None or name in known

    def _read(self, file: str) -> Iterable[str] | None:
        """Give the names in a file; None where it cannot be read, which is a finding of its own."""
        if file not in self._subject.files:
            return ()
        from gmconfig.storage.yaml import load

        try:
            tree = load(self._subject.snapshot.read(file), file)
        except BrokenConfiguration:
            return None
        return tree if isinstance(tree, dict) else ()
