"""`init` where a stranger's repository is laid out in a usual way, or is none that can be worked in."""

import pytest

FILES = {
    "data/common/web.yaml": "a: 1\nb: {c: 2}\n",
    "data/production/web.yaml": "b: {c: 3}\n",
    "data/staging/db.yaml": "x: 1\n",
}


@pytest.fixture
def hiera(tmp_path, monkeypatch, git, repo):
    """One folder per environment, and one beside them with what they share."""
    for name, text in FILES.items():
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_text(text)
    git("add", ".")
    git("commit", "-qm", "one")
    monkeypatch.chdir(repo)
    return repo


@pytest.mark.parametrize("order", [1, -1])
def test_a_folder_of_what_is_shared_is_the_base(hiera, ok, order):
    patterns = ["data/common/{document}.yaml", "data/{environment}/{document}.yaml"][::order]
    ok("init", "--from", patterns[0], "--from", patterns[1])
    assert ok("config", "get", "web", "-e", "production") == "a: 1\nb:\n  c: 3\n"
    assert ok("config", "get", "web", "-e", "staging") == "a: 1\nb:\n  c: 2\n"
    assert ok("config", "get", "db", "x", "-e", "staging") == "1\n"
    assert "common" not in (hiera / "gmconfig.yaml").read_text().partition("environments:")[2]


def test_a_reserved_name_is_told_how_it_becomes_the_base(hiera, cli):
    answer = cli("init", "--from", "data/{environment}/{document}.yaml")
    assert answer.code == 2
    assert "--from 'data/common/{document}.yaml' --from 'data/{environment}/{document}.yaml'" in answer.err
    assert not (hiera / "gmconfig.yaml").exists()


def test_two_meanings_of_one_file_are_still_refused(hiera, cli):
    answer = cli("init", "--from", "data/common/{document}.yaml", "--from", "data/common/{environment}.yaml")
    assert answer.code == 2
    assert "another pattern" in answer.err


def test_a_bare_repository_stays_one(tmp_path, git, cli, monkeypatch, repo):
    bare = tmp_path / "bare.git"
    git("init", "-q", "--bare", str(bare))
    before = sorted(bare.rglob("*"))
    monkeypatch.chdir(bare)
    for words in (("init",), ("config", "list")):
        answer = cli(*words)
        assert answer.code == 3
        assert "bare" in answer.err, answer
    assert sorted(bare.rglob("*")) == before
