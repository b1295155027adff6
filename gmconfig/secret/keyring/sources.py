"""Where identities come from: the first source that has one is used, and `describe` says which that is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import AccessDenied, GmconfigError, NotFound, shell_word
from gmconfig.secret.access.policy import Member
from gmconfig.secret.keyring.identity import Identity, SeedIdentity, generate, parse
from gmconfig.storage.given import read_given

if TYPE_CHECKING:
    from pathlib import Path

KEYGEN = "make one: gmconfig secret keygen"
_COMMAND_SECONDS = 120


class Sources:
    """What a process was given: its environment, `--identity FILE`, and a way to ask for a passphrase.

    `ask` gets the question and gives the answer; None where nobody can be asked.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        identity: str | None = None,
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self.environment = environment
        self.identity = identity
        self.ask = ask

    def __repr__(self) -> str:
        return "Sources(…)"

    @property
    def own_file(self) -> Path | None:
        """The user's identity file, whether it exists or not; None without a home."""
        from pathlib import Path

        return Path(self.own_path) if self.own_path else None

    @property
    def own_path(self) -> str | None:
        """The path of the user's identity file; None without a home."""
        base = self.environment.get("XDG_CONFIG_HOME") or ""
        if base.startswith("/"):
            return os.path.join(base, "gmconfig", "identity")
        home = self.environment.get("HOME")
        return os.path.join(home, ".config", "gmconfig", "identity") if home else None

    @property
    def is_given(self) -> bool:
        """Whether this very process was given an identity, so that nothing is kept outside the repository."""
        names = ("IDENTITY", "IDENTITY_FILE", "IDENTITY_COMMAND", "PASSPHRASE", "PASSPHRASE_FILE")
        return bool(self.identity) or any(self.environment.get(f"GMCONFIG_{name}") for name in names)


class Held(NamedTuple):
    """An identity together with the member whom it belongs to; `member` is None for a stranger's."""

    identity: Identity
    member: str | None


def find(sources: Sources, members: Mapping[str, Member]) -> Held:
    """Give the first identity that is there.

    Raises:
        NotFound: there is none.
        BrokenConfiguration: a source holds something else.
        AccessDenied: the passphrase does not fit any member.
    """
    held = _given(sources, members) or _kept(sources, members)
    if held is None:
        raise NotFound("no identity was found: nothing sealed can be opened or written", hint=KEYGEN)
    return held


def seed(sources: Sources) -> SeedIdentity | None:
    """Give the identity that comes as a seed, without asking who is a member; None where none does."""
    text = sources.environment.get("GMCONFIG_IDENTITY")
    if sources.identity:
        if _is_ssh(sources.identity):
            return None
        return parse(_identity_in(sources.identity), sources.identity)
    if text:
        return parse(text, "GMCONFIG_IDENTITY")
    if path := sources.environment.get("GMCONFIG_IDENTITY_FILE"):
        return parse(_identity_in(path, "GMCONFIG_IDENTITY_FILE"), f"GMCONFIG_IDENTITY_FILE ({path})")
    if command := sources.environment.get("GMCONFIG_IDENTITY_COMMAND"):
        return parse(_output(command), "the output of GMCONFIG_IDENTITY_COMMAND")
    return None


def own(sources: Sources) -> SeedIdentity | None:
    """Give the identity of the user's configuration folder; None where there is none."""
    path = sources.own_path
    return parse(_identity_in(path), path) if path and os.path.isfile(path) else None


def required_path(sources: Sources) -> str:
    """Give the path of the user's identity file, whether it exists or not.

    Raises:
        NotFound: there is no home to keep it in.
    """
    if sources.own_path is None:
        home = os.path.expanduser("~")  # asks the password database where HOME is unset
        other = "set HOME or XDG_CONFIG_HOME, or give one in GMCONFIG_IDENTITY"
        hint = f"export HOME={shell_word(home)}" if os.path.isdir(home) else other
        raise NotFound("there is no folder to keep an identity in: HOME is not set", hint=hint)
    return sources.own_path


def keep(sources: Sources, identity: SeedIdentity | None = None) -> SeedIdentity:
    """Make an identity (or take the given one) and keep it in the user's configuration folder, mode 0600.

    Raises:
        Refused: there is one already.
        NotFound: there is no home to keep it in.
    """
    from pathlib import Path

    from gmconfig.errors import Refused
    from gmconfig.storage.files import write_private

    path = Path(required_path(sources))
    if path.exists():
        hint = "gmconfig doctor says whose it is; gmconfig secret keygen --file FILE makes another one"
        raise Refused(f"{path} exists: an identity is never overwritten", hint=hint)
    identity = identity or generate(str(path))
    write_private(str(path), file_text(identity).encode())
    return identity


