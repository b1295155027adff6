"""The examples are run: the trading system validates, the CI files' commands work, pre-commit takes the hook."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gmconfig.__main__ import main
from tests.trading import founded

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ROOT = EXAMPLES.parent


@pytest.fixture
def trading(tmp_path, monkeypatch):
    folder = founded(tmp_path / "repo")
    monkeypatch.chdir(folder)
    return folder


def commands(tree: object) -> list[str]:
    """Give every gmconfig command of a CI file."""
    if isinstance(tree, dict):
        return [c for key, value in tree.items() for c in ([value] if key == "run" else commands(value))]
    if isinstance(tree, list):
        return [c for item in tree for c in ([item] if isinstance(item, str) else commands(item))]
    return []


@pytest.mark.parametrize("file", ["github-actions.yml", "gitlab-ci.yml"])
def test_the_commands_of_a_ci_file_work(trading, file, capsys):
    lines = [
        c for c in commands(yaml.safe_load((EXAMPLES / "ci" / file).read_text())) if c.startswith("gmconfig ")
    ]
    assert lines
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0, capsys.readouterr()
    for report in trading.glob("*.sarif"):
        assert '"version": "2.1.0"' in report.read_text()


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        (["--builtin-schema", "vendor.github-workflows"], "examples/*/github-*.yml"),
        (["--builtin-schema", "vendor.github-workflows"], ".github/workflows/*.yml"),
        (
            ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
            "examples/*/gitlab-*.yml",
        ),
        (["--check-metaschema"], "schemas/*.json"),
    ],
    ids=["GitHub", "our own", "GitLab", "schemas"],
)
def test_schemastore_takes(schema: list[str], files: str):
    """The forges' own schemas, as check-jsonschema ships them."""
    from check_jsonschema import main as check

    found = [str(path) for path in ROOT.glob(files)]
    if not found and files.startswith("."):
        pytest.skip("a source distribution has no workflows")
    assert found
    with pytest.raises(SystemExit) as ended:
        check([*schema, *found], prog_name="check-jsonschema")
    assert ended.value.code == 0


def test_no_workflow_uses_an_action_that_runners_no_longer_run():
    node24 = {"actions/checkout": 5, "actions/setup-python": 6, "github/codeql-action/upload-sarif": 4}
    for file in (*EXAMPLES.glob("*/github-*.yml"), *(ROOT / ".github/workflows").glob("*.yml")):
        for action, version in re.findall(r"uses: ([^@\s]+)@v(\d+)", file.read_text()):
            assert int(version) >= node24[action], (file, action)


def test_the_shipped_example_has_no_findings(trading, capsys):
    assert main(["validate"]) == 0
    assert capsys.readouterr().out.startswith("no findings")


def test_precommit_knows_the_hooks_that_the_example_names():
    from pre_commit.clientlib import load_manifest

    offered = {hook["id"]: hook for hook in load_manifest(ROOT / ".pre-commit-hooks.yaml")}
    used = yaml.safe_load((EXAMPLES / "ci" / "pre-commit-config.yaml").read_text())
    assert {hook["id"] for repo in used["repos"] for hook in repo["hooks"]} <= set(offered)
    assert all(hook["require_serial"] for hook in offered.values())


@pytest.fixture
def hooked(trading):
    """The real pre-commit runs the hook, as the manifest has it, from this environment."""
    hook = next(
        h
        for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        if h["id"] == "gmconfig-validate"
    )
    scripts = Path(sys.executable).parent
    hook |= {"language": "system", "entry": f"{scripts}/{hook['entry']}"}
    (trading / ".pre-commit-config.yaml").write_text(
        yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]})
    )
    subprocess.run(["git", "add", ".pre-commit-config.yaml"], check=True)
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], check=True, capture_output=True)
    subprocess.run(["git", "commit", "-qm", "hooks"], check=True, capture_output=True)
    return trading


def commit(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        ["git", "commit", "-m", "x"], cwd=folder, capture_output=True, text=True, check=False, env=environment
    )


def test_a_staged_mistake_is_found_although_the_working_tree_is_fine(hooked):
    file = hooked / "config/environments/production.yaml"
    good = file.read_text()
    file.write_text(good.replace("pool: 40", "pool: 4000"))
    subprocess.run(["git", "add", "-A"], check=True)
    file.write_text(good)
    done = commit(hooked)
    assert done.returncode == 1
    assert "4000 is greater than the maximum of 200" in done.stdout + done.stderr


def test_a_mistake_in_the_working_tree_does_not_stop_a_good_commit(hooked):
    file = hooked / "config/environments/production.yaml"
    file.write_text(file.read_text().replace("pool: 40", "pool: 41"))
    subprocess.run(["git", "add", "-A"], check=True)
    file.write_text(file.read_text().replace("pool: 41", "pool: 4100"))
    done = commit(hooked)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_base_is_checked_in_every_environment(hooked):
    """pre-commit names only the changed file; what it breaks stands in another one."""
    file = hooked / "config/settings.yaml"
    file.write_text(file.read_text().replace("  port: 5432\n", ""))
    subprocess.run(["git", "add", "-A"], check=True)
    done = commit(hooked)
    assert done.returncode == 1
    assert "port" in done.stdout + done.stderr
