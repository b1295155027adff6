"""`targets:` in gmconfig.yaml: what it says, and which targets a word means."""

import pytest

from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.target.declared import select, targets
from gmconfig.target.kind import Access
from gmconfig.target.registry import kind_of, kinds

MANY = """\
  web: {environment: production, hosts: [deploy@web-1, "deploy@web-2:2222"], kind: ssh, path: /srv, wave: 2}
  db: {environment: production, path: live/db, labels: {region: eu, tier: 1}, mode: "0640", timeout: 500ms}
  canary: {environment: staging, file: ~/app.yaml}
  plain: {path: live/plain}
"""


def test_what_is_declared(with_targets, repo, isolated):
    declared = targets(with_targets(MANY))
    assert list(declared) == ["web/web-1", "web/web-2", "db", "canary", "plain"]
    web = declared["web/web-2"]
    assert (web.group, web.host, web.path, web.wave) == ("web", "deploy@web-2:2222", "/srv", 2)
    db = declared["db"]
    assert (db.path, db.mode, db.timeout) == (str(repo / "live/db"), 0o640, 0.5)
    assert (db.kind, db.documents, db.format, db.secrets, db.keep) == (
        "directory", ("settings",), "yaml", "plain", 5,
    )  # fmt: skip
    assert declared["canary"].file == str(isolated / "app.yaml")
    assert declared["plain"].environment == "development"


@pytest.mark.parametrize(
    ("words", "environment", "expected"),
    [
        ((), None, ["web/web-1", "web/web-2", "db", "canary", "plain"]),
        (("web",), None, ["web/web-1", "web/web-2"]),
        (("db", "web/web-1"), None, ["web/web-1", "db"]),
        (("production",), None, ["web/web-1", "web/web-2", "db"]),
        (("region=eu",), None, ["db"]),
        (("tier=1",), None, ["db"]),
        ((), "staging", ["canary"]),
    ],
)
def test_selecting(with_targets, words, environment, expected):
    assert [one.name for one in select(targets(with_targets(MANY)), words, environment)] == expected


def test_an_unknown_word_is_told_the_nearest(with_targets):
    declared = targets(with_targets(MANY))
    with pytest.raises(NotFound) as caught:
        select(declared, ["canry"])
    assert (caught.value.message, caught.value.hint) == (
        'no target or environment named "canry"', 'did you mean "canary"?',
    )  # fmt: skip
    with pytest.raises(NotFound):
        select(declared, ["db"], "staging")
    with pytest.raises(NotFound):
        select(declared, [""])  # as in: deploy apply "$ENVIRONMENT"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{environment: production, path: a, file: b}", "both a path and a file"),
        ("{environment: production, file: b, documents: [a, b]}", "several documents into one file"),
        ("{environment: production, path: a, after: [[]]}", "a command without a word"),
        ("{environment: production, path: a, health: [{command: []}]}", "a command without a word"),
        ("{environment: production, path: a, hosts: [web-1, web-1]}", 'the host "web-1" twice'),
        ("{environment: production, path: a, hosts: ['-oProxyCommand=id']}", "which cannot be one"),
        ("{environment: production, path: a, hosts: {../../b: web-1}}", "which cannot be one"),
        ("{environment: production, path: a, timeout: 99999999h}", "a time span"),
    ],
)
def test_contradictions_are_refused(with_targets, entry, message):
    with pytest.raises(BrokenConfiguration, match=message):
        targets(with_targets(f"  web: {entry}\n"))


def test_two_ports_of_one_machine_are_two_targets(with_targets):
    text = '  web: {environment: production, kind: ssh, path: /a, hosts: ["me@h:1", "me@h:2"]}\n'
    text += "  named: {environment: production, kind: ssh, path: /a, hosts: {left: h1, right: h2}}\n"
    declared = targets(with_targets(text))
    assert {name: one.host for name, one in declared.items()} == {
        "web/h-1": "me@h:1", "web/h-2": "me@h:2", "named/left": "h1", "named/right": "h2",
    }  # fmt: skip


def test_an_unknown_kind_is_told_the_nearest(with_targets, repo):
    target = targets(with_targets("  web: {environment: production, kind: directry, path: a}\n"))["web"]
    with pytest.raises(NotFound) as caught:
        kind_of(target, Access(str(repo)))
    assert 'no kind of target named "directry"' in caught.value.message
    assert caught.value.hint == 'did you mean "directory"?'
    assert "directory" in kinds()


def test_a_directory_without_a_place_says_so(with_targets, repo):
    target = targets(with_targets("  web: {environment: production}\n"))["web"]
    with pytest.raises(BrokenConfiguration, match="has no path"):
        kind_of(target, Access(str(repo)))
