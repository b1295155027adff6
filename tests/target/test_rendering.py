"""Closed rendering: the same bytes everywhere, secrets known by their tokens, nothing in plain that must not be."""

import os

import pytest

from gmconfig import FeatureFlagManager, SecretsManager
from gmconfig.errors import AccessDenied, BrokenConfiguration, Refused, Unresolved
from gmconfig.path import format_keys
from gmconfig.target.declared import targets
from gmconfig.target.marker import marker_of
from gmconfig.target.rendering import Renderer

PLAIN = "correct-horse-battery"
WEB = "  web: {environment: production, path: live}\n"


def rendered(project, name="web", **how):
    return Renderer(project, project.worktree(), **how).render(targets(project)[name])


def marked(rendering, project, name="web"):
    return marker_of(
        rendering,
        targets(project)[name],
        release="r-1",
        record="production-1",
        commit="c",
        fencing=1,
        time="t",
    )


@pytest.fixture
def no_key(monkeypatch):
    """Be a CI runner: no identity anywhere."""

    def drop() -> None:
        os.unlink(os.path.join(os.environ["HOME"], ".config/gmconfig/identity"))

    return drop


def test_the_process_environment_has_no_say(with_targets, monkeypatch):
    project = with_targets(WEB)
    before = rendered(project)
    monkeypatch.setenv("DB_HOST", "evil.example.org")
    monkeypatch.setenv("GMCONFIG__DATABASE__PORT", "1")
    assert rendered(project).files == before.files
    assert b"db-1.trading.internal" in before.files["settings.yaml"]


def test_a_targets_variables_win(with_targets):
    project = with_targets("  web: {environment: production, path: live, variables: {DB_HOST: db-9}}\n")
    assert b"@db-9:5432" in rendered(project).files["settings.yaml"]


def test_an_undeclared_variable_is_an_error(with_targets, repo):
    (repo / "config/settings.yaml").write_text("a: ${NOBODY_KNOWS}\n")
    with pytest.raises(Unresolved, match="NOBODY_KNOWS"):
        rendered(with_targets(WEB))


def test_placeholders_can_be_left_to_the_application(with_targets):
    project = with_targets("  web: {environment: production, path: live, placeholders: keep}\n")
    assert b"${DB_HOST" in rendered(project).files["settings.yaml"]


def test_without_a_key_there_is_a_plan_but_no_file(with_targets, no_key):
    project = with_targets(WEB)
    with_key = rendered(project)
    assert PLAIN.encode() in with_key.files["settings.yaml"]
    no_key()
    without = rendered(project)
    assert without.files is None
    assert (without.wanted, without.trees, without.secret_paths) == (
        with_key.wanted, with_key.trees, with_key.secret_paths,
    )  # fmt: skip
    with pytest.raises(AccessDenied, match="cannot be rendered without their key"):
        marked(without, project)


def test_what_is_compared_holds_no_secret(with_targets):
    rendering = rendered(with_targets(WEB))
    assert PLAIN not in repr(rendering.trees)
    paths = {format_keys(keys) for keys in rendering.secret_paths["settings"]}
    assert paths == {"database.password", "security.jwt_secret_key"}


def test_the_wanted_digest_changes_with_what_is_wanted_and_nothing_else(with_targets, repo):
    project = with_targets(WEB + "  env: {environment: production, path: x, format: dotenv}\n")
    before = rendered(project).wanted
    assert before != rendered(project, "env").wanted
    base = repo / "config/settings.yaml"
    base.write_text("# a comment, and nothing else\n" + base.read_text())
    assert rendered(project).wanted == before
    SecretsManager(root=repo).update_secret("db_password", "another-password-now")
    assert rendered(project).wanted != before


def test_targets_that_want_the_same_share_one_rendering(with_targets):
    project = with_targets(
        "".join(f"  t{n}: {{environment: production, path: live/{n}}}\n" for n in range(20))
    )
    renderer = Renderer(project, project.worktree())
    assert len({id(renderer.render(target)) for target in targets(project).values()}) == 1


