"""Secrets whose metadata cannot be read."""

import pytest


@pytest.mark.parametrize("age", ["zz", "0d", "90", ""])
def test_an_age_that_is_none_is_refused_before_anything_is_sealed(sealed_trading, cli, git, age):
    head = git("rev-parse", "HEAD")
    answer = cli("secret", "create", "x", "--rotate-every", age, "--stdin", stdin="value")
    assert answer.code == 2, answer
    assert "is not an age" in answer.err
    assert (git("rev-parse", "HEAD"), git("status", "--short")) == (head, "")


def test_one_unreadable_age_does_not_hide_the_other_secrets(sealed_trading, ok):
    ok("secret", "create", "x", "--rotate-every", "90d", "--stdin", stdin="value")
    file = sealed_trading / "secrets/common.yaml"
    file.write_text(file.read_text().replace("90d", "soon"))
    listed = ok("secret", "list")
    assert "db_password" in listed
    assert " x " in listed
