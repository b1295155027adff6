"""`config diff` of all documents reads only those that may differ, and answers as if it had read all."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig import ConfigManager, SecretsManager
from gmconfig.api.answers import DocumentDifference
from gmconfig.api.config.alike import alike
from gmconfig.api.config.side import both_sides
from gmconfig.config.diff import Change
from gmconfig.errors import UnknownDocument
from tests.trading import founded

DOCUMENTS = ("a", "b", "c")
VALUES = (
    "1",
    "[x, y]",
    "'${CONFIG:b:v}'",
    "'${CONFIG:other}'",
    '"\\x24{CONFIG:c:v}"',
    "'${CONFIG:${NAME}:v}'",
    "'${WHERE:80}'",
    "'${SECRET:token}'",
)
ENVIRONMENTS = (
    "environments: {production: {variables: {WHERE: 1, NAME: a}}, staging: {variables: {NAME: c}}}\n"
)
PROJECTS = (
    ENVIRONMENTS,
    ENVIRONMENTS + "merge: {v: append}\n",
    ENVIRONMENTS + "documents: {'{document}': {files: 'config/{document}.yaml', placeholders: keep}}\n",
    "environments: {production: {}, staging: {extends: production}}\n",
)
SCHEMAS = ('{"properties": {"v": {"type": "string"}}}', '{"properties": {"v": {"type": "integer"}}}')

layers = st.builds("v: {}\nother: {}\n".format, st.sampled_from(VALUES), st.sampled_from(("1", "2")))
edits = st.dictionaries(
    st.sampled_from(
        [f"config/{where}{name}.yaml" for name in DOCUMENTS for where in ("", "environments/production/")]
    ),
    st.none() | layers,
    max_size=2,
)
states = st.tuples(edits, st.sampled_from(PROJECTS), st.sampled_from(SCHEMAS))
steady = edits.map(lambda edit: (edit, ENVIRONMENTS, SCHEMAS[0]))
sides = st.sampled_from(
    [
        ("one", "two"),
        ("production", "staging"),
        ("production@one", "production@two"),
        ("staging@one", "staging"),
    ]
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("skipping")
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    (folder / ".git/info/exclude").write_text("*.local.yaml\n")
    return folder


@given(
    start=st.fixed_dictionaries({f"config/{name}.yaml": layers for name in DOCUMENTS}),
    states=st.tuples(steady, steady) | st.tuples(states, states),
    sides=sides,
)
@settings(max_examples=4)
def test_what_is_not_read_makes_no_difference(root, start, states, sides):
    files = {}
    for name, (edit, project, schema) in zip(("one", "two"), states, strict=True):
        files = {**start, **files, **edit, "gmconfig.yaml": project, "schemas/a.schema.json": schema}
        commit(root, name, files)
    lay(root, files)
    manager = ConfigManager(root=root)
    assert told(manager.diff(*sides)) == told(fully(manager, *sides))


BASE = {
    "changed": "v: 1\n",
    "named": "v: '${CONFIG:changed:v}'\n",
    "far": "v: '${CONFIG:named:v}'\n",
    "nested": "v: '${CONFIG:${CONFIG:word}:v}'\nword: changed\n",
    "escaped": 'v: "\\x24{CONFIG:changed:v}"\n',
    "own": "v: '${CONFIG:other}'\nother: 1\n",
    "variable": "v: '${WHERE:80}'\n",
    "secret": "v: '${SECRET:token}'\n",
    "plain": "v: 1\n",
}


def test_what_others_refer_to_is_followed_and_the_rest_is_not_read(root):
    before = {f"config/{name}.yaml": text for name, text in BASE.items()}
    before |= {"gmconfig.yaml": ENVIRONMENTS, "schemas/variable.schema.json": SCHEMAS[0]}
    before["config/environments/staging/plain.yaml"] = "v: 1\n"
    after = {**before, "config/changed.yaml": "v: 2\n"}
    retyped = {**after, "schemas/variable.schema.json": SCHEMAS[1]}
    for name, files in (("before", before), ("after", after), ("retyped", retyped)):
        commit(root, name, files)
    lay(root, after)
    followed = {"changed", "named", "far", "nested", "escaped"}
    assert spared(root, "before", "after") == BASE.keys() - followed
    assert spared(root, "after", "retyped") == {"changed", "plain"}
    assert spared(root, "production", "staging") == {"changed"}
    assert spared(root, "production@after", "production") == {"changed", "plain"}
    assert spared(root, "after", "after") == BASE.keys()


def spared(root: Path, *sides: str) -> set[str]:
    """Give the documents that are not read, when the answer is the one of reading all."""
    manager = ConfigManager(root=root)
    assert told(manager.diff(*sides)) == told(fully(manager, *sides))
    return set(alike(manager.workspace, *both_sides(manager.workspace, *sides, ()), BASE.keys()))


def test_a_secret_that_is_another_one_now_is_a_difference_of_the_documents_that_name_it(tmp_path):
    folder = founded(tmp_path / "repo")
    before = ConfigManager(root=folder).diff("HEAD", "HEAD")
    assert not any(one.changes for one in before)
    SecretsManager(root=folder).rotate_secret("db_password", "another-horse-battery")
    after = [one for one in ConfigManager(root=folder).diff("HEAD~1", "HEAD") if one.changes]
    assert {one.document for one in after} == {"settings"}
    assert [change.secret for change in after[0].changes] == ["changed"]


def fully(manager: ConfigManager, left: str, right: str) -> Sequence[DocumentDifference]:
    """Compare each document by its name: what is named is read."""
    project = manager.workspace.project
    both = both_sides(manager.workspace, left, right, ())
    names = sorted({name for side in both for name in project.documents(side.files)})
    try:
        return manager.diff(left, right, tuple(names))
    except UnknownDocument:  # one was there once, in an environment that is not compared
        return [one for name in names for one in only(manager, left, right, name)]


def only(manager: ConfigManager, left: str, right: str, name: str) -> Sequence[DocumentDifference]:
    try:
        return manager.diff(left, right, (name,))
    except UnknownDocument:
        return [DocumentDifference(name, ())]


def told(found) -> list[object]:
    return [(one.document, one.environment, [as_told(change) for change in one.changes]) for one in found]


def as_told(change: Change) -> tuple[object, ...]:
    return change.path, change.kind, repr(change.before), repr(change.after), change.secret


def commit(root: Path, name: str, files: dict[str, str | None]) -> None:
    parts = [f"commit refs/heads/{name}\ncommitter T <t@example.org> 0 +0000\ndata 0\n"]
    for file, text in files.items():
        if text is not None:
            parts.append(f"M 100644 inline {file}\ndata {len(text)}\n{text}\n")
    script = f"reset refs/heads/{name}\n\n{''.join(parts)}"
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"], cwd=root, input=script, text=True, check=True
    )


def lay(root: Path, files: dict[str, str | None]) -> None:
    for old in root.glob("**/*.*"):
        if old.is_file() and ".git/" not in str(old):
            old.unlink()
    for file, text in files.items():
        if text is not None:
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
