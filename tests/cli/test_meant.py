"""Wrong words: whatever is misspelt, the hint has what was meant."""

_SLIPS = [
    ("confg get", 2, "gmconfig config"),
    ("config gt settings", 2, "gmconfig config get"),
    ("get settings", 2, "gmconfig config get"),
    ("get settings", 2, "gmconfig secret get"),
    ("rolback", 2, "gmconfig config rollback"),
    ("check", 2, "gmconfig validate"),
    ("secret show db_password", 2, "gmconfig secret get"),
    ("flag rm dark_pools", 2, "gmconfig flag delete"),
    ("deploy --hlp", 2, "--help"),
    ("config get settings --enviroment production", 2, "--environment"),
    ("config get setings", 3, "settings"),
    ("config get settings databse.pool", 3, "database.pool"),
    ("config get settings -e prod", 3, "production"),
    ("config get settings --at maim", 3, "main"),
    ("config diff stagin production", 3, "staging"),
    ("deploy plan wrker", 3, "worker"),
    ("drift detect -e prodution", 3, "production"),
    ("flag eval dark_pool --user x", 3, "dark_pools"),
    ("flag show dark_pool", 3, "dark_pools"),
    ("flag set dark_pools ownr web", 1, "owner"),
    ("flag analytics dark_pool --events-dir events", 3, "dark_pools"),
    ("secret get db_pasword", 3, "db_password"),
    ("secret grant tset read", 3, "test"),
    ("automation show validate-fetchd", 3, "validate-fetched"),
]


def test_the_hint_has_what_was_meant(sealed_trading, cli):
    (sealed_trading / "events").mkdir()
    with (sealed_trading / "gmconfig.yaml").open("a") as settings:
        settings.write("automation: {rules: {validate-fetched: }}\n")
    missed = []
    for line, code, meant in _SLIPS:
        answer = cli(*line.split())
        hints = [text for text in answer.err.splitlines() if "hint: did you mean" in text]
        if answer.code != code or not any(f'"{meant}"' in text for text in hints):
            missed.append(f"$ gmconfig {line}\n{answer}")
    assert not missed, "\n".join(missed)


def test_what_resembles_nothing_leads_to_the_help(cli):
    for line in ("help", "zzzzz", "config qqqqq", "config get settings --zzzzz", "config list -z"):
        answer = cli(*line.split())
        assert answer.code == 2
        assert answer.err.splitlines()[-1].endswith("--help"), answer
