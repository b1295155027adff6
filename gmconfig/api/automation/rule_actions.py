"""What automation rules can do, by name: each gives what came of it in a line, or raises why it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.errors import GmconfigError, InvalidConfiguration, Refused

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.automation.rules.rule import AutomationRule
    from gmconfig.automation.rules.runner import Task

CONSENT = "gmconfig.automationCommands"
"""The switch in a clone's own git configuration without which no rule runs a command there."""

_TIMEOUT = "10m"


class Actions:
    """What rules do in one workspace, for somebody; `offline` leaves the remote alone."""

    def __init__(self, workspace: Workspace, user: str, *, offline: bool = False) -> None:
        self.workspace = workspace
        self.user = user
        self.offline = offline

    def may(self, rule: AutomationRule) -> bool:
        """Whether this clone runs what the rule does; a program of gmconfig.yaml only where it was allowed."""
        return rule.action != "command" or self.workspace.project.repository.switched_on(CONSENT)

    def act(self, task: Task) -> str:
        """Do what a task says."""
        if callable(task.rule.do):
            return call(task)
        return ACTIONS[task.rule.action](self, task)


def call(task: Task) -> str:
    """Call the function that a program gave, with the event."""
    assert callable(task.rule.do)  # noqa: S101
    if task.dry_run:
        return f"would call {task.rule.action}"
    event: Mapping[str, Any] = task.event.data if task.event else {}
    try:
        answer = task.rule.do(event)
    except Exception as error:  # whatever another's function raises
        raise GmconfigError(f"{task.rule.action} raised {type(error).__name__}: {error}") from error
    return str(answer) if answer is not None else f"called {task.rule.action}"


def backup(actions: Actions, task: Task) -> str:
    """Back up everything, as `gmconfig backup create` does."""
    from gmconfig.api.backup.backing_up import Backups
    from gmconfig.backup.create import Asked

    given = _given(task)
    name = str(given.get("name") or task.rule.name)
    if task.dry_run:
        return f"would make a backup {name}"
    why = f"before {_where(task)} is deployed" if task.rule.is_before else f"rule {task.rule.name}"
    days = given.get("retention_days")
    made = Backups(actions.workspace, user=actions.user).create(Asked(name, why, retention_days=days))
    return f"made {made.id}"


def correct_drift(actions: Actions, task: Task) -> str:
    """Put back what has drifted, within the budget of each target."""
    from gmconfig.api.drift.correcting import Correcting

    given = _given(task)
    found = Correcting(
        actions.workspace, actions.user, task.rule.name, offline=actions.offline, dry_run=task.dry_run
    )
    targets = _texts(given.get("targets")) or _texts(task.event.content.get("target") if task.event else None)
    return found.correct(targets, _texts(given.get("only")), prune=given.get("prune") is not False)


def rotate_due(actions: Actions, task: Task) -> str:
    """Give new values to the secrets that are due, as `gmconfig secret rotate --due` does."""
    from gmconfig.api.outcome import How
    from gmconfig.api.secret.rotating import BY_HAND
    from gmconfig.api.secret.rotating_many import rotate_many
    from gmconfig.api.workspace import Workspace

    given, space = _given(task), actions.workspace
    seen = Workspace(given.get("environment"), space.project.root, identity=space.identity, ask=space.ask)
    how = How(actions.user or None, f"rule {task.rule.name}", dry_run=task.dry_run)
    done = rotate_many(seen, how, due=True)
    failed = [f"{one.name}: {one.problem}" for one in done if one.problem]
    if failed:
        raise GmconfigError(f"{len(failed):,} not rotated: {failed[0]}", hint="gmconfig secret rotate --due")
    if given.get("push") and any(one.commit for one in done):
        _push(actions.workspace)
    names = [one.name for one in done if one.by != BY_HAND]
    by_hand = [one.name for one in done if one.by == BY_HAND]
    waits = f"; by hand: {', '.join(by_hand)}" if by_hand else ""
    said = "would rotate" if task.dry_run else "rotated"
    return f"{said} {', '.join(names)}{waits}" if names else f"nothing is due{waits}"


def validate(actions: Actions, task: Task) -> str:
    """Check the commit that the event is about, else HEAD."""
    from gmconfig.validate.run import check

    project, environment = actions.workspace.project, _given(task).get("environment")
    commit = str(task.event.content.get("commit") or "") if task.event else ""
    at = commit or project.repository.resolve("HEAD")
    names = [str(environment)] if environment else None
    report = check(project, project.snapshot(at), environments=names)
    if not report.ok:
        failing = [finding for finding in report.findings if finding.fails]
        raise InvalidConfiguration(
            f"{at[:7]} is not valid, {len(failing):,} findings: {failing[0].message}",
            tuple(report.findings),
            hint=f"gmconfig validate --at {at[:12]}",
        )
    return f"{at[:7]} is valid"


def notify(actions: Actions, task: Task) -> str:
    """Raise an alert, which the handlers of gmconfig.yaml are told of."""
    from gmconfig.api.secret.rotating import journal_event
    from gmconfig.monitor.lifecycle import one_line

    given, event = _given(task), task.event
    subject = event.subject if event else ""
    message = str(
        given.get("message") or f"{event.kind if event else 'the time came'} ({subject or 'schedule'})"
    )
    message = one_line(message)
    if task.dry_run:
        return f"would tell: {message}"
    severity = str(given.get("severity") or "warning")
    told = {"kind": "notice", "rule": task.rule.name, "subject": subject, "severity": severity}
    journal_event(actions.workspace, {**told, "message": message})
    return f"told: {message}"


def command(actions: Actions, task: Task) -> str:
    """Run a program of the project's, where this clone allows it; it finds the event in $GMCONFIG_EVENT."""
    from gmconfig.project.span import WAIT
    from gmconfig.target.command import run

    given = task.rule.arguments
    whole: Mapping[str, Any] = given if isinstance(given, Mapping) else {"run": given}
    words = _texts(whole.get("run"))
    if not words:
        raise Refused(f'rule "{task.rule.name}" names no program', hint="do: {command: [program, argument]}")
    project = actions.workspace.project
    if not actions.may(task.rule):
        raise Refused(
            "commands do not run in this clone before you allow them", hint=f"git config {CONSENT} true"
        )
    if task.dry_run:
        return f"would run {' '.join(words)}"
    event = (
        {key: value for key, value in task.event.data.items() if key != "detections"} if task.event else {}
    )
    seen = {"GMCONFIG_EVENT": json.dumps(event, default=str), "GMCONFIG_RULE": task.rule.name}
    problem = run(
        words, timeout=WAIT.seconds(str(whole.get("timeout") or _TIMEOUT)), cwd=project.root, env=seen
    )
    if problem:
        raise GmconfigError(problem)
    return f"ran {words[0]}"


Action = Callable[[Actions, "Task"], str]

ACTIONS: dict[str, Action] = {
    "backup": backup,
    "correct-drift": correct_drift,
    "rotate-due": rotate_due,
    "validate": validate,
    "notify": notify,
    "command": command,
}


def _given(task: Task) -> Mapping[str, Any]:
    given = task.rule.arguments
    return given if isinstance(given, Mapping) else {}


def _where(task: Task) -> str:
    return str(task.event.content.get("environment")) if task.event else "something"


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _push(workspace: Workspace) -> None:
    from gmconfig.storage.git.push import push

    repository = workspace.project.repository
    pushed = push(repository, workspace.project.settings.remote, repository.resolve("HEAD"))
    if not pushed.ok:
        raise GmconfigError(
            f"rotated, but {pushed.remote} did not take the commit: {pushed.refused}", hint="git push"
        )
