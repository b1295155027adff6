"""Tables on a terminal too narrow for them: nothing is cut, and a row takes as few lines as it can."""

import json
import re
from functools import partial
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from gmconfig.api import Explanation
from gmconfig.cli.config.shown import changes, explanation
from gmconfig.cli.deploy.shown import aligned, headings
from gmconfig.cli.narrow import folded, stacked
from gmconfig.cli.terminal import cells, lines, plain, table
from gmconfig.cli.values import inline, sides
from gmconfig.config.diff import Change
from gmconfig.finding import Finding, Severity
from gmconfig.record.entry import Record
from gmconfig.validate.report.report import Report
from gmconfig.validate.report.text import render

_FIELDS = st.text("abc xyz/.", min_size=0, max_size=60).map(str.strip)


def _told(rows, room):
    return [plain(line) for line in folded(rows, "  ", room)]


def test_one_long_text_goes_below_and_the_others_stay_in_line():
    rows = [
        ["v3", "1a81ed2", 'Revert "settings: database.pool"'],
        ["v2", ("7a1ef16", "dim"), "one more"],
        ["v10", "bc6e798", "as it was"],
    ]
    assert _told(rows, 30) == [
        "v3   1a81ed2",
        '    Revert "settings: database.pool"',
        "v2   7a1ef16  one more",
        "v10  bc6e798  as it was",
    ]


def test_what_goes_below_fills_its_lines():
    row = ["a-name-that-is-too-long-for-it", "ok", "", "first text", "second", "third"]
    assert _told([row], 24) == [row[0], "    ok  first text", "    second  third"]


def test_columns_stand_below_each_other_whatever_is_written_in_them():
    rows = [["設定", "x"], ["Zoe\u0308", "x"], ["🚀", "x"], ["plain", "x"]]
    lines = [plain(line) for line in table(rows)]
    assert [cells(line) for line in lines] == [len("plain  x")] * len(rows)
    assert [plain(line) for line in folded([["設定設定", "x"]], "  ", 10)] == ["設定設定", "    x"]


@given(st.lists(st.lists(_FIELDS, min_size=1, max_size=6), min_size=1, max_size=8), st.integers(20, 120))
def test_every_field_is_there_whole_and_no_line_is_wider_than_it_must_be(rows, room):
    told = _told(rows, room)
    text = "\n".join(told)
    assert all(field in text for row in rows for field in row)
    widest = max(len(field) for row in rows for field in row) + 4
    assert all(len(line) <= max(room, widest) for line in told)


def test_a_long_path_does_not_push_the_values_of_all_others_away():
    change = partial(Change, kind="~", before=1, after=2)
    long = ("applications", "a-name-that-somebody-chose-with-care", "annotations", "a-key")
    told = [plain(line) for line in changes([change(("pool",)), change(long), change(("database", "port"))])]
    assert told == [
        "  ~ pool            1 → 2",
        f"  ~ {'.'.join(long)}",
        "        1 → 2",
        "  ~ database.port   1 → 2",
    ]


def test_wide_characters_push_nothing_out_of_its_column():
    change = partial(Change, kind="~", before=1, after=2)
    told = [plain(line) for line in changes([change(("設定", "ポート")), change(("server", "port"))])]
    assert len({cells(line) for line in told}) == 1, told
    rows = [[("  ~ ", ""), f"{path}  ", "1", " → 2", ("  here", "")] for path in ("設定", "a-name")]
    assert len({cells(line) for line in aligned(rows)}) == 1
    assert cells(inline("設定" * 60)) <= 60 < cells(json.dumps("設定" * 60))


def test_two_long_values_are_shown_where_they_part():
    before, after = ("https://" + "one-part-of-the-host." * 6 + end for end in ("de", "fr"))
    (told,) = changes([Change(("url",), before, after, "~")])[-1:]
    assert 'host.de"' in plain(told) and 'host.fr"' in plain(told)
    assert sides(before, before) == (inline(before),) * 2
    assert sides(10**70, 10**71) != (inline(10**70),) * 2


def test_two_sides_that_do_not_fit_are_broken_at_the_arrow(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    told = [plain(line) for line in changes([Change(("url",), "a" * 50, "b" * 50, "~")])]
    assert told == ["  ~ url", f'        "{"a" * 50}"', f'        → "{"b" * 50}"']


def test_a_row_without_a_first_field_leaves_no_empty_line():
    told = _told([["settings", "base", "x"], ["", "a-name-that-is-too-long-for-it", "x"]], 24)
    assert told == ["settings  base  x", "    a-name-that-is-too-long-for-it", "    x"]


def test_a_line_that_is_no_row_is_broken_between_its_fields():
    told = stacked([("  ~ ", "yellow"), "database.pool  "], ["10 → 40", ("    settings.yaml:4", "dim")], 26)
    assert [plain(line) for line in told] == ["  ~ database.pool  10 → 40", "        settings.yaml:4"]


def test_what_goes_below_leaves_no_spaces_and_no_empty_line():
    told = stacked([f"{'warning':<12}"], ["there is no remote at all  ", "", ("  dim", "dim")], 20)
    assert [plain(line) for line in told] == [
        "warning",
        "        there is no remote at all",
        "        dim",
    ]
    assert [plain(line) for line in stacked(["    "], [" git remote add"], 10)] == ["        git remote add"]


def test_records_and_explanations_fold(monkeypatch):
    record = Record("production", 5, "059b125" + "0" * 33, user="Ann", reason="the new pool size")
    say = SimpleNamespace(
        place="config/environments/production.yaml:7:9", value=55, wins=True, revision=None, reason=""
    )
    found = Explanation(
        "settings", "production", "database.pool", 55, (say,), ("schema integer", "at least 1")
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "44")
    told = [plain(line) for line in (*headings([record]), *explanation(found))]
    assert all(len(line) <= 44 and line == line.rstrip() for line in told), told
    assert told[0] == "production-5  pending" and "        the new pool size" in told
    assert told[-1] == "  checks schema integer · at least 1" and "        55   ← wins" in told


def contrast(shade: int, ground: float) -> float:
    """How well a colour of the cube of 256 stands out, as WCAG 2 counts it; 3 is enough for a word."""
    parts = [(0, 95, 135, 175, 215, 255)[(shade - 16) // place % 6] / 255 for place in (36, 6, 1)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    own = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return (max(own, ground) + 0.05) / (min(own, ground) + 0.05)


def test_what_is_told_in_yellow_reads_on_white_and_on_black(monkeypatch, capsys):
    """A terminal's own yellow, and its cyan, vanish on the white of xterm."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    lines([[("a warning", "yellow"), (" bars", "cyan")]])
    finding = Finding("policy", "debug-off", Severity.WARNING, "system.debug is true")
    told = capsys.readouterr().out + render(Report((finding,)), colour=True)
    shades = [int(shade) for shade in re.findall(r"38;5;(\d+)m", told)]
    assert len(shades) >= 3 and not re.search(r"\[(33|36)m", told), told
    assert all(contrast(shade, ground) >= 3 for shade in shades for ground in (0.0, 1.0))
