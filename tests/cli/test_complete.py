"""What a shell offers after Tab."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gmconfig import ConfigManager, ConfigMonitor
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


def test_flags_alerts_handlers_and_scopes_are_offered(trading):
    (trading / "flags/flags.yaml").write_text("flags:\n  dark_pools: {owner: ann, permanent: true}\n")
    (trading / "access.yaml").write_text("scopes: {payments: []}\n")
    with (trading / "gmconfig.yaml").open("a") as settings:
        settings.write("\nalerts: {handlers: {pager: {command: [page, ann]}}}\n")
    with (trading / "config/environments/production.yaml").open("a") as production:
        production.write("serving: {port: 1, debug: true}\n")
    monitor = ConfigMonitor(ConfigManager())
    first, *others = monitor.get_alerts()
    monitor.resolve_alert(first.id, "ann")
    assert others and sorted(complete.alerts("")) == sorted(one.id for one in others)
    assert complete.flags("da") == ["dark_pools"]
    assert complete.handlers("p") == ["pager"]
    assert complete.scopes("") == ["default", "payments"]


def test_where_nothing_can_be_read_nothing_is_offered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    offers = (
        *(complete.documents, complete.secrets, complete.deployments, complete.members, complete.flags),
        *(complete.alerts, complete.handlers, complete.rules, complete.deployable),
    )
    for text in (None, "x: ["):
        if text:
            (tmp_path / "gmconfig.yaml").write_text(text)
        assert [offer("") for offer in offers] == [[]] * len(offers)


@pytest.mark.parametrize(
    ("shell", "line", "offered"),
    [
        ("bash", "gmconfig -C {} config get se", "settings"),
        ("bash", "gmconfig config get settings --environment = p", "production"),
        ("bash", "gmconfig config get settings --output =", "text json yaml"),
        ("fish", "gmconfig config get settings --environment=p", "--environment=production"),
    ],
)
def test_the_shell_asks_the_real_program(trading, shell, line, offered, monkeypatch):
    if "{}" in line:
        monkeypatch.chdir(trading.parent)
    line = line.format(trading)
    environment = {
        **os.environ,
        "_GMCONFIG_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line if shell != "bash" else "",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": line.replace(" ", "\n"),
        "COMP_CWORD": str(len(line.split()) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "gmconfig"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == offered.split(), done


def test_a_value_is_offered_that_an_environment_has(trading):
    def offered(path, incomplete=""):
        context = SimpleNamespace(params={"document": "settings", "path": path, "environment": "staging"})
        return complete.settable(context, incomplete)

    assert offered("system.mode", "l") == ["live"]
    assert offered("system.debug") == ["true", "false"]
    assert {"20", "40", "10"} <= set(offered("database.pool"))
    assert offered("system.nothing") == []


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
