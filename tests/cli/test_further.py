"""What other packages add: a format, an importer, a check; found by entry points, named where they break."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import gmconfig.target.formats.registry as formats
from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.target.formats import About
from gmconfig.validate.policy import functions

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "extension"
MORE = {
    "gmconfig.formats": {"odd": "os:getcwd", "gone": "no_such_module:FORM"},
    "gmconfig.checks": {"validate_riddle": "tests.cli.test_further:riddle", "validate_nothing": "os:sep"},
}


def riddle(value: object) -> bool:
    raise KeyError(value)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make the example known as an installation does, and some that are broken."""
    groups = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]["entry-points"]
    site = tmp_path / "site"
    for package, entries in (("gmconfig-ini", groups), ("more", MORE)):
        info = site / f"{package.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [
            f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in named.items())
            for group, named in entries.items()
        ]
        (info / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.syspath_prepend(str(site))
    yield site
    formats.form_of.cache_clear()
    functions._further.cache_clear()


def test_a_format_of_another_package_is_deployed_and_compared(installed: Path, repo: Path, git, cli, ok):
    (repo / "config").mkdir()
    settings = repo / "config" / "settings.yaml"
    settings.write_text("server: {Port: 8080, name: a;b}\n")
    target = "{environment: production, path: ../live, format: ini}"
    (repo / "gmconfig.yaml").write_text(f"environments: {{production: {{}}}}\ntargets: {{web: {target}}}\n")
    git("add", "-A")
    git("commit", "-qm", "begin")
    ok("-C", str(repo), "deploy", "apply", "production")
    live = repo.parent / "live" / "settings.ini"
    assert live.read_text() == "[server]\nPort = 8080\nname = a;b\n\n"
    assert cli("-C", str(repo), "deploy", "plan", "production", "--exit-code").code == 0
    live.chmod(0o644)
    live.write_text(live.read_text().replace("8080", "9090"))
    assert "9090" in cli("-C", str(repo), "drift", "detect", "web").out
    settings.write_text("outside: 1\n")
    git("commit", "-qam", "no section")
    refused = cli("-C", str(repo), "deploy", "plan", "production")
    assert '"settings" as ini: "settings" has values outside of sections' in refused.out + refused.err


def test_what_is_no_format_is_told(installed: Path):
    for name, said in (("odd", "is no gmconfig.target.formats.Form"), ("gone", "of more cannot be loaded")):
        with pytest.raises(BrokenConfiguration, match=said):
            formats.form_of(name)
    with pytest.raises(NotFound) as caught:
        formats.form_of("inni")
    assert caught.value.hint == 'did you mean "ini"?'


def test_a_format_that_breaks_says_its_name_and_no_value(installed: Path, monkeypatch: pytest.MonkeyPatch):
    import gmconfig_ini

    broken = formats.Form("x", ".x", lambda tree, _: tree["correct-horse"], lambda _: 1 / 0)
    monkeypatch.setattr(gmconfig_ini, "INI", broken)
    with pytest.raises(BrokenConfiguration, match='the format "ini" raised KeyError$'):
        formats.form_of("ini").render({}, About("settings"))
    with pytest.raises(BrokenConfiguration, match="it is not ini any more"):
        formats.form_of("ini").read(b"")


def test_an_importer_of_another_package_makes_secrets(installed: Path, sealed_trading: Path, cli, ok):
    (sealed_trading / "old.ini").write_text("[smtp]\npassword = correct-horse-battery\n")
    ok("secret", "import", "--from", "ini", "old.ini")
    assert ok("secret", "get", "smtp.password").strip() == "correct-horse-battery"
    refused = cli("secret", "import", "--from", "vaultt", "old.ini")
    assert refused.code == 2
    assert "hint: one of: sops, ansible-vault, eyaml, dotenv, ini" in refused.err


def test_a_check_of_another_package_judges(
    installed: Path, trading: Path, cli, monkeypatch: pytest.MonkeyPatch
):
    (trading / "policies" / "ports.yaml").write_text(
        "rules:\n- {id: ports, config_path: database.pool, check: validate_unprivileged_port}\n"
        "- {id: riddle, config_path: database.pool, check: validate_riddle}\n"
        "- {id: nothing, config_path: database.pool, check: validate_nothing}\n"
    )

    def found() -> dict[str, str]:
        listed = json.loads(cli("validate", "-o", "json").out)["findings"]
        return {one["rule"]: one["message"] for one in listed}

    first = found()
    assert first["ports"] == "database.pool is a port that only root may open"
    assert first["riddle"].endswith('cannot be judged: the check "validate_riddle" raised KeyError')
    assert first["broken-policy"] == 'the check "validate_nothing" cannot be called'
    monkeypatch.setattr("gmconfig_ini.validate_unprivileged_port", lambda _: True)
    functions._further.cache_clear()  # as another process, with another version of the package
    again = found()
    assert "ports" not in again
    assert "riddle" in again


def test_a_format_that_nobody_has_is_a_finding(installed: Path, trading: Path, cli):
    project = trading / "gmconfig.yaml"
    odd = "targets:\n  odd: {environment: production, path: x, format: imi}"
    project.write_text(project.read_text().replace("targets:", odd, 1))
    told = cli("validate").out
    assert 'target "odd" has the format "imi", which nobody has' in told
    assert 'did you mean "ini"?' in told
