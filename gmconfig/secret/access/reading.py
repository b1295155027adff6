"""Reading `access.yaml`: members, roles, scopes and grants, every complaint with its place.

    members:
      alice: {age: age1…, verify: "ed25519:…"}
      bob: {ssh: ssh-ed25519 AAAA…}
    roles:
      operators: [alice, bob]
    scopes:
      default: []
      payments:
        - {secrets: ["stripe_*"], environments: [production]}
        - {document: billing, paths: ["**.card_key"]}
    grants:
      - {to: [operators], scopes: ["*"], may: [read, write, rotate, admin]}
    must_be_sealed:
      - {document: settings, paths: [database.password]}
    rotation:
      - {secrets: [db_password], environments: [production], run: [rotate-db, --role, app]}

The file holds no version and no signature, so it merges like any text; what counts is what an admin signed
into the log. Nothing in it depends on the order of its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from gmconfig.errors import BrokenConfiguration, GmconfigError, UsageError
from gmconfig.path import KeyPath, Keys, did_you_mean, format_keys
from gmconfig.project.names import HINT, is_name
from gmconfig.secret.access import rotation
from gmconfig.secret.access.policy import FILE, OPERATIONS, Grant, Member, Policy
from gmconfig.secret.access.rotation import Hook
from gmconfig.secret.access.rule import Rule
from gmconfig.secret.keyring import signature
from gmconfig.secret.keyring.passphrase import SealedSeed
from gmconfig.secret.token import is_scope

if TYPE_CHECKING:
    from gmconfig.finding import Place

_NOBODY = "take the name out of this grant, then: gmconfig secret verify"
_SECTIONS = ("members", "roles", "scopes", "grants", "must_be_sealed", "references", "rotation", "layout")
_KEYS = "age and verify, or ssh; their owner has both from gmconfig secret keygen"
_Item = TypeVar("_Item")
Placer = Callable[[Keys], "Place | None"]


def parse(tree: object, place: Placer = lambda _: None) -> Policy:
    """Read a policy's tree; `place` tells where a path of it stands in the file.

    Raises:
        BrokenConfiguration: something is missing, unknown or malformed.
    """
    return _Reader(place).policy(tree)


def parse_file(raw: bytes) -> Policy:
    """Read the file's bytes.

    Raises:
        BrokenConfiguration: it is no YAML, or something in it is missing, unknown or malformed.
    """
    from gmconfig.storage.yaml import load

    return parse(load(raw, FILE), _placer(raw))


def hooks(policy: Policy) -> tuple[Hook, ...]:
    """Give a policy's hooks that change secrets at their source."""
    return _Reader(lambda _: None).hooks(policy.tree)


def _placer(raw: bytes) -> Placer:
    """Find places in the file only when a complaint needs one."""

    def placed(keys: Keys) -> Place | None:
        from gmconfig.storage.yaml import compose, place

        return place(compose(raw, FILE), keys)

    return placed


