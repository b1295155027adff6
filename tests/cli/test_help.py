"""What `--help` says, of every word: it fits a terminal of 80 columns and shows how the word is used."""

import re

import pytest
import typer

from gmconfig.cli.app import LISTED, assembled


def _below(command, words, parent=None):
    context = command.context_class(command, info_name=words[-1], parent=parent, terminal_width=80)
    yield " ".join(words), command, context
    for name in getattr(command, "commands", ()):
        yield from _below(command.commands[name], (*words, name), context)


@pytest.fixture(scope="module")
def helped():
    """Every word with its command and its help, as a narrow terminal shows it."""
    whole = typer.main.get_command(assembled())
    return [
        (words, command, command.get_help(context))
        for words, command, context in _below(whole, ("gmconfig",))
    ]


def test_no_line_is_wider_than_a_terminal(helped):
    wide = [f"{words}: {line}" for words, _, text in helped for line in text.splitlines() if len(line) > 80]
    assert not wide, "\n".join(wide)
    assert len(helped) > 100


def test_who_asks_for_the_words_gets_them_without_their_verbs(helped):
    listed = typer.main.get_command(assembled(LISTED))
    [(_, _, context)] = [one for one in _below(listed, ("gmconfig",)) if one[0] == "gmconfig"]
    assert listed.get_help(context) == helped[0][2]
    assert not any(getattr(one, "commands", ()) for one in listed.commands.values())


def test_every_verb_has_a_sentence_and_two_examples_of_itself(helped):
    for words, command, _ in helped:
        if not hasattr(command, "commands"):
            shown = re.findall(rf"^(?:.* )?{words}\b", command.help.replace(" -q ", " "), re.MULTILINE)
            assert len(shown) >= 2, words
        assert command.help.partition("\n")[0].endswith("."), words


def test_every_option_and_argument_is_told(helped):
    for words, command, _ in helped:
        for one in command.params:
            assert one.help or one.name in ("help", "install_completion", "show_completion"), (
                words,
                one.name,
            )


def test_every_group_ends_with_the_exit_codes(helped):
    for words, command, text in helped:
        if hasattr(command, "commands"):
            assert text.rstrip().endswith("130  interrupted"), words
