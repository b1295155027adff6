"""The trading example as a real repository, for tests: `trading` as it is shipped, with and without secrets."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "trading"
_IDENTITY = ".config/gmconfig/identity"


def make(folder: Path) -> Path:
    """Copy the example into a folder and commit it, as a team would that begins with gmconfig."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "the trading system"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    return folder


def founded(folder: Path) -> Path:
    """Make the example with an identity, an access policy and its two secrets."""
    template = _template()
    shutil.copytree(template / "repo", folder, dirs_exist_ok=True)
    identity = Path(os.environ["HOME"], _IDENTITY)
    identity.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(template / "identity", identity)
    # The copies are other files than those that the index knows.
    subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=folder, check=False, capture_output=True)
    return folder


@cache
def _template() -> Path:
    """Found the repository once a process; every test works on a copy of its own."""
    from gmconfig import SecretsManager
    from gmconfig.api import How, start

    template = Path(tempfile.mkdtemp(prefix="gmconfig-tests-"))
    folder = make(template / "repo")
    start(folder, how=How())
    secrets = SecretsManager(root=folder)
    secrets.create_secret("db_password", "correct-horse-battery", "password", "Database password")
    secrets.create_secret("jwt_secret", "0123456789abcdef0123456789abcdef", "token", "Signs sessions")
    shutil.copy(Path(os.environ["HOME"], _IDENTITY), template / "identity")
    return template
