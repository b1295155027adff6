"""Keys and passphrases of other tools, from where their users have them: the environment, files, a prompt."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gmconfig.errors import NotFound
from gmconfig.storage.given import read_given

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_SECONDS = 120


class KeyRing:
    """What this process was given: `files` come from the command line, and count before all others."""

    def __init__(
        self,
        environment: Mapping[str, str],
        files: Sequence[str] = (),
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self._environment = environment
        self._files = tuple(files)
        self._ask = ask

    def __repr__(self) -> str:
        return "KeyRing(…)"

    def age_identities(self) -> list[Any]:
        """Give the age identities, as sops finds them.

        Raises:
            NotFound: there is none.
        """
        found = [identity for text in self._age_texts() for identity in _age(text)]
        if not found:
            raise NotFound(
                "no age identity was found to open the file with",
                hint="set SOPS_AGE_KEY_FILE to its file, as for sops, or give --key-file FILE",
            )
        return found

    def vault_passwords(self) -> Iterator[bytes]:
        """Yield the passwords of ansible-vault; a person is asked last.

        Raises:
            NotFound: there is none, and nobody to ask.
        """
        given = [*self._files, *filter(None, [self._environment.get("ANSIBLE_VAULT_PASSWORD_FILE")])]
        listed = self._environment.get("ANSIBLE_VAULT_IDENTITY_LIST", "")
        given += [part.strip().rpartition("@")[2] for part in listed.split(",") if part.strip()]
        files = [name for name in given if name not in ("prompt", "prompt_ask_vault_pass")]
        yield from (_password(name) for name in files)
        if self._ask is not None:
            yield self._ask("ansible-vault password: ").encode()
        elif not files:
            raise NotFound(
                "no password of ansible-vault was found",
                hint="set ANSIBLE_VAULT_PASSWORD_FILE, as for ansible, or give --key-file FILE",
            )

    def eyaml_keys(self) -> tuple[Certificate, Any]:
        """Give hiera-eyaml's certificate and private key.

        Raises:
            NotFound: one of them is not there.
        """
        public, private = self._eyaml_texts()
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from cryptography.x509 import load_pem_x509_certificate

        try:
            return load_pem_x509_certificate(public), load_pem_private_key(private, None)
        except (ValueError, TypeError):
            raise NotFound("the keys of hiera-eyaml are not a PKCS7 pair in PEM", hint=_EYAML_HINT) from None

    def _age_texts(self) -> Iterator[str]:
        for file in self._files:
            yield _content(file)
        if text := self._environment.get("SOPS_AGE_KEY"):
            yield text
        for name in ("SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"):
            if given := self._environment.get(name):
                yield _content(given)
        if command := self._environment.get("SOPS_AGE_KEY_CMD"):
            yield _output(command, "SOPS_AGE_KEY_CMD")
        home = self._environment.get("HOME", "")
        base = self._environment.get("XDG_CONFIG_HOME") or f"{home}/.config"
        for file in (f"{base}/sops/age/keys.txt", f"{home}/.ssh/id_ed25519", f"{home}/.ssh/id_rsa"):
            if Path(file).is_file():
                yield _content(file)

    def _eyaml_texts(self) -> tuple[bytes, bytes]:
        settings = self._eyaml_settings()
        found = {}
        for half in ("public", "private"):
            variable = settings.get(f"pkcs7_{half}_key_env_var")
            mark = "CERTIFICATE" if half == "public" else "PRIVATE KEY"
            given = next((name for name in self._files if mark in _head(name)), "")
            file = given or settings.get(f"pkcs7_{half}_key") or f"keys/{half}_key.pkcs7.pem"
            if not given and variable and variable in self._environment:
                found[half] = self._environment[variable]
            elif Path(file).is_file():
                found[half] = _content(file)
            else:
                raise NotFound(f'the {half} key of hiera-eyaml is not at "{file}"', hint=_EYAML_HINT)
        return found["public"].encode(), found["private"].encode()

    def _eyaml_settings(self) -> dict[str, str]:
        """Give what eyaml's own configuration says, the user's before the machine's."""
        from gmconfig.storage.yaml import load

        home = self._environment.get("HOME", "")
        places = (
            self._environment.get("EYAML_CONFIG"),
            f"{home}/.eyaml/config.yaml",
            "/etc/eyaml/config.yaml",
        )
        for place in places:
            if place and Path(place).is_file():
                tree = load(Path(place).read_bytes(), place)
                return {str(k): str(v) for k, v in tree.items()} if isinstance(tree, dict) else {}
        return {}


_EYAML_HINT = "give both: --key-file public_key.pkcs7.pem --key-file private_key.pkcs7.pem"


def _age(text: str) -> Iterator[Any]:
    import pyrage

    if text.lstrip().startswith("-----BEGIN"):
        try:
            yield pyrage.ssh.Identity.from_buffer(text.encode())
        except pyrage.IdentityError:  # needs a passphrase: it is tried by nobody
            return
        return
    for line in text.split():
        if line.startswith("AGE-SECRET-KEY-1"):
            try:
                yield pyrage.x25519.Identity.from_str(line)
            except pyrage.IdentityError:
                raise NotFound("an age identity is damaged", hint="age-keygen makes whole ones") from None


def _password(file: str) -> bytes:
    """Give a password file's content, or what it prints where it is a program, as ansible has it."""
    path = Path(file).expanduser()
    if path.is_file() and os.access(path, os.X_OK):
        return _output(str(path.resolve()), file).strip().encode()
    return _content(file).strip().encode()


def _head(file: str) -> str:
    return _content(file)[:200]


def _content(file: str) -> str:
    try:
        return read_given(Path(file).expanduser()).decode()
    except (OSError, ValueError):
        raise NotFound(f'the key file "{file}" cannot be read') from None


def _output(command: str, name: str) -> str:
    import shlex
    import subprocess

    try:
        done = subprocess.run(
            shlex.split(command), stdout=subprocess.PIPE, check=True, timeout=_SECONDS, text=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        # The cause would hold what the command printed.
        raise NotFound(f"{name} failed", hint="run it by hand to see why") from None
    return done.stdout
