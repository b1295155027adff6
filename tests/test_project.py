"""The project's own rules, run with the tests: lint, format, types, the direction of imports, the top level."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {
    "gmconfig",
    "tests",
    "examples",
    "schemas",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
}
PURE = [
    "config/merge.py",
    "config/placeholder.py",
    "config/diff.py",
    "path/segment.py",
    "path/search.py",
    "path/parser.py",
    "path/key_path.py",
]


@pytest.mark.parametrize(
    "check",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=["ruff check", "ruff format", "mypy --strict"],
)
def test_the_code_is_clean(check):
    done = subprocess.run(
        [sys.executable, "-m", *check], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_point_one_way():
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_touch_nothing_outside(module):
    tree = ast.parse((ROOT / "gmconfig" / module).read_text())
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "print", "input"}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & {"now", "today", "environ", "read_text", "write_text"}


def test_the_top_level_holds_only_what_the_card_allows():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    top = {line.split("/")[0] for line in listed.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_what_is_shipped_is_what_is_tracked_and_nothing_else():
    """The source distribution can run its tests; the wheel has the program, its types, schemas and example."""
    from hatchling.builders.sdist import SdistBuilder
    from hatchling.builders.wheel import WheelBuilder

    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("no git checkout")
    tracked = {name for name in done.stdout.splitlines() if (ROOT / name).exists()}
    wheel, source = (
        {file.distribution_path for file in kind(str(ROOT)).recurse_included_files()}
        for kind in (WheelBuilder, SdistBuilder)
    )
    assert source | {".gitignore", ".pre-commit-config.yaml", "pyproject.toml"} >= tracked >= source
    program = {name for name in tracked if name.startswith("gmconfig/")}
    shared = {f"gmconfig/share/{n}" for n in tracked if n.startswith(("schemas/", "examples/trading/"))}
    assert wheel == program | shared
    assert "gmconfig/py.typed" in wheel
