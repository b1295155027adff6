"""Every verb of the command line: how one that writes is called, and which only read.

A verb that writes has a line that changes something in the world of `world.py`, what must have been done
before, and the ways out after it was killed, where they are other than the same line again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """One line that writes; `code` is how it ends, `ways` what may be run after it was killed.

    `sweeps` is what takes away what a kill left where verbs do not look for it by themselves; `discards` is what a
    person throws away, as the hint says, before the line is called again.
    """

    line: str
    before: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    code: int = 0
    stdin: str = ""
    sweeps: tuple[str, ...] = ()
    discards: str = ""


def does(line: str, *before: str, **more: object) -> Verb:
    """Name a verb's line and what comes before it."""
    return Verb(line, before, **more)  # type: ignore[arg-type]


DEPLOYS = ("deploy resume production", "deploy abort production")
CHANGED = "config set settings database.pool 70 -e production"
NEXT_RELEASE = ("config set settings database.pool 75 -e production", "deploy apply production --take-over")
"""The next deployment to a target takes away what an earlier one had staged there."""

WRITES = {
    "init": does("init ../fresh"),
    "demo": does("demo ../shown/demo", discards="shown"),
    "doctor": does("doctor --fix"),
    "config set": does("config set settings database.pool 60 -e production"),
    "config set --secret": does("config set billing api.token - --secret", stdin="given"),
    "config set --no-commit": does("config set settings database.pool 60 -e production --no-commit"),
    "config unset": does("config unset settings database.pool -e production"),
    "config edit": does("config edit settings"),
    "config rollback": does("config rollback settings v1"),
    "secret create": does("secret create new --stdin", stdin="given"),
    "secret set": does("secret set db_password --stdin", stdin="given"),
    "secret delete": does("secret delete spare -y"),
    "secret rotate": does("secret rotate spare"),
    "secret rotate --all": does("secret rotate --all -y"),
    "secret seal": does("secret seal config/billing.yaml api.token"),
    "secret unseal": does(
        "secret unseal config/billing.yaml api.token -y", "secret seal config/billing.yaml api.token"
    ),
    "secret edit": does("secret edit"),
    "secret grant": does("secret grant bob read write --history"),
    "secret revoke": does("secret revoke bob"),
    "secret rekey": does("secret rekey --all"),
    "secret accept": does("secret accept -y", "git revert --no-edit HEAD"),
    "secret move": does("secret move spare other"),
    "secret keygen": does("secret keygen --file ../inputs/new.key"),
    "secret import": does("secret import --from dotenv ../inputs/env -e development"),
    "secret export": does("secret export settings --to dotenv -e production --file ../live/plain.env"),
    "secret member add": does("secret member add carol {carol}"),
    "secret member remove": does("secret member remove bob", "secret revoke bob"),
    "secret access sign": does("secret access sign -y", "append access.yaml # changed"),
    "secret access reset": does("secret access reset -y", "append access.yaml # changed"),
    "secret git install": does("secret git install"),
    "secret git merge": does(
        "secret git merge ../inputs/one.yaml ../inputs/two.yaml ../inputs/one.yaml secrets/common.yaml",
        "copy secrets/common.yaml ../inputs/one.yaml",
        "secret set db_password --stdin",
        "copy secrets/common.yaml ../inputs/two.yaml",
    ),
    "flag create": does("flag create slow --type boolean --owner web --description Slow"),
    "flag set": does("flag set dark_pools owner desk"),
    "flag rollout": does("flag rollout dark_pools 25"),
    "flag delete": does("flag delete fast"),
    "flag enable": does("flag enable fast"),
    "flag disable": does("flag disable dark_pools -e production"),
    "flag promote": does("flag promote dark_pools staging production"),
    "flag rename": does("flag rename fast faster"),
    "flag bucketing": does("flag bucketing flagd-v2 --rebucket"),
    "flag compile": does("flag compile ../live/flags.json"),
    "flag import": does("flag import ../inputs/flags.json --into flags/more.yaml"),
    "flag ingest": does("flag ingest --events-dir ../inputs/events"),
    "flag experiment start": does("flag experiment start order_ticket --metric orders --control classic"),
    "flag experiment stop": does(
        "flag experiment stop order_ticket",
        "flag experiment start order_ticket --metric orders --control classic",
    ),
    "deploy plan": does("deploy plan production --save ../live/plan.json"),
    "deploy apply": does("deploy apply production --take-over", CHANGED, ways=DEPLOYS, sweeps=NEXT_RELEASE),
    "deploy resume": does(
        "deploy resume production",
        CHANGED,
        "kill activated:web deploy apply production --take-over",
        ways=DEPLOYS,
        sweeps=NEXT_RELEASE,
    ),
    "deploy abort": does(
        "deploy abort production",
        CHANGED,
        "kill activated:web deploy apply production --take-over",
        ways=DEPLOYS,
        sweeps=NEXT_RELEASE,
    ),
    "deploy promote": does("deploy promote staging production"),
    "deploy rollback": does(
        "deploy rollback production",
        CHANGED,
        "deploy apply production --take-over",
        ways=DEPLOYS,
        sweeps=NEXT_RELEASE,
    ),
    "deploy hold": does("deploy hold production -m why"),
    "deploy unhold": does("deploy unhold production -y", "deploy hold production -m why"),
    "deploy freeze": does("deploy freeze production -m why"),
    "deploy unfreeze": does("deploy unfreeze production", "deploy freeze production -m why"),
    "deploy agent": does("deploy agent -e production --once", CHANGED),
    "drift detect": does("drift detect production", code=1),
    "drift correct": does("drift correct worker -m back"),
    "drift adopt": does("drift adopt web settings database.pool"),
    "drift ack": does("drift ack worker ADDED --reason sale"),
    "monitor report": does("monitor report --html ../live/report.html"),
    "monitor metrics": does("monitor metrics --textfile ../live/metrics.prom"),
    "monitor alerts list": does("monitor alerts list"),
    "monitor compliance": does("monitor compliance"),
    "monitor alerts ack": does("monitor alerts ack 0", "monitor alerts list"),
    "monitor alerts resolve": does("monitor alerts resolve 0", "monitor alerts list"),
    "monitor alerts test": does("monitor alerts test"),
    "monitor alerts deliver": does("monitor alerts deliver", "monitor alerts list"),
    "monitor journal prune": does("monitor journal prune --keep-months 2"),
    "monitor journal sync": does(
        "monitor journal sync",
        "git init -q --bare ../origin.git",
        "git remote add origin ../origin.git",
        "git push -q origin main",
    ),
    "backup create": does("backup create nightly --uncommitted", sweeps=("backup prune",)),
    "backup verify": does("backup verify --read-data", sweeps=("backup prune",)),
    "backup drill": does("backup drill latest", sweeps=("backup prune",)),
    "backup restore": does("backup restore first --secrets", CHANGED, sweeps=("backup prune",)),
    "backup restore --to": does("backup restore first --to ../restored", sweeps=("backup prune",)),
    "backup prune": does("backup prune --keep-last 1", "backup create nightly"),
    "backup pin": does("backup pin latest -m audit", sweeps=("backup prune",)),
    "backup unpin": does("backup unpin latest", "backup pin latest -m audit", sweeps=("backup prune",)),
    "automation run": does("automation run --once"),
}

READS = frozenset(
    line.strip()
    for line in """
    run
    validate
    config list, config get, config show, config explain, config diff, config history
    config infer-schema, config watch
    secret get, secret list, secret verify, secret exposed, secret audit, secret diff, secret scan
    secret member list, secret access show, secret git textconv
    flag list, flag show, flag eval, flag lint, flag simulate, flag diff, flag stale, flag analytics, flag serve
    flag experiment report, flag experiment list
    deploy status, deploy history, deploy show
    drift list, drift explain
    monitor status, monitor watch, monitor alerts show, monitor journal list
    backup list, backup show
    automation list, automation show, automation history
    """.replace("\n", ",").split(",")
    if line.strip()
)
"""What changes nothing but what can be had again, a cache; or looks again and again as a verb above looks once."""
