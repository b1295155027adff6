"""Names that a review takes for other ones: found in flags and keys, refused for secrets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import UsageError
from gmconfig.path.lookalike import oddity, twins
from gmconfig.secret.named.changing import check_name
from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

CYRILLIC = "p\u0430ssword"  # а


@pytest.mark.parametrize(
    "name", ["größe", "наименование", "μ_per_second", "日本語", "naïve", "оса", "Ωmega", "x²", "👍"]
)
def test_names_of_every_language_are_names(name: str):
    assert oddity(name) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (CYRILLIC, "looks like a (U+0430)"),
        ("\u0412uild", "looks like B (U+0412)"),
        ("pass\u200bword", "nobody sees (U+200B)"),
        ("a\u202eb", "nobody sees (U+202E)"),
        ("a\u3164", "nobody sees (U+3164)"),
    ],
)
def test_a_letter_of_another_alphabet_and_what_nobody_sees(name: str, said: str):
    assert said in str(oddity(name))
    with pytest.raises(UsageError):
        check_name(name)


def test_twins():
    names = [
        "\uff50assword",
        "caf\u00e9",
        "password",
        CYRILLIC,
        "cafe\u0301",
        "other",
        "пароль",
        "\ufb01le",
        "file",
    ]
    found = {"\uff50assword": "password", CYRILLIC: "password", "cafe\u0301": "caf\u00e9", "\ufb01le": "file"}
    assert twins(names) == found


@given(st.lists(st.text()))
def test_every_text_may_be_a_name(names: list[str]):
    found = twins(names)
    assert set(found) <= set(names)
    assert not any(name.isascii() and other.isascii() for name, other in found.items())
    assert all(oddity(name) is None for name in names if name.isascii())


def test_flags_that_look_alike(cli, trading: Path):
    (trading / "flags/more.yaml").write_text(
        f"flags:\n  password: {{state: enabled}}\n  {CYRILLIC}: {{state: enabled}}\n"
        "  kind: {type: string, variants: {on: a, \u043en: b}, default: on, state: enabled}\n"
        "  other: {type: string, variants: {\u043en: b, off: c}, default: off, state: enabled}\n"
        "segments:\n  st\u0430ff: {email: {ends_with: x}}\n"
        "evaluators:\n  p\u0430id: {'==': [1, 1]}\n"
    )
    answer = cli("flag", "lint")
    assert (
        f'flags/more.yaml:3:3: warning: flag: "{CYRILLIC}" looks like "password" and is another one'
        in answer.out
    )
    assert 'warning: flag: "\u043en" looks like "on" and is another one' in answer.out
    assert answer.out.count('looks like "on"') == 1  # the variants of another flag do not stand beside it
    assert 'flags/more.yaml:7:3: warning: flag: "st\u0430ff" has a letter of another alphabet' in answer.out
    assert 'flags/more.yaml:9:3: warning: flag: "p\u0430id" has a letter of another alphabet' in answer.out
    assert "look-alike" in cli("flag", "lint", "-o", "json").out


def test_a_key_that_overrides_nothing(cli, trading: Path):
    (trading / "config/billing.yaml").write_text("password: a\nhosts: [{name: x}]\n")
    (trading / "config/environments/production").mkdir(exist_ok=True)
    (trading / "config/environments/production/billing.yaml").write_text('"p\\u0430ssword": b\n')
    answer = cli("validate")
    assert f'production/billing.yaml:1:1: warning: yaml: "{CYRILLIC}" looks like "password"' in answer.out, (
        answer
    )
    assert answer.out.count("looks like") == 1