@pytest.mark.parametrize("form", ["yaml", "json", "toml", "dotenv", "properties", "configmap", "secret"])
def test_left_out_secrets_are_nowhere(with_targets, form, no_key):
    project = with_targets(f"  web: {{environment: production, path: live, format: {form}, secrets: omit}}\n")
    no_key()
    rendering = rendered(project)
    assert rendering.files is not None
    content = b"".join(rendering.files.values())
    assert PLAIN.encode() not in content
    assert b"gm1" not in content
    assert b"trading" in content
    assert rendering.secret_paths == {"settings": {}}


@pytest.mark.parametrize("form", ["yaml", "json", "toml", "dotenv", "properties", "secret"])
def test_what_is_wanted_and_what_is_written_are_the_same_but_for_secrets(with_targets, form):
    project = with_targets(f"  web: {{environment: production, path: live, format: {form}}}\n")
    rendering = rendered(project)
    trees, problems = rendering.parsed(rendering.files)
    assert problems == {}
    assert _leaves(trees["settings"], rendering.secret_paths["settings"]) == _leaves(
        rendering.trees["settings"], rendering.secret_paths["settings"]
    )
    assert len(rendering.secret_paths["settings"]) == 2
    values = rendering.secret_values()["settings"]
    assert PLAIN in values.values()


def _leaves(tree, secret):
    from gmconfig.path import walk

    return {keys: value for keys, value in walk(tree) if keys not in secret}


def test_sealed_values_go_as_they_are(with_targets, no_key):
    project = with_targets("  web: {environment: production, path: live, secrets: sealed}\n")
    no_key()
    content = rendered(project).files["settings.yaml"]
    assert content.count(b"gm1.") == 2
    assert PLAIN.encode() not in content


def test_a_partly_secret_text_cannot_be_sealed(with_targets, repo):
    base = repo / "config/settings.yaml"
    base.write_text(base.read_text() + "\ndsn: postgres://u:${SECRET:db_password}@h/x\n")
    project = with_targets(
        "  web: {environment: production, path: live, secrets: sealed}\n" + WEB.replace("web", "p")
    )
    assert f"postgres://u:{PLAIN}@h/x".encode() in rendered(project, "p").files["settings.yaml"]
    with pytest.raises(BrokenConfiguration, match='"dsn" mixes text and a secret'):
        _ = rendered(project).files


def test_a_config_map_refuses_secrets(with_targets):
    project = with_targets("  web: {environment: production, path: live, format: configmap}\n")
    with pytest.raises(BrokenConfiguration, match="not a place for the secrets"):
        rendered(project)


def test_a_secret_map_is_one_masked_text_in_a_flat_form(with_targets, repo):
    SecretsManager(root=repo).create_secret("login", {"user": "u", "password": "hunter22"}, "token", "both")
    base = repo / "config/settings.yaml"
    base.write_text(base.read_text() + "\nlogin: ${SECRET:login}\n")
    project = with_targets("  web: {environment: production, path: live, format: dotenv}\n")
    rendering = rendered(project)
    trees, _ = rendering.parsed(rendering.files)
    assert "hunter22" in trees["settings"]["LOGIN"]
    assert ("LOGIN",) in rendering.secret_paths["settings"]
    assert [name for name in trees["settings"] if name.startswith("LOGIN")] == ["LOGIN"]


def test_a_forged_secret_is_refused_with_and_without_a_key(with_targets, repo, no_key):
    secrets = repo / "secrets/common.yaml"
    lines = secrets.read_text().splitlines(keepends=True)
    tokens = [line for line in lines if "gm1." in line]
    swapped = {tokens[0]: tokens[1], tokens[1]: tokens[0]}
    secrets.write_text("".join(swapped.get(line, line) for line in lines))
    project = with_targets(WEB)
    for _ in range(2):
        with pytest.raises(Refused):
            _ = rendered(project).files
        if os.path.exists(os.path.join(os.environ["HOME"], ".config/gmconfig/identity")):
            no_key()


