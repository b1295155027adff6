"""What a shell offers after Tab."""

from gmconfig.cli import complete
from tests.deploy.fleet import Fleet


class Context:
    """As much of a context as completion reads."""

    def __init__(self, **params):
        self.params = params


def test_documents_environments_and_revisions_are_offered(trading, git):
    git("tag", "release-1")
    assert complete.documents("se") == ["settings"]
    assert complete.environments("p") == ["production"]
    assert complete.revisions("re") == ["release-1"]
    assert complete.sides("") == ["production", "staging", "development", "testing", "main", "release-1"]


def test_paths_are_offered_one_key_at_a_time(trading):
    context = Context(document="settings", environment="production")
    assert complete.paths(context, "data") == ["database"]
    assert complete.paths(context, "database.p") == ["database.password", "database.pool", "database.port"]
    assert complete.paths(Context(document="nothing", environment=None), "a") == []


def test_secrets_deployments_targets_versions_and_people_are_offered(tmp_path, monkeypatch):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    (fleet.root / "secrets").mkdir()
    fleet.write("secrets/common.yaml", {"db_password": "sealed"})
    monkeypatch.chdir(fleet.root)
    assert complete.deployments("pro") == ["production", "production-1"]
    assert complete.deployment_ids("") == ["production-1"]
    assert complete.secrets("db") == ["db_password"]
    assert complete.revisions("") == ["main"]  # not what gmconfig keeps on refs of its own
    assert complete.versions(Context(document="settings"), "v") == ["v1"]
    assert "database.pool" in complete.placed(Context(place=["settings"]), "database.p")
    assert complete.members("") == []
    assert complete.one_of("text", "json")("j") == ["json"]


def test_where_nothing_can_be_read_nothing_is_offered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gmconfig.yaml").write_text("x: [")
    for offer in (complete.documents, complete.secrets, complete.deployments, complete.members):
        assert offer("") == []


def test_the_shell_asks_the_real_program(trading):
    import os
    import subprocess
    import sys

    environment = {
        **os.environ,
        "_GMCONFIG_COMPLETE": "complete_bash",
        "COMP_WORDS": "gmconfig config get se",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-m", "gmconfig"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["settings"], done


def test_completion_is_installed_for_the_shell_that_is_named(cli, isolated):
    for shell, file in (
        ("bash", ".bash_completions/gmconfig.sh"),
        ("zsh", ".zfunc/_gmconfig"),
        ("fish", ".config/fish/completions/gmconfig.fish"),
    ):
        assert cli("--install-completion", shell).code == 0
        assert cli("--show-completion", shell).out.strip() in (isolated / file).read_text()
        assert "complete_" + shell in (isolated / file).read_text()


def test_a_shell_that_completion_is_not_made_for_is_told(cli):
    answer = cli("--install-completion", "tcsh")
    assert (answer.code, answer.out) == (2, "")
    assert '"tcsh"' in answer.err and "hint: gmconfig --install-completion bash" in answer.err


def test_from_sh_it_is_the_users_own_shell_that_is_meant(isolated):
    import os
    import subprocess
    import sys

    asked = f"{sys.executable} -m gmconfig --install-completion; exit $?"
    done = subprocess.run(
        ["/bin/sh", "-c", asked], env={**os.environ, "SHELL": "/bin/zsh"}, capture_output=True, check=False
    )
    assert done.returncode == 0, done
    assert any((isolated / name).exists() for name in (".zfunc", ".bash_completions", ".config/fish"))
