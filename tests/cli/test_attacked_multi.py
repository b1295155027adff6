"""Files of several YAML documents: read and edited one by one, checked, never merged."""

import json

import pytest

TEXT = "a: 1\n---\nb: ${NAME:two}\nc: 2\n"


@pytest.fixture
def several(tmp_path, monkeypatch, git, repo):
    """A document whose one file holds two YAML documents, beside an ordinary one."""
    (repo / "gmconfig.yaml").write_text("environments: {production: {}}\n")
    (repo / "config").mkdir()
    (repo / "config/multi.yaml").write_text(TEXT)
    (repo / "config/settings.yaml").write_text("x: 1\n")
    git("add", ".")
    git("commit", "-qm", "one")
    monkeypatch.chdir(repo)
    return repo


def test_a_path_names_the_yaml_document_that_is_read(several, ok, cli):
    assert ok("config", "get", "multi", "#2:c") == "2\n"
    assert ok("config", "get", "multi", "#1:a", "-e", "production") == "1\n"
    assert ok("config", "get", "multi", "#2:", "-o", "json") == '{\n  "b": "two",\n  "c": 2\n}\n'
    assert ok("config", "get", "multi", "#2:b", "--raw") == "${NAME:two}\n"
    assert cli("config", "get", "multi", "#3:c").code == 3
    assert cli("config", "get", "multi", "a").code == 3


def test_a_path_names_the_yaml_document_that_is_changed(several, ok):
    ok("config", "set", "multi", "#2:c", "5", "-m", "why")
    assert (several / "config/multi.yaml").read_text() == TEXT.replace("c: 2", "c: 5")
    assert "#2:c = 5" in ok("config", "explain", "multi", "#2:c")
    assert ":4:4" in ok("config", "explain", "multi", "#2:c")
    assert "why" in ok("config", "explain", "multi", "#2:c")
    ok("config", "set", "multi", "#1:z", "[1]", "--create")
    ok("config", "unset", "multi", "#2:b")
    assert (several / "config/multi.yaml").read_text() == "a: 1\nz:\n  - 1\n---\nc: 5\n"


def test_a_file_of_several_yaml_documents_is_no_mistake_by_itself(several, cli, ok):
    answer = cli("validate")
    assert answer.code == 0, answer
    (several / "config/multi.yaml").write_text("a: 1\n---\nb: [\n")
    assert cli("validate").code == 1


def test_secrets_of_each_yaml_document_are_sealed_opened_sealed_again_and_unsealed(
    several, cli, ok, git, isolated
):
    ok("init")
    file, verified = "config/multi.yaml", "verified: 2 sealed values"
    (several / file).write_text("a: first-value-1\n---\nb: second-value-2\n")
    git("commit", "-qam", "plain")
    refused = cli("secret", "seal", file, "b")
    assert refused.code == 2 and 'name one by its number: "#1:b"' in refused.err
    for path in ("#1:a", "#2:b"):
        ok("secret", "seal", file, path)
    assert ok("secret", "verify").startswith(verified)
    ok("secret", "rekey", "default")
    assert ok("secret", "verify").startswith(verified)
    git("mv", file, "config/moved.yaml")
    git("commit", "-qm", "another name")
    ok("secret", "accept", "-y")
    assert ok("secret", "verify").startswith(verified)
    assert ok("config", "get", "moved", "#2:b", "--reveal") == "second-value-2\n"
    (several / "notes.txt").write_text("first-value-1\n")
    assert cli("secret", "scan", "notes.txt").code == 1
    cli("config", "set", "moved", "#2:b", "-", "--secret", stdin="third-value-3")
    assert ok("config", "get", "moved", "#2:b", "--reveal") == "third-value-3\n"
    ok("secret", "unseal", "config/moved.yaml", "#1:a", "-y")
    assert (several / "config/moved.yaml").read_text().startswith("a: first-value-1\n---\nb: gm1.")
    assert ok("validate").startswith("no findings")


def test_a_file_of_several_for_each_environment_and_none_for_all_is_no_mistake(several, cli, ok, git):
    """As manifests lie in the folders of overlays: nothing merges."""
    (several / "gmconfig.yaml").write_text("environments: {production: {}, staging: {}}\n")
    for name in ("production", "staging"):
        folder = several / "config/environments" / name
        folder.mkdir(parents=True)
        (folder / "app.yaml").write_text(f"a: {name}\n---\nb: {len(name)}\n")
    assert ok("validate").startswith("no findings")
    git("add", "-A")
    git("commit", "-qm", "overlays")
    assert ok("config", "diff", "staging", "production", "app").split() == [
        *("app", "#1", "~", "a", '"staging"', "→", '"production"'),
        *("app", "#2", "~", "b", "7", "→", "10"),
    ]
    ok("config", "set", "app", "#2:b", "8", "-e", "staging")
    [found] = [
        one for one in json.loads(ok("config", "diff", "HEAD~1", "HEAD", "-o", "json")) if one["changes"]
    ]
    assert (found["environment"], found["changes"][0]["path"]) == ("staging", "#2:b")
    (several / "schemas").mkdir()
    (several / "schemas/app.schema.json").write_text('{"properties": {"b": {"maximum": 8}}}')
    answer = cli("validate")
    assert answer.code == 1 and answer.out.startswith(
        "config/environments/production/app.yaml:3:4: error: schema"
    )


def test_below_another_layer_it_is_a_mistake(several, cli):
    (several / "config/environments/production").mkdir(parents=True)
    (several / "config/environments/production/multi.yaml").write_text("a: 2\n")
    answer = cli("validate")
    assert answer.code == 1
    assert "never merge" in answer.out