def test_an_older_configuration_gets_todays_secrets(with_targets, repo, git):
    project = with_targets(WEB)
    git("add", "-A", cwd=repo)
    git("commit", "-qm", "targets", cwd=repo)
    old = project.snapshot("HEAD")
    base = repo / "config/settings.yaml"
    base.write_text(base.read_text().replace("5432", "6543"))
    SecretsManager(root=repo).update_secret("db_password", "todays-password-it-is")
    target = targets(project)["web"]
    files = Renderer(project, old, secrets=project.worktree()).render(target).files
    assert b":5432/" in files["settings.yaml"]
    assert b"todays-password-it-is" in files["settings.yaml"]
    then = Renderer(project, old).render(target).files
    assert PLAIN.encode() in then["settings.yaml"]


def test_an_older_configuration_gets_what_is_sealed_inline_today(with_targets, repo, git):
    from gmconfig import ConfigManager

    manager = ConfigManager("production", root=repo)
    manager.set_value("settings", "api.key", "first-api-key-0001", secret=True, create=True)
    project = with_targets(WEB)
    git("add", "-A", cwd=repo)
    git("commit", "-qm", "targets", cwd=repo)
    old = project.snapshot("HEAD")
    manager.set_value("settings", "api.key", "second-api-key-0002", secret=True)
    target = targets(project)["web"]
    assert (
        b"second-api-key-0002"
        in Renderer(project, old, secrets=project.worktree()).render(target).files["settings.yaml"]
    )


def test_flags_are_compiled_for_flagd(with_targets, repo):
    (repo / "flags").mkdir(exist_ok=True)
    (repo / "flags/web.yaml").write_text(
        "metadata: {version: é}\n"
        'flags:\n  dark_mode: {description: "\\u2028 ü", default: enabled,'
        " environments: {production: {default: disabled}}}\n"
    )
    project = with_targets(
        "  web: {environment: production, path: live, documents: [settings, flags], format: toml}\n"
        "  fl: {environment: production, file: live.json, format: flagd}\n"
        "  no: {environment: production, path: live, format: flagd, documents: [settings]}\n"
    )
    files = rendered(project).files
    assert list(files) == ["settings.toml", "flags.flagd.json"]
    assert files["flags.flagd.json"] == FeatureFlagManager("production", repo).compile().raw()
    assert rendered(project, "fl").files == {"flags.flagd.json": files["flags.flagd.json"]}
    with pytest.raises(BrokenConfiguration, match="flagd is for the document"):
        rendered(project, "no")


def test_a_value_knows_its_layer_in_a_flat_form_too(with_targets):
    project = with_targets(WEB + "  env: {environment: production, path: x, format: dotenv}\n")
    whole, flat = rendered(project), rendered(project, "env")
    origin = flat.origin("settings", ("LOGGING_LEVEL",))
    assert origin is not None
    assert origin.place == whole.origin("settings", ("logging", "level")).place
    assert origin.layer.file == "config/environments/production.yaml"


def test_a_marker_tells_secrets_apart_without_holding_them(with_targets):
    project = with_targets(WEB)
    rendering = rendered(project)
    marker = marked(rendering, project)
    text = marker.text().decode()
    assert PLAIN not in text
    assert PLAIN not in repr(marker)
    assert marker.same_value("settings", "database.password", PLAIN) is True
    assert marker.same_value("settings", "database.password", "guess") is False
    assert marker.same_value("settings", "logging.level", "WARNING") is None
    token = rendering.secret_paths["settings"]["database", "password"]
    assert marker.same_token("settings", "database.password", token) is True
    from gmconfig.target.marker import read

    assert read(marker.text()) == marker
    assert marked(rendering, project).live != marker.live  # another key: who knows one digest knows no other


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b'{"key": 1}', b"\xff", b'{"release": 1}'])
def test_a_damaged_marker_is_none(raw: bytes):
    from gmconfig.target.marker import read

    with pytest.raises(BrokenConfiguration, match="damaged"):
        read(raw)
