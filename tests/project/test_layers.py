"""Which files are layers of what, in the usual layout and in others."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import (
    BrokenConfiguration,
    NotFound,
    Refused,
    UnknownDocument,
    UnknownEnvironment,
    UsageError,
)
from gmconfig.project import Project
from gmconfig.project.affected import affected_by
from gmconfig.project.names import is_name
from gmconfig.project.pattern import Pattern, is_inside

USUAL = {
    "config/settings.yaml": "a: 1\n",
    "config/billing.yaml": "a: 1\n",
    "config/environments/production.yaml": "a: 2\n",
    "config/environments/production/billing.yaml": "a: 2\n",
    "config/environments/nowhere.yaml": "a: 2\n",
    "config/-x.yaml": "a: 1\n",
    "config/.hidden.yaml": "a: 1\n",
}


def files(project: Project, *args, **kwargs) -> list[str]:
    return [layer.file for layer in project.layers(project.worktree(), *args, **kwargs)]


def test_usual_layout(project):
    found = project(USUAL)
    assert found.documents(found.worktree()) == ["billing", "settings"]
    assert files(found, "settings") == ["config/settings.yaml"]
    assert files(found, "settings", "production") == [
        "config/settings.yaml",
        "config/environments/production.yaml",
    ]
    assert files(found, "billing", "production") == [
        "config/billing.yaml",
        "config/environments/production/billing.yaml",
    ]


def test_found_from_any_subfolder_and_not_above_the_repository(project, monkeypatch):
    found = project(USUAL)
    monkeypatch.chdir(os.path.join(found.root, "config/environments"))
    assert Project.find().root == found.root
    os.makedirs(os.path.join(found.root, "inner/.git"))
    with pytest.raises(NotFound) as caught:
        Project.find(os.path.join(found.root, "inner"))
    assert caught.value.hint == "gmconfig init"


def test_folder_that_does_not_exist_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError):
        Project.find(str(tmp_path / "nowhere"))


def test_environments_inherit_from_the_root_on(project):
    found = project(
        {
            "gmconfig.yaml": "environments: {eu: {extends: production}, production: {extends: all}, all: }\n",
            "config/environments/eu.yaml": "",
            "config/environments/all.yaml": "",
            "config/environments/production.yaml": "",
        }
    )
    assert files(found, "settings", "eu") == [
        "config/environments/all.yaml",
        "config/environments/production.yaml",
        "config/environments/eu.yaml",
    ]


def test_one_full_file_an_environment_without_base(project):
    found = project(
        {
            "gmconfig.yaml": "documents: {values: 'charts/values-{environment}.yaml'}\n",
            "charts/values-production.yaml": "",
            "charts/values-other.yaml": "",
            "config/not-mapped.yaml": "",
        }
    )
    assert found.documents(found.worktree()) == ["values"]
    assert files(found, "values", "production") == ["charts/values-production.yaml"]
    assert files(found, "values") == []


def test_hiera_layout_with_further_layers(project):
    found = project(
        {
            "gmconfig.yaml": "documents:\n"
            "  '{document}': ['hiera/{document}.yaml', 'hiera/{environment}/{document}.yaml']\n"
            "layers: ['hosts/{host}/{document}.yaml']\n",
            "hiera/web.yaml": "",
            "hiera/production/web.yaml": "",
            "hosts/h1/web.yaml": "",
        }
    )
    assert files(found, "web", "production", {"host": "h1"}) == [
        "hiera/web.yaml",
        "hiera/production/web.yaml",
        "hosts/h1/web.yaml",
    ]
    layer = found.layers(found.worktree(), "web", "production", {"host": "h1"})[-1]
    assert (layer.kind, layer.environment, layer.variables) == ("layer", None, (("host", "h1"),))


def test_variable_values_cannot_leave_the_folder(project):
    found = project({"gmconfig.yaml": "layers: ['hosts/{host}.yaml']\n"})
    for value in ("../x", "-x", "a/b", ""):
        with pytest.raises(UsageError):
            files(found, "settings", None, {"host": value})
    with pytest.raises(UsageError) as caught:
        files(found, "settings", None, {"hots": "x"})
    assert caught.value.hint == 'did you mean "host"?'


@pytest.mark.parametrize("name", ["../settings", "-rf", "", "a/b", "settings\0"])
def test_hostile_document_names_are_unknown(project, name):
    with pytest.raises(UnknownDocument):
        files(project(USUAL), name)


def test_unknown_names_are_told_the_nearest(project):
    found = project(USUAL)
    with pytest.raises(UnknownEnvironment) as caught:
        files(found, "settings", "prodution")
    assert caught.value.hint == 'did you mean "production"?'
    with pytest.raises(UnknownDocument) as caught:
        found.check_document(found.worktree(), "setings")
    assert caught.value.hint == 'did you mean "settings"?'


def test_file_of_two_patterns_is_an_error(project):
    found = project(
        {
            "gmconfig.yaml": "documents: {a: 'x/{environment}.yaml', b: 'x/prod{rest}.yaml'}\n",
            "x/production.yaml": "",
        }
    )
    with pytest.raises(BrokenConfiguration, match="matches"):
        files(found, "a", "production")
    with pytest.raises(BrokenConfiguration, match="matches"):
        found.documents(found.worktree())


def test_pattern_that_reads_in_two_ways_is_an_error(project):
    found = project(
        {
            "gmconfig.yaml": "environments: {eu: , a-eu: }\n"
            "documents: {'{document}': '{document}-{environment}.yaml'}\n",
            "x-a-eu.yaml": "",
        }
    )
    with pytest.raises(BrokenConfiguration, match="in 2 ways"):
        found.documents(found.worktree())


def test_reserved_document(project):
    found = project({"config/flags.yaml": ""})
    with pytest.raises(BrokenConfiguration, match="reserved"):
        found.documents(found.worktree())


def test_local_files_are_read_on_top_where_git_ignores_them(project, git):
    found = project(
        {
            **USUAL,
            "config/settings.local.yaml": "a: 3\n",
            "config/environments/production.local.yaml": "a: 4\n",
        }
    )
    git("init", "-q", cwd=found.root)
    assert "config/settings.local.yaml" not in files(found, "settings", "production")
    with open(os.path.join(found.root, ".gitignore"), "w") as file:
        file.write("*.local.yaml\n")
    found = Project.find(found.root)
    assert files(found, "settings", "production")[2:] == [
        "config/settings.local.yaml",
        "config/environments/production.local.yaml",
    ]
    assert found.documents(found.worktree()) == ["billing", "settings"]


def test_affected_by(project):
    found = project(
        {**USUAL, "gmconfig.yaml": "environments: {production: , eu: {extends: production}, dev: }\n"}
    )
    tree = found.worktree()
    assert affected_by(found, tree, "config/settings.yaml") == [
        ("settings", None),
        ("settings", "production"),
        ("settings", "eu"),
        ("settings", "dev"),
    ]
    production = [("settings", "production"), ("settings", "eu")]
    assert affected_by(found, tree, "config/environments/production.yaml") == production
    assert affected_by(found, tree, "config/environments/production.local.yaml") == production
    assert {document for document, _ in affected_by(found, tree, "gmconfig.yaml")} == {"billing", "settings"}
    assert {document for document, _ in affected_by(found, tree, "schemas/billing.schema.json")} == {
        "billing"
    }
    assert affected_by(found, tree, "README.md") == []


def test_a_schema_that_another_one_may_refer_to_reaches_every_document(project):
    files = {"gmconfig.yaml": "", "config/settings.yaml": "a: 1\n", "config/billing.yaml": "a: 1\n"}
    own = {"schemas/settings.schema.json": '{"$ref": "#/definitions/a"}'}
    for reference, reached in (
        ("#/definitions/b", {"settings"}),
        ("settings.schema.json#/a", {"settings", "billing"}),
    ):
        found = project({**files, **own, "schemas/billing.schema.json": f'{{"$ref": "{reference}"}}'})
        told = affected_by(found, found.worktree(), "schemas/settings.schema.json")
        assert {document for document, _ in told} == reached


def test_layout_as_of_a_commit(project, git):
    found = project({**USUAL, "gmconfig.yaml": "environments: {old: }\n"})
    git("init", "-q", cwd=found.root)
    git("add", "-A", cwd=found.root)
    git("commit", "-qm", "one", cwd=found.root)
    with open(os.path.join(found.root, "gmconfig.yaml"), "w") as file:
        file.write("environments: {new: }\n")
    found = Project.find(found.root)
    assert list(found.environments) == ["new"]
    assert list(found.at(found.snapshot("HEAD")).environments) == ["old"]


def test_symlink_out_of_the_project_is_refused(project, tmp_path):
    found = project()
    (tmp_path / "outside.yaml").write_text("a: 1\n")
    os.makedirs(os.path.join(found.root, "config"))
    os.symlink(tmp_path / "outside.yaml", os.path.join(found.root, "config/settings.yaml"))
    with pytest.raises(Refused):
        found.worktree().read("config/settings.yaml")


NAMES = st.text(alphabet="ab-.", min_size=1, max_size=4).filter(is_name)


@given(
    st.lists(
        st.sampled_from(["{document}", "{environment}", "{host}", "/", "-", "x", ".yaml"]),
        min_size=1,
        max_size=6,
    ),
    st.fixed_dictionaries({"document": NAMES, "environment": NAMES, "host": NAMES}),
)
def test_a_pattern_reads_every_file_that_it_names(parts, values):
    text = "".join(parts)
    if not is_inside(text):
        return
    pattern = Pattern(text)
    file = pattern.fill(values)
    readings = pattern.match(file, {"environment": frozenset([values["environment"], "other"])})
    assert {name: values[name] for name in set(pattern.variables)} in readings
    assert all(pattern.fill({**values, **reading}) == file for reading in readings)
