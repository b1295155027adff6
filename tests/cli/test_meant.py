"""Wrong words: whatever is misspelt, the hint has what was meant."""

_SLIPS = [
    ("confg get", 2, "gmconfig config"),
    ("config gt settings", 2, "gmconfig config get"),
    ("get settings", 2, "gmconfig config get"),
    ("get settings", 2, "gmconfig secret get"),
    ("rolback", 2, "gmconfig config rollback"),
    ("check", 2, "gmconfig validate"),
    ("secret show db_password", 2, "gmconfig secret get"),
    ("secrets edit", 2, "gmconfig secret"),
    ("encrypt file.yaml", 2, "gmconfig secret seal"),
    ("decrypt file.yaml", 2, "gmconfig secret get"),
    ("-d file.yaml", 2, "gmconfig secret get"),
    ("-v", 2, "gmconfig --version"),
    ("version", 2, "gmconfig --version"),
    ("help", 2, "gmconfig --help"),
    ("completion bash", 2, "gmconfig --install-completion"),
    ("env list", 2, "gmconfig config list"),
    ("config environments", 2, "gmconfig config list"),
    ("config lint", 2, "gmconfig validate"),
    ("config validate", 2, "gmconfig validate"),
    ("template", 2, "gmconfig config show"),
    ("upgrade", 2, "gmconfig deploy apply"),
    ("users", 2, "gmconfig secret member list"),
    ("remove settings", 2, "gmconfig config unset"),
    ("deploy diff production", 2, "gmconfig deploy plan"),
    ("deploy sync", 2, "gmconfig deploy apply"),
    ("flag toggle dark_pools", 2, "gmconfig flag enable"),
    ("flag off dark_pools", 2, "gmconfig flag disable"),
    ("flag get dark_pools", 2, "gmconfig flag show"),
    ("backup now", 2, "gmconfig backup create"),
    ("config get settings.database.pool", 3, "settings database.pool"),
    ("config get database.pool", 3, "settings database.pool"),
    ("config get config/settings.yaml", 3, "settings"),
    ("config set database.pool 60", 3, "settings database.pool"),
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
    for line in ("zzzzz", "config qqqqq", "config get settings --zzzzz", "config list -z"):
        answer = cli(*line.split())
        assert answer.code == 2
        assert answer.err.splitlines()[-1].endswith("--help"), answer


def test_words_that_stand_in_the_wrong_place_are_told_theirs(trading, cli):
    for line, hint in (
        ("config set settings database.pool=60", "gmconfig config set settings database.pool 60"),
        ("config set settings database.pool", "an empty text is given as '\"\"'"),
        (
            "config get settings database.pool production",
            "gmconfig config get settings database.pool -e production",
        ),
        (
            "config get production settings database.pool",
            "gmconfig config get settings database.pool -e production",
        ),
        ("config get settings database.pool nowhere", "gmconfig config get --help"),
        ("config get settings production", "gmconfig config get settings -e production"),
        ("config get settings database/pool", 'did you mean "database.pool"?'),
        ("config get settings /database/pool", 'did you mean "database.pool"?'),
        ("config get settings $.database.pool", 'did you mean "database.pool"?'),
        ("config get settings markets.1.name", 'did you mean "markets[1].name"?'),
        ("config set settings markets[7].name x", "markets is a list of 2, counted from [0]"),
        (
            "config set settings markets[a=b].c x",
            "markets is a list of 2, counted from [0]; --create adds a new key",
        ),
        ("deploy rollback production production-3", "gmconfig deploy rollback production --to production-3"),
        ("config explain database.pool", 'did you mean "settings database.pool"?'),
        ("config history settings database.pol", 'did you mean "database.pool"?'),
        ("config diff settings staging production", "gmconfig config diff staging production settings"),
        ("config rollback v1 settings", "gmconfig config rollback settings v1"),
        (
            "-e production config list",
            "-e stands behind the verb: gmconfig config get settings -e production",
        ),
        (
            "deploy production",
            'did you mean "gmconfig deploy plan production" or "gmconfig deploy apply production"?',
        ),
        ("flag dark_pools", 'did you mean "gmconfig flag show dark_pools"?'),
        ("help config set", 'did you mean "gmconfig config set --help"?'),
        ("flag rollout dark_pools half", "a number from 0 to 100, such as 25"),
        ("flag rollout dark_pools 250%", "a number from 0 to 100, such as 25"),
    ):
        answer = cli(*line.split())
        assert answer.code in (2, 3)
        assert answer.err.splitlines()[-1] == f"gmconfig: hint: {hint}", answer


def test_a_share_of_users_may_be_written_with_its_sign(trading, cli):
    for line in ("rollout dark_pools 25%", "simulate dark_pools --percentage 25% --sample 10"):
        assert cli("flag", *line.split()).code == 0
    assert "percentage: 25" in (trading / "flags/flags.yaml").read_text()


def test_a_secret_that_was_typed_behind_its_name_is_not_said_again(trading, cli):
    for verb in ("create", "set", "rotate"):
        answer = cli("secret", verb, "db_password", "hunter2 and more")
        assert answer.code == 2 and "hunter2" not in answer.out + answer.err
        assert f"gmconfig secret {verb} db_password --stdin" in answer.err


def test_nobody_is_asked_about_what_does_not_exist(sealed_trading, cli):
    answer = cli("secret", "delete", "db_pasword")
    assert answer.code == 3 and 'did you mean "db_password"?' in answer.err
    assert "hint: gmconfig secret member list" in cli("secret", "revoke", "nobody").err
    assert "hint: gmconfig run -e production -- env -0" in cli("run", "production", "--", "env", "-0").err
    answer = cli("automation", "run", "nightly")  # it ends
    assert answer.code == 3 and 'no rule named "nightly"' in answer.err
