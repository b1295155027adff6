"""What is decided sooner for ten thousand values is decided as for one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration
from gmconfig.secret import plaintext, seal
from gmconfig.secret.file.draft import Draft
from gmconfig.secret.token import Context, Sealed, parse
from gmconfig.secret.vault import MANY

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@given(st.text())
@example('"')
@example("\\")
@example("\x7f")
@example("\x00")
def test_a_text_decodes_to_itself(text):
    assert plaintext.decode(plaintext.encode(text)) == text if _can_be_encoded(text) else True


def _can_be_encoded(text: str) -> bool:
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in text)


@given(st.binary(max_size=8))
@example(b"a\nb")
@example(b'a"b')
@example(b"\xff")
def test_what_json_refuses_in_a_text_is_refused(inside):
    raw = b'"' + inside + b'"'
    try:
        wanted: object = json.loads(raw.decode())
    except ValueError:
        with pytest.raises(BrokenConfiguration):
            plaintext.decode(raw)
    else:
        assert plaintext.decode(raw) == wanted


def test_a_name_that_was_read_once_makes_no_other_name_good():
    token = "gm1.d.g." + "gAAAAAAAAAAA" + "A" * 84 + "=="
    for text in (
        token,
        token.replace("d.g", "D.g"),
        token.replace("d.g", "d.G"),
        token.replace("d.g", "d.-"),
    ):
        for _ in range(2):
            with pytest.raises(BrokenConfiguration):
                parse(text)


@given(st.lists(st.one_of(st.text(max_size=4), st.integers(0, 300)), max_size=4))
def test_a_path_is_encoded_with_each_length_in_front(path):
    parts = [(b"k" + part.encode("utf-8")) if isinstance(part, str) else b"i%d" % part for part in path]
    whole = seal.context_info("l", "s", "g", Context("d", None, tuple(path)))
    empty = seal.context_info("l", "s", "g", Context("d", None, ()))
    assert whole == empty + seal.length_prefixed(parts)


def test_places_are_found_alike_with_and_without_an_index(world):
    """The first few questions look at every entry, later ones at an index."""
    draft = Draft(world.vault(), "set", now=NOW)
    places = [Context("settings", None, path) for path in [("a",), ("a", 0), ("a", "b"), ("c",), ("a", "0")]]
    for place in places:
        draft.seal(place, "x")
    for file, edit in draft.files().items():
        target = world.root / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(edit.apply(None) or b"")
    standing = world.vault().standing
    asked = [*places, Context("settings", "production", ("a",)), Context("other", None, ("a",))]
    first = {place: world.vault().standing.heads(place) for place in asked}
    for _ in range(3):
        assert {place: standing.heads(place) for place in asked} == first
    assert [len(first[place]) for place in asked] == [1] * len(places) + [0, 0]


@pytest.fixture
def sealed(world):
    """Seal values of every kind, and give them with the world's vault."""
    values = ["a", 1, -0.5, True, None, b"raw", ["x", {"y": 1}], "ö\n", "", 2**70]
    draft = Draft(world.vault(), "set", now=NOW)
    places = [Context("settings", None, (f"k{number}",)) for number in range(len(values))]
    tokens = [Sealed(draft.seal(place, one), place) for place, one in zip(places, values, strict=True)]
    for file, edit in draft.files().items():
        (world.root / file).parent.mkdir(parents=True, exist_ok=True)
        (world.root / file).write_bytes(edit.apply(None) or b"")
    return world.vault(), tokens, values


def opened(vault, tokens):
    """Open so many that it is worth a copy of the process, and give each value once."""
    many = (tokens * (MANY // len(tokens) + 1))[:MANY]
    found = vault.open_many(many)
    assert found is None or found == (found[: len(tokens)] * MANY)[:MANY]
    return found and found[: len(tokens)]


def test_two_processes_open_what_one_opens(sealed):
    vault, tokens, values = sealed
    found = opened(vault, tokens)
    assert found == values
    assert list(map(type, found)) == list(map(type, values))
    assert vault.open_many(tokens) is None  # too few to pay off


@pytest.mark.parametrize("number", [0, 9])
def test_what_does_not_open_is_left_to_be_told_in_order(sealed, number):
    vault, tokens, _ = sealed
    tokens[number] = Sealed(str(tokens[number]), Context("settings", None, ("elsewhere",)))
    assert opened(vault, tokens) is None


def test_a_process_whose_children_somebody_else_waits_for_opens_them_all(sealed):
    import signal

    vault, tokens, values = sealed
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert opened(vault, tokens) == values
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_a_process_that_may_have_no_children_opens_them_all(sealed):
    import resource

    vault, tokens, values = sealed
    assert vault.open(tokens[0]) == values[0]  # what it reads for that takes descriptors too
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        assert opened(vault, tokens) == values
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_document_of_thousands_of_values_opens_and_says_which_does_not(tmp_path, monkeypatch):
    from gmconfig import ConfigManager
    from gmconfig.errors import AccessDenied
    from tests.trading import founded

    root = founded(tmp_path / "repo")
    monkeypatch.chdir(root)
    manager = ConfigManager()
    draft = Draft(manager.workspace.vault(manager.workspace.project.worktree()), "set", now=NOW)
    keys = [f"k{number}" for number in range(MANY + 50)]
    tokens = [draft.seal(Context("many", None, (key,)), key.upper()) for key in keys]
    for file, edit in draft.files().items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(edit.apply(None) or b"")
    file = root / "config" / "many.yaml"
    file.write_text("".join(f"{key}: {token}\n" for key, token in zip(keys, tokens, strict=True)))
    assert manager.get_config("many") == {key: key.upper() for key in keys}
    file.write_text(file.read_text().replace(tokens[-1], tokens[-2]))
    with pytest.raises(AccessDenied, match="moved or copied") as caught:
        manager.get_config("many")
    assert caught.value.place.line == len(keys)