class _Reader:
    """Walks the tree; every complaint names the place."""

    def __init__(self, place: Placer) -> None:
        self.place = place

    def policy(self, tree: object) -> Policy:
        sections = self.mapping(tree, ())
        for key in sections:
            if key not in _SECTIONS:
                hint = did_you_mean(key, _SECTIONS, f"known: {', '.join(_SECTIONS)}")
                raise self.complaint((key,), f'"{key}" is not a section of {FILE}', hint)
        self.plain(tree, ())
        members = self.each(sections, "members", self.member)
        roles = self.each(sections, "roles", self.names)
        self.hooks(sections)
        return Policy(
            sections,
            members=members,
            roles=roles,
            scopes=self.each(sections, "scopes", self.scope),
            grants=self.grants(sections, {*members, *roles}),
            must_be_sealed=self.rules(sections.get("must_be_sealed") or [], ("must_be_sealed",)),
        )

    def each(
        self, tree: Mapping[str, object], key: str, read: Callable[[object, Keys], _Item]
    ) -> dict[str, _Item]:
        section = self.mapping(tree.get(key) or {}, (key,))
        return {name: read(item, (key, name)) for name, item in section.items()}

    def member(self, tree: object, keys: Keys) -> Member:
        fields = self.mapping(tree or {}, keys)
        if not is_name(str(keys[-1])):
            raise self.complaint(keys, f'"{keys[-1]}" cannot name a member', HINT)
        for key in fields:
            if key not in ("age", "verify", "ssh", "passphrase"):
                raise self.complaint(
                    (*keys, key), f'"{key}" is not a kind of key', "age, verify, ssh, passphrase"
                )
        if "ssh" in fields:
            key = " ".join(self.text(fields["ssh"], (*keys, "ssh")).split()[:2])
            return Member(str(keys[-1]), key, self.verifier(key, (*keys, "ssh")))
        if not fields:
            return Member(str(keys[-1]))
        for key in ("age", "verify"):
            if key not in fields:
                raise self.complaint(keys, f'member "{keys[-1]}" has no "{key}"', _KEYS)
        recipient = self.text(fields["age"], (*keys, "age"))
        verifier = self.verifier(fields["verify"], (*keys, "verify"))
        return Member(str(keys[-1]), recipient, verifier, self.sealed_seed(fields, keys))

    def sealed_seed(self, fields: Mapping[str, object], keys: Keys) -> SealedSeed | None:
        if "passphrase" not in fields:
            return None
        keys = (*keys, "passphrase")
        try:
            return SealedSeed.from_tree(self.mapping(fields["passphrase"], keys))
        except (ValueError, KeyError) as error:
            raise self.complaint(keys, f"not a sealed seed: {error}") from None

    def verifier(self, value: object, keys: Keys) -> str:
        key = self.text(value, keys)
        if not signature.is_public_key(key):
            raise self.complaint(keys, f'"{key}" is not a public key that can prove signatures')
        return key

    def scope(self, tree: object, keys: Keys) -> tuple[Rule, ...]:
        if not is_scope(str(keys[-1])):
            raise self.complaint(
                keys, f'"{keys[-1]}" is not a scope\'s name', "lower case letters, digits, - and _"
            )
        return self.rules(tree or [], keys)

    def rules(self, tree: object, keys: Keys) -> tuple[Rule, ...]:
        return tuple(self.rule(item, (*keys, index)) for index, item in enumerate(self.sequence(tree, keys)))

    def rule(self, tree: object, keys: Keys) -> Rule:
        fields = self.mapping(tree, keys)
        for key in fields:
            if key not in ("document", "paths", "secrets", "environments"):
                hint = "document, paths, secrets, environments"
                raise self.complaint((*keys, key), f'"{key}" does not select anything', hint)
        lists = {
            key: tuple(sorted(self.names(fields[key], (*keys, key))))
            for key in ("paths", "secrets", "environments")
            if key in fields
        }
        document = self.text(fields["document"], (*keys, "document")) if "document" in fields else None
        try:
            paths = tuple(KeyPath.parse(path) for path in lists.get("paths", ()))
        except UsageError as error:
            raise self.complaint((*keys, "paths"), error.message, error.hint) from None
        return Rule(document, paths, lists.get("secrets", ()), lists.get("environments"))

    def grants(self, tree: Mapping[str, object], known: set[str]) -> tuple[Grant, ...]:
        items = self.sequence(tree.get("grants") or [], ("grants",))
        return tuple(self.grant(item, ("grants", index), known) for index, item in enumerate(items))

    def grant(self, tree: object, keys: Keys, known: set[str]) -> Grant:
        fields = self.mapping(tree, keys)
        if set(fields) != {"to", "scopes", "may"}:
            raise self.complaint(keys, 'a grant has exactly "to", "scopes" and "may"')
        to, scopes, may = (self.names(fields[key], (*keys, key)) for key in ("to", "scopes", "may"))
        for name in sorted(to - known):
            hint = did_you_mean(name, tuple(sorted(known)), _NOBODY)
            raise self.complaint((*keys, "to"), f'"{name}" is neither a member nor a role', hint)
        for name in sorted(may - set(OPERATIONS)):
            raise self.complaint((*keys, "may"), f'"{name}" is not an operation', ", ".join(OPERATIONS))
        return Grant(to, scopes, may)

    def hooks(self, sections: Mapping[str, object]) -> tuple[Hook, ...]:
        items = self.sequence(sections.get("rotation") or [], ("rotation",))
        return tuple(rotation.read(self, item, ("rotation", index)) for index, item in enumerate(items))

    def names(self, value: object, keys: Keys) -> frozenset[str]:
        items = [value] if isinstance(value, str) else self.sequence(value, keys)
        return frozenset(self.text(item, (*keys, index)) for index, item in enumerate(items))

    def text(self, value: object, keys: Keys) -> str:
        if not isinstance(value, str):
            raise self.expected("a text", keys)
        return value

    def mapping(self, value: object, keys: Keys) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self.expected("a map", keys)
        return value

    def sequence(self, value: object, keys: Keys) -> list[object]:
        if not isinstance(value, list):
            raise self.expected("a list", keys)
        return value

    def expected(self, what: str, keys: Keys) -> GmconfigError:
        return self.complaint(keys, f'"{format_keys(keys)}" has to be {what}' if keys else f"expected {what}")

    def plain(self, value: object, keys: Keys) -> None:
        """Refuse what has no canonical form."""
        if isinstance(value, dict):
            for key, item in value.items():
                self.plain(item, (*keys, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.plain(item, (*keys, index))
        elif not (
            value is None or isinstance(value, str | bool) or (isinstance(value, int) and abs(value) < 2**53)
        ):
            raise self.complaint(keys, "only text, whole numbers, booleans, lists and maps can be signed")

    def complaint(self, keys: Keys, message: str, hint: str | None = None) -> GmconfigError:
        where = self.place(keys)
        at = f"{FILE}: {format_keys(keys)}: " if keys and where is None else ""
        return BrokenConfiguration(f"{at}{message}", hint=hint, place=where)
