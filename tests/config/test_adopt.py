"""Adopting a repository that was not made for gmconfig."""

import pytest

from gmconfig.config.adoption.finding import adopted
from gmconfig.config.resolve import resolve
from gmconfig.errors import BrokenConfiguration, NotFound, UsageError
from gmconfig.project import Project
from gmconfig.storage.snapshot import WorkingTree
from gmconfig.storage.yaml import load


@pytest.fixture
def adopt(tmp_path):
    """Write files, adopt them by patterns, and give the adoption and the project that it makes."""

    def make(files, *patterns):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        adoption = adopted(WorkingTree(str(tmp_path)), patterns)
        (tmp_path / "gmconfig.yaml").write_text(adoption.text)
        return adoption, Project.find(str(tmp_path))

    return make


def test_one_full_file_per_environment(adopt):
    files = {"values-prod.yaml": "a: 1\n", "values-test.yaml": "a: 2\n", "other.txt": ""}
    adoption, project = adopt(files, "values-{environment}.yaml")
    assert adoption.names == ("values",)
    assert list(project.environments) == ["prod", "test"]
    assert project.default_document == "values"
    assert [
        resolve(project, project.worktree(), "values", name).merged["a"] for name in ("prod", "test")
    ] == [1, 2]


def test_a_base_and_its_environments_are_one_document(adopt):
    files = {"values.yaml": "a: 1\nb: 1\n", "values-prod.yaml": "a: 2\n"}
    adoption, project = adopt(files, "values.yaml", "values-{environment}.yaml")
    assert adoption.documents == {"values": ("values.yaml", "values-{environment}.yaml")}
    assert resolve(project, project.worktree(), "values", "prod").merged == {"a": 2, "b": 1}


def test_folders_of_environments(adopt):
    files = {
        f"hieradata/{env}/{doc}.yaml": f"at: {env}-{doc}\n" for env in ("eu", "us") for doc in ("db", "web")
    }
    adoption, project = adopt(files, "hieradata/{environment}/{document}.yaml")
    assert (adoption.environments, adoption.names) == (("eu", "us"), ("db", "web"))
    assert resolve(project, project.worktree(), "web", "us").merged == {"at": "us-web"}


def test_a_star_stands_for_documents(adopt):
    files = {"config/app.yaml": "a: 1\n", "config/web.yaml": "a: 2\n", "config/sub/x.yaml": "a: 3\n"}
    adoption, project = adopt(files, "config/*.yaml")
    assert (adoption.names, adoption.environments) == (("app", "web"), ())
    assert resolve(project, project.worktree(), "web").merged == {"a": 2}


def test_further_variables_are_not_part_of_a_name(adopt):
    adoption, _ = adopt({"conf/prod.yaml": "a: 1\n"}, "conf/{environment}.yaml")
    assert adoption.names == ("settings",)


@pytest.mark.parametrize(
    "text", ["a: ${HOME}\n", 'a: "{{ .Values.x }}"\n', "${x}: 1\n", "a: '%{facts.os}'\n"]
)
def test_foreign_placeholders_are_left_alone(adopt, text):
    adoption, project = adopt({"values-prod.yaml": text}, "values-{environment}.yaml")
    assert adoption.keeps_placeholders
    assert project.settings.keeps_placeholders("values")


def test_signs_in_comments_are_no_placeholders(adopt):
    adoption, _ = adopt({"values-prod.yaml": "a: 1  # ${HOME}\n"}, "values-{environment}.yaml")
    assert not adoption.keeps_placeholders


@pytest.mark.parametrize(
    ("patterns", "error"),
    [
        (["nothing-{environment}.yaml"], NotFound),
        ([], UsageError),
        (["a/*/*.yaml"], UsageError),
        (["../{environment}.yaml"], UsageError),
        (["{environment.yaml"], UsageError),
        (["values-{environment}.yaml", "values-{document}.yaml"], UsageError),
        (["{environment}-{document}.yaml"], UsageError),
    ],
)
def test_patterns_that_do_not_work(adopt, patterns, error):
    with pytest.raises(error):
        adopt({"values-prod.yaml": "a: 1\n", "a-b-c.yaml": ""}, *patterns)


def test_a_reserved_name_is_refused(adopt):
    with pytest.raises(UsageError, match="common"):
        adopt({"values-common.yaml": "a: 1\n"}, "values-{environment}.yaml")


def test_a_broken_file_is_named(adopt):
    with pytest.raises(BrokenConfiguration) as error:
        adopt({"values-prod.yaml": "a: [\nb: {{x}}\n"}, "values-{environment}.yaml")
    assert error.value.place.file == "values-prod.yaml"


@pytest.mark.parametrize(
    ("name", "text", "helps"),
    [
        ("app.toml", "[default]\nport = 1\n", "tomllib"),
        ("app.env", "PORT=1\nDEBUG=0\n", "--from dotenv"),
        ("app.properties", "a.b=1\n", "YAML and JSON"),
    ],
)
def test_what_is_no_yaml_is_refused_before_anything_is_made_of_it(adopt, name, text, helps):
    with pytest.raises(UsageError, match=name) as error:
        adopt({name: text}, name)
    assert helps in error.value.hint


def test_a_broken_file_without_placeholders_is_named_too(adopt):
    with pytest.raises(BrokenConfiguration, match="app.yaml"):
        adopt({"app.yaml": "a: [\n"}, "*.yaml")


def test_the_text_is_short_and_explains_itself(adopt):
    adoption, _ = adopt({"values-prod.yaml": "a: '{{x}}'\n"}, "values-{environment}.yaml")
    assert load(adoption.text.encode()) == {
        "documents": {"values": "values-{environment}.yaml"},
        "default_document": "values",
        "environments": {"prod": {}},
        "placeholders": "keep",
    }
    assert len(adoption.text.splitlines()) < 12


def test_govuk_resolves_to_its_files(conformance_data, adopt):
    names = ("integration", "staging", "production")
    folder = conformance_data / "govuk-app-config"
    files = {f"values-{name}.yaml": (folder / f"values-{name}.yaml").read_text() for name in names}
    adoption, project = adopt(files, "values-{environment}.yaml")
    assert set(adoption.environments) == set(names)
    for name in names:
        raw = (folder / f"values-{name}.yaml").read_bytes()
        assert resolve(project, project.worktree(), "values", name).merged == load(raw)