def file_text(identity: SeedIdentity) -> str:
    """Write an identity as a file holds it."""
    head = "# gmconfig identity: whoever has this can read and sign as you. Never commit it.\n"
    return f"{head}# age {identity.recipient}\n# verify {identity.verifier}\n{identity.text()}\n"


def passphrase_of(sources: Sources) -> tuple[str, str] | None:
    """Give the passphrase that the environment holds and where it was; None where there is none."""
    if text := sources.environment.get("GMCONFIG_PASSPHRASE"):
        return text, "GMCONFIG_PASSPHRASE"
    if path := sources.environment.get("GMCONFIG_PASSPHRASE_FILE"):
        return _content(path, "the file of GMCONFIG_PASSPHRASE_FILE").rstrip(
            "\r\n"
        ), "GMCONFIG_PASSPHRASE_FILE"
    return None


def describe(sources: Sources, members: Mapping[str, Member]) -> str:
    """Say which source is used and who that is, without any secret; for people."""
    try:
        held = find(sources, members)
    except GmconfigError as error:
        return error.message
    who = f'member "{held.member}"' if held.member else "no member of access.yaml"
    return f"{held.identity.source}: {who}"


def given(sources: Sources) -> Identity | None:
    """Give the identity that this process was given by itself, not through a passphrase; None without one."""
    if sources.identity and _is_ssh(sources.identity):
        from pathlib import Path

        from gmconfig.secret.keyring import ssh

        return ssh.load(Path(sources.identity), sources.ask)
    return seed(sources)


def _is_ssh(path: str) -> bool:
    from pathlib import Path

    from gmconfig.secret.keyring import ssh

    return ssh.is_private_key(Path(path))


def _given(sources: Sources, members: Mapping[str, Member]) -> Held | None:
    if found := given(sources):
        return _member(found, members)
    if spoken := passphrase_of(sources):
        return _unlocked(*spoken, members)
    return None


def _kept(sources: Sources, members: Mapping[str, Member]) -> Held | None:
    kept = own(sources)
    held = _member(kept, members) if kept else None
    if held and held.member:
        return held
    return next(_ssh(sources, members), None) or _asked(sources, members) or held


def _ssh(sources: Sources, members: Mapping[str, Member]) -> Iterator[Held]:
    """Yield the user's SSH keys that are members; only those are loaded, and their passphrases asked for."""
    from pathlib import Path

    from gmconfig.secret.keyring import ssh

    home = sources.environment.get("HOME")
    for name in ("id_ed25519", "id_rsa") if home else ():
        path = Path(str(home)) / ".ssh" / name
        public = ssh.public_half(path)
        member = next((member for member in members.values() if public and member.verifier == public), None)
        if member:
            yield Held(ssh.load(path, sources.ask), member.name)


def _asked(sources: Sources, members: Mapping[str, Member]) -> Held | None:
    """Ask for a passphrase, where a member has one and somebody can be asked."""
    if sources.ask is None or not any(member.sealed_seed for member in members.values()):
        return None
    return _unlocked(sources.ask("passphrase: "), "the prompt", members)


def _member(identity: Identity, members: Mapping[str, Member]) -> Held:
    verifier = identity.verifier
    return Held(identity, next((name for name, one in members.items() if one.verifier == verifier), None))


def _unlocked(text: str, source: str, members: Mapping[str, Member]) -> Held:
    from gmconfig.secret.keyring import passphrase

    for member in members.values():
        if member.sealed_seed is None:
            continue
        try:
            identity = passphrase.unlock(member.sealed_seed, text, source)
        except AccessDenied:
            continue
        if identity.verifier == member.verifier:
            return Held(identity, member.name)
    raise AccessDenied(f"the passphrase of {source} fits no member of access.yaml")


def _identity_in(path: str, source: str = "") -> str:
    """Read an identity file; who names one that is not there is told how it is made there."""
    what = f"the identity file of {source}" if source else "the identity file"
    return _content(path, what, f"{KEYGEN} --file {shell_word(path)}")


def _content(path: str, what: str, hint: str | None = None) -> str:
    try:
        return read_given(path).decode()
    except (OSError, ValueError):
        raise NotFound(
            f'{what} "{path}" cannot be read', hint=None if os.path.exists(path) else hint
        ) from None


def _output(command: str) -> str:
    import shlex
    import subprocess

    try:
        done = subprocess.run(
            shlex.split(command), stdout=subprocess.PIPE, check=True, timeout=_COMMAND_SECONDS, text=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        # The cause would hold what the command printed.
        raise NotFound("GMCONFIG_IDENTITY_COMMAND failed", hint="run it by hand to see why") from None
    return done.stdout
