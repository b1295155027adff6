"""The table of formats: where a real file of each lies, and which commands read it."""

from typing import NamedTuple


class Format(NamedTuple):
    """One format.

    Attributes:
        place: a glob below the world's folder; `ref:NAME:FILE` is a file of the commit on a ref, and
            `commit:FILE` one of a commit of the past, whose successor has mended it.
        commands: what reads it.
    """

    place: str
    commands: tuple[str, ...]


def _row(place: str, *commands: str) -> Format:
    return Format(place, commands)


READS = (
    "config get settings -e production",
    "config explain settings database.pool -e production",
    "config diff staging production",
    "validate",
    "config set settings database.pool 61 -e production --dry-run",
    "config show settings -e production -o dotenv",
)
FLAGS = (
    "flag list",
    "flag lint",
    "flag eval checkout -e production --user ada",
    "flag compile -e production",
    "flag stale",
    "flag experiment list -e production",
    "flag simulate checkout -e production --users 50",
    "flag rollout checkout 30 --dry-run",
    "flag show colour",
    "validate",
    "flag disable colour --dry-run",
    "flag rename colour tint --dry-run",
)
SECRETS = (
    "secret list",
    "secret get db_password",
    "secret verify",
    "secret audit",
    "secret access show",
    "secret exposed",
    "validate",
    "config get billing api.token --reveal",
    "secret rotate db_password --dry-run",
    "secret member list",
    "secret diff staging production",
    "secret accept --dry-run -y",
)
DEPLOY = (
    "deploy status",
    "deploy history production",
    "deploy show production-1",
    "deploy plan production",
    "drift detect",
    "monitor status",
    "deploy apply production --dry-run",
    "drift explain web database.pool",
    "deploy history web",
)
BACKUPS = (
    "backup list",
    "backup show latest",
    "backup verify",
    "backup restore latest --dry-run",
    "monitor status",
    "backup prune --keep-last 1 --dry-run",
    "backup verify --read-data",
)
PAST = (
    "config history settings",
    "config history settings database.pool",
    "config diff HEAD~1 HEAD",
    "config rollback settings v1 --dry-run",
    "secret verify",
    "secret exposed",
    "monitor report",
    "config get settings --at HEAD~1",
    "config explain settings database.pool -e production",
    "secret scan --history",
    "flag stale",
    "deploy plan production",
    "validate --at HEAD~1",
)
ALL = (
    "config list",
    "config get settings",
    "validate",
    "doctor",
    "deploy plan production",
    "flag list",
    "secret list",
    "backup list",
    "automation list",
    "monitor status",
    "drift detect",
)

