"""The trading example as a real repository, for tests: `trading` as it is shipped, with and without secrets."""

import shutil
import subprocess
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "trading"


def make(folder: Path) -> Path:
    """Copy the example into a folder and commit it, as a team would that begins with gmconfig."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "the trading system"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    return folder


def founded(folder: Path) -> Path:
    """Make the example with an identity, an access policy and its two secrets."""
    from gmconfig import SecretsManager
    from gmconfig.api import How, start

    make(folder)
    start(folder, how=How())
    secrets = SecretsManager(root=folder)
    secrets.create_secret("db_password", "correct-horse-battery", "password", "Database password")
    secrets.create_secret("jwt_secret", "0123456789abcdef0123456789abcdef", "token", "Signs sessions")
    return folder
