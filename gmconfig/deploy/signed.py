"""Whether a commit is signed by somebody whom this machine's git trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import Refused

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository


def check_signed(repository: Repository, commit: str) -> None:
    """Refuse a commit without a good signature of a trusted key, be it OpenPGP, X.509 or ssh.

    Who is trusted is git's own matter: `gpg.ssh.allowedSignersFile`, or the keyring.

    Raises:
        Refused: it is not signed, or by nobody who is trusted.
    """
    done = repository.attempt("verify-commit", "--raw", "--end-of-options", commit)
    if done.returncode:
        signed = repository.attempt("log", "-1", "--format=%GK%GS", commit).stdout.strip()
        how = "is signed by nobody whom git trusts here" if signed or done.stderr.strip() else "is not signed"
        raise Refused(f"{commit[:7]} {how}", hint="git config gpg.ssh.allowedSignersFile, or gpg --import")
