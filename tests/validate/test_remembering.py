"""What is remembered between two runs: nothing stale, nothing secret, and hardly anything loaded."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gmconfig.validate import warm
from gmconfig.validate.cached import check
from gmconfig.validate.report.text import render
from gmconfig.validate.run import check as anew

COSTLY = {
    "typer",
    "rich",
    "dataclasses",
    "subprocess",
    "pathlib",
    "json",
    "jsonschema",
    "jsonschema_rs",
    "ruamel",
}


@pytest.fixture
def known(written):
    """A project that was checked, and whose files are old enough to be trusted."""
    written.write("config/settings.yaml", "port: 80\npassword: ${SECRET:db}\n").write(
        "config/billing.yaml", "plan: a\n"
    )
    written.write("config/environments/staging.yaml", "port: 70000\n").write(
        "secrets/common.yaml", "db: {}\n"
    )
    written.write("schemas/settings.schema.json", '{"properties": {"port": {"maximum": 65535}}}')
    age(written)
    run(written)
    return written


def age(written) -> None:
    """Make the files look old, as far as a file system lets us."""
    for path in written.root.rglob("*.*"):
        if ".git" not in path.parts and path.is_file():
            os.utime(path, (1_700_000_000, 1_700_000_000))


def run(written, **how):
    return check(written.project, today="2026-11-22", **how)


def answer(written, **asked):
    return warm.answer({"directory": str(written.root), **asked}, colour=False)


def same_as_anew(written) -> bool:
    fresh = anew(written.project, written.project.worktree(), today="2026-11-22")
    report = run(written)
    return (report.findings, report.environments, report.documents, report.unchecked, report.files) == (
        fresh.findings, fresh.environments, fresh.documents, fresh.unchecked, fresh.files,
    )  # fmt: skip


def test_an_unchanged_project_is_answered_from_the_cache(known):
    text, code = answer(known)
    assert code == 1
    assert (
        text.replace(", 5 files unchanged since the last check", "")
        == render(anew(known.project, known.project.worktree(), today="2026-11-22")).replace(
            ", 5 files unchanged since the last check", ""
        )
        or "70000 is greater" in text
    )
    assert "unchanged since the last check" in text


def test_what_writes_a_summary_beside_the_answer_is_not_answered_from_the_cache(known, monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    run(known, forms=("github",))
    assert answer(known, output="github")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(known.root / "summary"))
    assert answer(known, output="github") is None


def test_a_warm_answer_loads_next_to_nothing(known):
    code = (
        "import sys; before = set(sys.modules)\n"
        "from gmconfig.validate import warm\n"
        f"found = warm.answer({{'directory': {str(known.root)!r}}}, colour=False)\n"
        "print(found is not None, *(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    hit, *loaded = done.stdout.split()
    assert hit == "True"
    assert not {name.split(".")[0] for name in loaded} & COSTLY


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config/settings.yaml", "port: 70000\n"),
        ("config/billing.yaml", "plan: yes\n"),
        ("config/environments/staging.yaml", "port: 1\n"),
        ("config/environments/production.yaml", "port: 70000\n"),
        ("config/new.yaml", "a: ${NOPE}\n"),
        ("config/prodution/x.yaml", "a: 1\n"),
        ("schemas/settings.schema.json", '{"properties": {"port": {"maximum": 1}}}'),
        ("schemas/billing.schema.json", '{"required": ["x"]}'),
        ("policies/a.yaml", "rules: [{id: a, config_path: plan, require: {const: b}}]\n"),
        ("secrets/common.yaml", "other: {}\n"),
        ("gmconfig.yaml", "environments: {production: {}}\n"),
    ],
)
def test_a_change_anywhere_is_noticed(known, file: str, text: str):
    before = run(known).findings
    known.write(file, text)
    assert answer(known) is None
    assert same_as_anew(known)
    assert run(known).findings != before
    assert answer(known) is not None


@pytest.mark.parametrize(
    "file",
    [
        "config/billing.yaml",
        "config/environments/staging.yaml",
        "schemas/settings.schema.json",
        "secrets/common.yaml",
    ],
)
def test_a_removed_file_is_noticed(known, file: str):
    (known.root / file).unlink()
    assert answer(known) is None
    assert same_as_anew(known)


def test_a_change_that_keeps_size_and_time_is_noticed(known):
    path = known.root / "config" / "environments" / "staging.yaml"
    status = path.stat()
    path.write_text("port: 60000\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert answer(known) is None
    assert run(known).ok


def test_an_answer_with_another_format_or_option_is_left_to_the_full_check(known):
    assert answer(known, output="json") is None
    assert answer(known, staged=True) is None
    run(known, forms=["json"])
    assert answer(known, output="json") is not None
    assert answer(known) is not None


def test_a_document_that_refers_to_another_follows_it(known):
    known.write("config/settings.yaml", "port: ${CONFIG:billing:port}\n").write(
        "config/billing.yaml", "port: 1\n"
    )
    run(known)
    known.write("config/billing.yaml", "port: 70000\n")
    assert same_as_anew(known)


def test_a_file_that_could_be_two_layers_is_told_however_it_changes(known):
    known.write(
        "gmconfig.yaml", "environments: {a: {}}\ndocuments: {a: ['x/a.yaml', 'x/{environment}.yaml']}\n"
    )
    run(known)
    known.write("x/a.yaml", "k: 1\n")
    assert same_as_anew(known)
    assert "ambiguous-file" in {finding.rule for finding in run(known).findings}
    known.write("x/a.yaml", "k: 2\n")
    assert same_as_anew(known)
    (known.root / "x/a.yaml").unlink()
    assert same_as_anew(known)


def test_a_schema_is_unused_once_its_document_is_gone_and_used_when_it_is_back(known):
    for file in ("config/settings.yaml", "config/environments/staging.yaml"):
        (known.root / file).unlink()
    assert same_as_anew(known)
    assert "unused-schema" in {finding.rule for finding in run(known).findings}
    known.write("config/settings.yaml", "port: 80\n")
    assert same_as_anew(known)


def test_results_that_belong_to_another_answer_are_not_used(known):
    kept = next((known.root / ".git" / "gmconfig").glob("verdicts-*"))
    older = kept.read_bytes()
    known.write("config/billing.yaml", "plan: yes\n")
    run(known)
    kept.write_bytes(older)
    assert answer(known) is not None
    known.write("config/settings.yaml", "port: 1\n")
    assert same_as_anew(known)
    kept.unlink()
    known.write("config/settings.yaml", "port: 2\n")
    assert same_as_anew(known)


def test_a_damaged_cache_is_ignored(known):
    for path in (known.root / ".git" / "gmconfig").glob("validate-*"):
        for content in (b"", b"gmconfig", path.read_bytes()[:-7], path.read_bytes() + b"x", os.urandom(300)):
            path.write_bytes(content)
            assert answer(known) is None
            assert same_as_anew(known)


def test_two_runs_at_once_both_answer(known):
    known.write("config/settings.yaml", "port: 1\n")
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda _: run(known).findings, range(16)))
    assert len(set(reports)) == 1
    assert answer(known) is not None


def test_an_answer_lasts_until_a_waiver_ends(known):
    known.write("config/settings.yaml", "debug: true\n")
    waiver = "waivers: [{rule: debug-off, path: debug, reason: why, expires: %s}]\n"
    known.write("policies/w.yaml", waiver % time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400)))
    check(known.project)
    assert answer(known) is not None
    known.write("policies/w.yaml", waiver % "2026-01-01")
    assert check(known.project, today="2025-12-31").until == "2026-01-02"
    assert answer(known) is None
    assert [finding.rule for finding in check(known.project).findings if finding.fails] == [
        "maximum",
        "debug-off",
    ]


def test_an_identity_from_outside_and_a_folder_without_project_are_left_to_the_full_check(
    known, monkeypatch, tmp_path
):
    assert warm.answer({"directory": str(tmp_path)}) is None
    monkeypatch.setenv("GMCONFIG_IDENTITY", "x")
    assert answer(known) is None


def test_no_value_that_a_secret_or_the_environment_holds_is_kept(known, monkeypatch):
    monkeypatch.setenv("HOST", "value-of-the-environment")
    known.write("access.yaml", "must_be_sealed: [{document: billing, paths: [key]}]\n")
    known.write("config/billing.yaml", "key: hunter2-hunter2\nhost: ${HOST}\n")
    run(known)
    kept = b"".join(path.read_bytes() for path in (known.root / ".git" / "gmconfig").iterdir())
    assert b"hunter2" not in kept
    assert b"value-of-the-environment" not in kept


def test_outside_of_git_everything_is_checked_every_time(written, tmp_path: Path):
    written.root = tmp_path / "plain"
    written.write("gmconfig.yaml", "").write("config/settings.yaml", "a: yes\n")
    assert len(run(written).findings) == 1
    assert answer(written) is None
