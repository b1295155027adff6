"""Sealed values that somebody copied, or changed, without the tool that seals them."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def gmconfig(folder: Path, *args: str, stdin: str = "", code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gmconfig", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_token_that_was_copied_or_changed_is_found_where_it_stands(repo: Path):
    gmconfig(repo, "init")
    gmconfig(
        repo, "config", "set", "settings", "password", "-", "--secret", "--create", stdin="hunter2-hunter2"
    )
    assert "1 value not checked" in gmconfig(repo, "validate")
    line = re.search("password: gm1.*", (repo / "config/settings.yaml").read_text())[0]
    overlay = repo / "config/environments/staging.yaml"
    overlay.parent.mkdir(parents=True, exist_ok=True)
    overlay.write_text(line + "\n")
    said = gmconfig(repo, "validate", code=1)
    assert (
        "config/environments/staging.yaml:1:11: error: secret: this sealed value belongs to settings: password"
        in said
    )
    overlay.write_text(line[:-6] + "AAAAA=\n")
    assert "no signed event covers this sealed value" in gmconfig(repo, "validate", code=1)
    overlay.unlink()
    gmconfig(repo, "validate")
    assert "hunter2" not in said
