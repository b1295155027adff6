"""A repository that came as an archive, with a configuration of its own for git: looking at it runs nothing of it."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

PROGRAMS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "diff.external",
    "diff.evil.textconv",
    "diff.evil.command",
    "merge.evil.driver",
    "gpg.program",
    "gpg.ssh.program",
    "credential.helper",
    "sequence.editor",
    "pager.log",
    "interactive.diffFilter",
    "uploadpack.packObjectsHook",
    "alias.rev-parse",
    "alias.cat-file",
)
LOOKING = (
    "config list",
    "config get settings database.pool -e production",
    "config history settings database.pool",
    "config explain settings database.pool",
    "config diff HEAD~1 HEAD",
    "config get settings --at HEAD~1",
    "config set settings database.pool 61 --dry-run",
    "validate",
    "validate --staged",
    "validate --at HEAD~1",
    "doctor",
    "secret list",
    "secret verify",
    "secret scan",
    "secret scan --staged",
    "flag list",
    "flag stale",
    "deploy plan production",
    "deploy status",
    "deploy apply production --dry-run",
    "deploy promote staging production --dry-run",
    "drift detect",
    "automation list",
    "backup list",
    "monitor alerts list --no-check",
)


@pytest.fixture
def armed(trading: Path, tmp_path: Path, git) -> Path:
    """The example with every setting of git's that names a program; gives the file that each would write.

    But for filters: what they make of a file is what git would commit, so whoever compares has to ask them.
    """
    mark = tmp_path / "mark"
    git("commit", "--allow-empty", "-qm", "another\n\nGmconfig-Promoted: staging")
    head, _, words = git("cat-file", "commit", "HEAD").partition("\n\n")
    seal = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    sealed = git("hash-object", "-t", "commit", "-w", "--stdin", input=f"{head}\n{seal}\n\n{words}\n")
    git("update-ref", "HEAD", sealed), git("config", "log.showSignature", "true")
    for name in PROGRAMS:
        git("config", name, f"{'!' * name.startswith('alias.')}sh -c 'echo {name} >> {mark}; cat' --")
    for name in ("pre-commit", "reference-transaction", "post-index-change", "post-checkout", "pre-auto-gc"):
        (trading / ".git/hooks" / name).write_text(f"#!/bin/sh\necho {name} >> {mark}\n")
        (trading / ".git/hooks" / name).chmod(0o755)
    (trading / ".git/info/attributes").write_text("* diff=evil merge=evil\n")
    (trading / ".gitattributes").write_text("* diff=evil merge=evil\n")
    os.utime(trading / "config/settings.yaml", (1, 1))
    return mark


def test_looking_runs_no_program_that_the_repository_names(cli, armed: Path):
    for number, line in enumerate(LOOKING):
        os.utime("config/settings.yaml", (number, number))  # git looks at it anew
        answer = cli(*line.split())
        assert not armed.exists(), f"{line}: {armed.read_text()}"
        assert answer.code in (0, 1, 3, 4), answer


@pytest.mark.parametrize(
    "plan",
    [
        {"files": [{"path": "OUT/new", "old": "0", "new": None}]},
        {"files": [{"path": "OUT/there", "old": None, "new": sha256(b"kept").hexdigest()}]},
        {"files": [{"path": "REPO/.git/hooks/pre-commit", "old": "0", "new": None}]},
        {"files": [{"path": "REPO/out/new", "old": "0", "new": None}]},
        {"files": [{"path": "REPO/a", "old": "../../../../secret", "new": None}]},
        {"files": [{"path": "../out/new", "old": "0", "new": None}, 7, {"path": 7, "old": {}, "new": []}]},
        {"preparing": ["OUT/there", 7, None], "made": ["OUT/empty", 7, "OUT"]},
        {"ref": "refs/heads/main", "commit": "HEAD", "index": [["a", 7, {}], 3, ["b", ["x"], [1, 2, 3, 4]]]},
        {"ref": ["x"], "commit": "--all", "files": {"a": 1}, "made": "OUT/empty", "preparing": {"OUT": 1}},
        [1],
    ],
    ids=str,
)
def test_a_commit_that_seems_cut_short_writes_nowhere_else(cli, trading: Path, tmp_path: Path, plan: object):
    out = tmp_path / "out"
    (out / "empty").mkdir(parents=True)
    (out / "there").write_text("kept")
    (out / ".there.x.gmconfig-tmp").write_text("kept")
    (trading / "out").symlink_to(out)
    (tmp_path / "secret").write_text("kept")
    record = trading / ".git/gmconfig/commit"
    record.mkdir(parents=True)
    (record / "0").write_text("evil")
    text = json.dumps(plan).replace("OUT", str(out)).replace("REPO", str(trading))
    (record / "plan.json").write_text(text)
    before = seen(out)
    cli("config", "list")
    cli("config", "get", "settings")
    assert seen(out) == before
    assert not (trading / ".git/hooks/pre-commit").exists()
    assert not (trading / "a").exists()


def seen(folder: Path) -> dict[str, bytes | None]:
    return {str(one): one.read_bytes() if one.is_file() else None for one in folder.rglob("*")}
