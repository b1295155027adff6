"""One answer, however it comes about: anew, from what was kept, or by several processes."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gmconfig.project.project import Project
from gmconfig.storage.snapshot import Proposed
from gmconfig.validate import many
from gmconfig.validate.cached import check
from gmconfig.validate.run import check as anew
from tests.validate.conftest import ENVIRONMENTS

TEXTS = [
    "port: 80\n",
    "port: 70000\ndebug: true\n",
    "port: ${CONFIG:billing:port}\n",
    'port: "\\x24{CONFIG:billing:port}"\n',
    "port: ${HOST}\nflag: yes\n",
    "a: [\n",
    "a: 1\n---\na: 2\n",
    "tls: {enabled: false}\ndb_password: Rk4-iAq9-Zw2x\n",
    "backends:\n  - {name: a, tls: {enabled: false}}\n  - {name: b, tls: {enabled: true}}\n",
    "port: null\n",
    "port: ${SECRET:token}\n",
    "",
]
SCHEMA = '{"properties": {"port": {"maximum": 65535}}}'
FILES = {
    **dict.fromkeys(
        (
            "config/settings.yaml",
            "config/billing.yaml",
            "config/settings-2.yaml",
            "config/environments/staging.yaml",
            "config/environments/production/billing.yaml",
            "config/environments/nowhere/billing.yaml",
            "x/production.yaml",
            "x/amb.yaml",
            "hosts/web.yaml",
        ),
        st.sampled_from(TEXTS) | st.none(),
    ),
    "secrets/common.yaml": st.sampled_from(["token: {type: other}\n", "other: {type: other}\n", "a: ["])
    | st.none(),
    "secrets/production.yaml": st.sampled_from(
        ["token: {type: other, expires: 2026-11-01}\n", "other: {type: other, expires: soon}\n"]
    )
    | st.none(),
    "flags/beta.yaml": st.sampled_from(
        ["flags: {beta: {state: enabled, requires: [alpha]}}\n", "flags: {alpha: {state: nonsense}}\n", "a: [\n"]
    )
    | st.none(),
    "schemas/settings.schema.json": st.sampled_from([SCHEMA, '{"$ref": "shared.json"}', "{"]) | st.none(),
    "schemas/shared.json": st.sampled_from([SCHEMA, "true"]) | st.none(),
    "policies/a.yaml": st.sampled_from(
        [
            "rules: [{id: a, config_path: port, documents: [billing], require: {type: integer}}]\n",
            "rules: [{id: b, config_path: '**.name', required: true, require: {const: a}}]\ndisable: [tls-on]\n",
        ]
    )
    | st.none(),
    "gmconfig.yaml": st.sampled_from(
        [
            ENVIRONMENTS,
            "environments: {production: {}, amb: {}}\n"
            "documents: {amb: ['x/amb.yaml', 'x/{environment}.yaml'], billing: 'config/{document}.yaml'}\n",
            ENVIRONMENTS + "layers: [{file: 'hosts/{host}.yaml', document: billing}]\n",
        ]
    ),
}  # fmt: skip
EDIT = st.sampled_from(sorted(FILES)).flatmap(lambda file: st.tuples(st.just(file), FILES[file]))


def shown(report):
    return (
        report.findings, report.environments, report.documents, report.files, report.unchecked,
        dict(report.lines), report.until,
    )  # fmt: skip


@pytest.mark.parametrize("layers_worth_a_share", [1, 100])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    declared=FILES["gmconfig.yaml"],
    steps=st.lists(st.lists(EDIT, min_size=1, max_size=4), min_size=1, max_size=4),
)
def test_whatever_changes_the_answer_is_the_same(repo, monkeypatch, layers_worth_a_share, declared, steps):
    begin(repo, declared)
    for edits in steps:
        for file, text in edits:
            put(repo / file, text)
        monkeypatch.setattr(many, "_WORTH_A_SHARE", 100)
        fresh = anew(project(repo), project(repo).worktree(), today="2026-11-22")
        monkeypatch.setattr(many, "_WORTH_A_SHARE", layers_worth_a_share)
        assert shown(check(project(repo), today="2026-11-22")) == shown(fresh)
        assert shown(check(project(repo), today="2026-11-22")) == shown(fresh)


def test_a_file_that_becomes_ambiguous_breaks_what_was_checked(repo):
    declared = (
        "environments: {production: {}, amb: {}}\ndocuments: {amb: ['x/amb.yaml', 'x/{environment}.yaml']}\n"
    )
    begin(repo, declared)
    for file, text in (
        ("x/production.yaml", "debug: true\n"),
        ("x/amb.yaml", "port: 80\n"),
        ("x/amb.yaml", None),
    ):
        put(repo / file, text)
        fresh = anew(project(repo), project(repo).worktree(), today="2026-11-22")
        assert shown(check(project(repo), today="2026-11-22")) == shown(fresh)


def test_a_document_follows_another_that_it_names_by_an_escape(repo):
    begin(repo, ENVIRONMENTS)
    put(repo / "config/settings.yaml", 'port: "\\x24{CONFIG:billing:port}"\n')
    assert check(project(repo), today="2026-11-22").ok
    put(repo / "config/billing.yaml", "another: 1\n")
    assert [finding.path for finding in check(project(repo), today="2026-11-22").findings] == ["port"]


def test_a_document_follows_the_secrets_that_it_names(repo):
    begin(repo, ENVIRONMENTS)
    put(repo / "config/settings.yaml", 'port: "${SECRET:token}"\n')
    named = {}
    for text in ("token: {type: other}\n", "other: {type: other}\n", None, "token: {type: other}\n"):
        put(repo / "secrets/common.yaml", text)
        fresh = anew(project(repo), project(repo).worktree(), today="2026-11-22")
        kept = check(project(repo), today="2026-11-22")
        assert shown(kept) == shown(fresh)
        named[text] = [finding.path for finding in kept.findings if finding.check == "reference"]
    assert named == {"token: {type: other}\n": [], "other: {type: other}\n": ["port"], None: ["port"]}


def test_a_proposed_change_of_secrets_reaches_the_documents_that_name_one(repo):
    begin(repo, ENVIRONMENTS)
    put(repo / "config/settings.yaml", 'port: "${SECRET:token}"\n')
    put(repo / "secrets/common.yaml", "token: {type: other}\nold: {}\n")
    file, before = "secrets/common.yaml", project(repo).worktree()
    found = {
        text: anew(project(repo), Proposed(before, {file: text}), files=[file])
        for text in (b"token: {type: api_key}\nold: {}\n", b"token: {}\n", b"old: {}\n", None, b"a: [\n")
    }
    missing = [[one.path for one in each.findings if one.check == "reference"] for each in found.values()]
    assert missing == [[], [], ["port"], ["port"], []]
    assert not found[b"a: [\n"].ok, "the file itself is what is wrong, not who names what it may have"
    assert [each.documents for each in found.values()] == [(), *[("settings",)] * 4]


def project(root) -> Project:
    return Project.find(str(root))


def begin(root, declared: str) -> None:
    """Empty the folder, what was kept included; its files are old enough to be trusted."""
    for name in os.listdir(root):
        if name != ".git":
            (shutil.rmtree if (root / name).is_dir() else os.unlink)(root / name)
    shutil.rmtree(root / ".git" / "gmconfig", ignore_errors=True)
    put(root / "gmconfig.yaml", declared)
    for file in ("config/settings.yaml", "config/billing.yaml", "config/environments/staging.yaml"):
        put(root / file, "port: 1\n")
    check(project(root), today="2026-11-22")


def put(path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_several_processes_check_a_commit_as_one_does(repo, git, monkeypatch):
    begin(repo, ENVIRONMENTS)
    for number, text in enumerate(TEXTS):
        put(repo / f"config/document-{number}.yaml", text)
    git("add", "-A")
    git("commit", "-qm", "begin")
    found = {}
    for worth in (1, 100):
        monkeypatch.setattr(many, "_WORTH_A_SHARE", worth)
        found[worth] = shown(anew(project(repo), project(repo).snapshot("HEAD"), today="2026-11-22"))
    assert found[1] == found[100]
    assert len(found[1][0]) > 5
