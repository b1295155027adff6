"""Data that a program holds, checked before it is stored."""

import pytest

from gmconfig.validate.data import check_data


def said(written, data, **how) -> list[tuple]:
    project = written.project
    found = check_data(project, project.worktree(), "settings", data, today="2026-11-22", **how)
    return [(finding.check, finding.path, finding.message) for finding in found]


@pytest.fixture
def schemed(written):
    return written.write(
        "schemas/settings.schema.json", '{"required": ["name"], "properties": {"port": {"type": "integer"}}}'
    )


def test_errors_name_the_field(schemed):
    assert said(schemed, {"port": "x"}) == [
        ("schema", None, '"name" is missing'), ("schema", "port", '"x" (a string) is not an integer'),
    ]  # fmt: skip
    assert said(schemed, {"name": "x", "port": 1}) == []


def test_policies_of_the_environment_count(written):
    assert said(written, {"debug": True}) == []
    assert said(written, {"debug": True}, environment="production") == [("policy", "debug", "debug is true")]


def test_placeholders_and_tokens_may_be_in_it(schemed):
    data = {"name": "gm1.default.abc." + "A" * 140, "port": "${PORT:80}", "x": "${NOPE}"}
    assert said(schemed, data) == [("reference", "x", '"${NOPE}" has neither a value nor a default')]
