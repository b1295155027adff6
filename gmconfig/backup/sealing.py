"""Whom a backup is sealed to, and how it is opened again: age files, as secret keys are wrapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gmconfig.backup.stream import copied
from gmconfig.errors import AccessDenied, BrokenConfiguration, GmconfigError, NotFound, Refused

if TYPE_CHECKING:
    from gmconfig.backup.stream import Hashing, Source
    from gmconfig.project import Project
    from gmconfig.secret.access.policy import Member
    from gmconfig.secret.keyring.identity import Identity
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.secret.vault import Vault

_POLICY = "access.yaml"


def vault(project: Project, sources: Sources) -> Vault | None:
    """Give the vault of what is committed, whatever is being edited now; None where it has no access policy.

    A clone that trusts one gets its vault even if the policy is gone: that is refused when it is asked.
    """
    from gmconfig.secret.door import vault_of
    from gmconfig.secret.log.pin import pin_of

    tree = project.worktree() if project.repository.head() is None else project.snapshot("HEAD")
    return vault_of(project, tree, sources) if tree.exists(_POLICY) or pin_of(project) else None


def admins(opened: Vault | None) -> tuple[Member, ...]:
    """Give the admins whom a backup is sealed to, by the policy that was signed, whatever the file says.

    None where there is no policy: there are no secrets then that the backup could give away.

    Raises:
        Refused: the policy cannot be trusted, or none of its admins has keys.
    """
    if opened is None:
        return ()
    policy = opened.trust.policies[0]
    found = tuple(policy.members[name] for name in policy.admins() if policy.members[name].recipient)
    if not found:
        raise Refused(
            "no admin has keys, so nobody could open the backup", hint="gmconfig secret member list"
        )
    return found


def described(members: Sequence[Member]) -> tuple[Mapping[str, Any], ...]:
    """Give members as a manifest names them: public keys, and seeds that a passphrase opens."""
    return tuple(
        {
            "name": member.name,
            "recipient": member.recipient,
            "verifier": member.verifier,
            "passphrase": member.sealed_seed.tree() if member.sealed_seed else None,
        }
        for member in members
    )


def seal(source: Source, sink: Hashing, members: Sequence[Member]) -> None:
    """Write everything of a source, sealed to members; as it is where there are none."""
    if not members:
        copied(source, sink.write)
        return
    import pyrage

    both = _Remembering(source, sink)
    try:
        pyrage.encrypt_io(both, both, [_recipient(str(member.recipient)) for member in members])
    except (pyrage.EncryptError, pyrage.RecipientError) as error:
        raise both.trouble or _named(error) from None


class _Remembering:
    """Reads and writes for a library that gives only the words of what goes wrong meanwhile: this keeps it."""

    def __init__(self, source: Source, sink: Hashing) -> None:
        self._source, self._sink = source, sink
        self.trouble: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        with self._kept():
            return self._source.read(size)

    def write(self, content: bytes) -> int:
        with self._kept():
            return self._sink.write(content)

    def flush(self) -> None:
        with self._kept():
            self._sink.flush()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.trouble = error
            raise


def _named(error: Exception) -> BaseException:
    """Give what went wrong; an interruption may come before it can be kept."""
    if str(error).startswith(KeyboardInterrupt.__name__):
        return KeyboardInterrupt()
    return GmconfigError("the backup could not be sealed to the admins of access.yaml")


def opened(raw: bytes, identity: Identity | None) -> bytes:
    """Open what was sealed; what was not is given as it is (no identity is asked for it then).

    Raises:
        AccessDenied: it was sealed to others, or was changed.
    """
    return raw if identity is None else identity.unwrap(raw)


def opener(sealed_to: Sequence[Mapping[str, Any]], sources: Sources) -> Identity | None:
    """Give the identity at hand that opens a backup; None where it is not sealed.

    Raises:
        AccessDenied: there is none among those that it is sealed to.
    """
    if not sealed_to:
        return None
    from gmconfig.secret.keyring.sources import find

    members = {str(one["name"]): _member(one) for one in sealed_to}
    names = ", ".join(sorted(members))
    try:
        held = find(sources, members)
    except NotFound:
        raise _locked(names) from None
    if held.member is None:
        raise _locked(names)
    return held.identity


def _locked(names: str) -> AccessDenied:
    return AccessDenied(
        f"this backup is sealed to {names}, and no identity of theirs is at hand",
        hint="give one in GMCONFIG_IDENTITY_FILE",
    )


def _member(tree: Mapping[str, Any]) -> Member:
    from gmconfig.secret.access.policy import Member
    from gmconfig.secret.keyring.passphrase import SealedSeed

    try:
        seed = SealedSeed.from_tree(tree["passphrase"]) if tree.get("passphrase") else None
        return Member(str(tree["name"]), str(tree["recipient"]), str(tree["verifier"]), seed)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BrokenConfiguration("the backup's manifest names keys that are none") from None


def _recipient(text: str) -> Any:
    import pyrage

    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError:
        raise BrokenConfiguration(f'"{text}" is not a public key that age knows') from None