FORMATS: dict[str, Format] = {
    "base layer": _row("repo/config/settings.yaml", *READS, "config infer-schema settings --dry-run"),
    "overlay": _row(
        "repo/config/environments/production.yaml",
        *READS,
        "config unset settings database.pool -e production --dry-run",
    ),
    "sealed layer": _row("repo/config/billing.yaml", *SECRETS, "config get billing -e production"),
    "layer of a variable": _row("repo/config/hosts/a.yaml", "config get settings --var host=a", "validate"),
    "project file": _row(
        "repo/gmconfig.yaml", *ALL, "automation show check", "backup show latest", "drift list"
    ),
    "schema": _row(
        "repo/schemas/settings.schema.json",
        "validate",
        "config set settings database.pool 61 --dry-run",
        "config get settings",
    ),
    "policies": _row("repo/policies/*.yaml", "validate", "monitor compliance", "monitor status"),
    "access policy": _row("repo/access.yaml", *SECRETS),
    "named secrets": _row("repo/secrets/*.yaml", *SECRETS),
    "secret events": _row("repo/secrets/log/*/*.json", *SECRETS),
    "generation record": _row("repo/secrets/keys/default/*/record.json", *SECRETS),
    "wrapped key": _row("repo/secrets/keys/default/*/test.age", *SECRETS),
    "identity": _row("home/.config/gmconfig/identity", "secret get db_password", "doctor", "secret list"),
    "flags": _row("repo/flags/*.yaml", *FLAGS),
    "flagd file": _row(
        "repo/flags.json",
        "flag import flags.json --dry-run",
        "flag eval checkout --file flags.json --user ada",
        "flag compile -e production flags.json --check",
    ),
    "context of an evaluation": _row("inputs/context.json", "flag eval checkout --context @{}"),
    "saved plan": _row("inputs/plan.json", "deploy apply --plan {} --dry-run"),
    "sops": _row("inputs/sops.yaml", "secret import --from sops {} --dry-run"),
    "ansible-vault": _row("inputs/vault.yaml", "secret import --from ansible-vault {} --dry-run"),
    "eyaml": _row("inputs/eyaml.yaml", "secret import --from eyaml {} --dry-run"),
    "dotenv": _row("inputs/plain.env", "secret import --from dotenv {} --dry-run"),
    "live yaml": _row(
        "live/web/settings.yaml",
        "drift detect",
        "drift list",
        "deploy plan production",
        "drift adopt web database.pool --dry-run",
    ),
    "live flagd": _row("live/web/flags.flagd.json", "drift detect", "deploy plan production"),
    "live dotenv": _row("live/worker.env", "drift detect", "deploy plan production"),
    "live manifest": _row("live/cluster.yaml", "drift detect", "deploy plan production"),
    "marker": _row("live/.web.gmconfig/*/release.json", *DEPLOY),
    "fencing": _row("live/.web.gmconfig/fencing", *DEPLOY),
    "current release": _row("live/.worker.env.gmconfig/current", *DEPLOY),
    "backup manifest": _row("store/backups/*.json", *BACKUPS),
    "backup pieces": _row(
        "store/objects/*",
        "backup verify",
        "backup verify --read-data",
        "backup restore latest --dry-run",
        "backup drill",
    ),
    "audit of reads": _row(
        "home/.local/state/gmconfig/*/audit.jsonl",
        "secret audit",
        "secret get db_password",
        "monitor metrics",
    ),
    "flag events": _row(
        "events/*.jsonl",
        "flag ingest",
        "flag analytics checkout",
        "flag experiment report checkout -e production",
    ),
    "key of units": _row("events/unit.key", "flag ingest", "flag analytics checkout"),
    "loaded events": _row(
        "home/.local/state/gmconfig/*/flag-events.sqlite",
        "flag analytics checkout",
        "flag ingest",
        "flag experiment report checkout -e production",
    ),
    "outbox": _row(
        "home/.local/state/gmconfig/*/outbox/waiting/*/*.json",
        "monitor alerts list",
        "monitor status",
        "monitor alerts deliver",
    ),
    "caches": _row(
        "repo/.git/gmconfig/*.cache",
        "validate",
        "config get settings -e production",
        "secret verify",
        "config history settings database.pool",
    ),
    "heads that were seen": _row(
        "repo/.git/gmconfig/secret-heads.json", "secret verify", "secret get db_password"
    ),
    "git's HEAD": _row("repo/.git/HEAD", *ALL),
    "git's index": _row(
        "repo/.git/index", *ALL, "config set settings database.pool 61 --dry-run", "validate --staged"
    ),
    "git's packed refs": _row("repo/.git/packed-refs", *ALL),
    "deployment record": _row(
        "ref:refs/gmconfig/deployments/production:record.json", *DEPLOY, "monitor report"
    ),
    "recorded plan": _row("ref:refs/gmconfig/deployments/production:plan.json", *DEPLOY),
    "hold": _row("ref:refs/gmconfig/holds/production:note.json", *DEPLOY),
    "freeze": _row(
        "ref:refs/gmconfig/freezes/staging:note.json",
        "deploy status",
        "deploy plan staging",
        "deploy apply staging --dry-run",
    ),
    "lock": _row("ref:refs/gmconfig/locks/production:note.json", *DEPLOY),
    "status of an agent": _row(
        "ref:refs/gmconfig/status/development/*:note.json", *DEPLOY, "deploy status", "monitor metrics"
    ),
    "claims of rules": _row(
        "ref:refs/gmconfig/automation/check:note.json",
        "automation list",
        "automation run --once --dry-run",
        "automation show check",
    ),
    "journal": _row(
        "ref:refs/gmconfig/journal/2026-11:*",
        "monitor journal list",
        "monitor alerts list",
        "monitor report",
        "automation list",
        "automation history",
        "drift list",
        "deploy status",
    ),
    "live branch": _row("ref:refs/heads/deployed:*", "drift detect", "deploy plan staging"),
    "past layer": _row("commit:config/settings.yaml", *PAST),
    "past secrets": _row("commit:secrets/common.yaml", *PAST),
    "past access policy": _row("commit:access.yaml", *PAST),
    "past project file": _row("commit:gmconfig.yaml", *PAST),
    "past flags": _row("commit:flags/more.yaml", *PAST, "flag diff HEAD~1 HEAD checkout"),
}
