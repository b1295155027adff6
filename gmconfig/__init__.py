"""Configuration management on a plain git repository of YAML files.

What it is
    A commit is a version, a ref is a pointer, a push is replication: there is no server. One engine has two
    doors, the command `gmconfig` and the library `from gmconfig import ConfigManager`.

The rooms, from the door down; imports point one way, and a contract in `pyproject.toml` holds them to it
    cli         parse, call, render; nothing else prints or knows typer and rich
    api         ConfigManager, SecretsManager, FeatureFlagManager, ConfigValidator, ConfigMonitor,
                ConfigAutomation: each joins rooms into one wish
    automation  the agent that follows a branch and looks after the targets of its host; rules that act on
                events and at times
    monitor     events to alerts, their handlers, the compliance score, metrics, reports
    deploy      plan, apply in waves, health, restore, rollback, promotion
    drift       live against wanted: detect, explain, correct, adopt
    backup      make, verify, drill, restore, keep
    record      what was deployed and who may deploy: records, locks, holds, freezes, on refs
    target      where configuration goes, a module a kind: what is live there, and how it is replaced in one step
    validate    the checks, their findings' report formats, the cache of verdicts
    flag        feature flags: the flag file, flagd's definitions, the evaluator, events and experiments
    config      merge, placeholders, provenance, history, diff, where an edit goes
    secret      sealing, identities, the access policy, signed events, named secrets
    project     gmconfig.yaml and where things lie: root, documents, environments, layers
    storage     the outside world: YAML text, git, files and locks, the journal, the cache
    path, finding, immutable, further, errors, log, counted, spoken: what all rooms share

One command through the code: `gmconfig config set settings database.pool 60 -e production -m "queueing"`
    1. `__main__` gives the words to `cli.fast.hot`, which parses what scripts run by the thousand, `config
       set` among it; for all else `cli.app` builds the command line. Either way it is `cli.fast.setting` that calls
       `ConfigManager.set_value`.
    2. `project` finds the root and says which files are the layers of `settings` in production.
    3. `config.resolve` reads them through a snapshot of the working tree, merges them and keeps for each value
       the file, line and column that it came from.
    4. `config.editing.edit` chooses production's own file and describes the change; `storage.yaml` replaces just the
       bytes of that value and proves by reading again that nothing else changed.
    5. `validate` checks the proposed files as if they were there; a finding that fails refuses the change.
    6. `storage.git` commits exactly that change, whatever else is staged or half-edited, and `cli` prints
       what happened. The exit code is read off the result.

Where to add what
    a verb                   a function in its word's module below `cli`, a method on its class in `api`
    a format of values       a function and a line in `config.formats`; of files on targets in `target.formats`
    a format of findings     a module and a line in `validate.report.formats`
    a check                  a module and a line in `validate.checks.registry`
    a compliance rule        a line in `validate.policy.builtin`; what it asks for, in `validate.policy.functions`
    a test of flags' rules   a line in `flag.condition`; an operator of JsonLogic in `flag.logic.operators`
    a type of secret         a line in `secret.named.generator`; its format, to be found in plain, in
                             `secret.scan.formats`
    a tool to import from    a module and a line in `secret.importer.registry`; to export to, in
                             `api.secret.exporting`
    a kind of target         a module below `target.kinds` and a line in `target.registry`; others bring theirs by
                             the entry point group `gmconfig.targets`
    a message of alerts      a function and a line in `monitor.forms`
    an action of rules       a function and a line in `api.automation.rule_actions`, its arguments in
                             `project.automation_keys`
    a key of gmconfig.yaml   `project.known_keys` and `schemas/gmconfig.schema.json`; a test compares them
    Each line of a registry has an example in `tests/test_registries.py`; without one, that test fails.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from typing import Any

    from gmconfig.api import *  # noqa: F403


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `gmconfig --version` loads none (PEP 562)."""
    if name.startswith("__") and name != "__all__":
        raise AttributeError(name)
    import gmconfig.api as api  # noqa: PLR0402  # `from gmconfig import api` would ask this function for it

    if name == "__all__":
        return api.__all__
    if name not in api.__all__:
        raise AttributeError(f"module 'gmconfig' has no attribute {name!r}")
    return getattr(api, name)


def __dir__() -> list[str]:
    """Name what a Python prompt offers after Tab."""
    return sorted({*globals(), *__getattr__("__all__")})
