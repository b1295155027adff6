"""What a handler is sent: Alertmanager's API, the body of its webhooks, a message for Slack. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from gmconfig.monitor.alert import Alert

_LASTS = timedelta(hours=24)
"""How long Alertmanager takes a firing alert for granted: between runs nothing here could say it again."""


def alertmanager(alert: Alert, now: datetime) -> object:
    """Give the body of `POST /api/v2/alerts`; its labels alone say which alert it is."""
    ends = alert.changed_at if alert.resolved else _text(now + _LASTS)
    return [
        {
            "labels": labels(alert),
            "annotations": told(alert),
            "startsAt": alert.started_at,
            "endsAt": ends,
        }
    ]


def webhook(alert: Alert, _: datetime) -> object:
    """Give the body that Alertmanager's own webhooks have, version 4; `messageId` is the same for each try."""
    status = "resolved" if alert.resolved else "firing"
    one = {
        "status": status,
        "labels": labels(alert),
        "annotations": told(alert),
        "startsAt": alert.started_at,
        "endsAt": alert.changed_at if alert.resolved else "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": alert.id,
    }
    return {
        "version": "4",
        "groupKey": f"gmconfig/{alert.rule}",
        "messageId": alert.message_id,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "gmconfig",
        "groupLabels": {"alertname": alert.rule},
        "commonLabels": labels(alert),
        "commonAnnotations": told(alert),
        "externalURL": "",
        "alerts": [one],
    }


def slack(alert: Alert, _: datetime) -> object:
    """Give a message as Slack, Mattermost and their like take it."""
    word = "resolved" if alert.resolved else str(alert.severity)
    hint = f"\n`{_escaped(alert.hint)}`" if alert.hint and not alert.resolved else ""
    return {"text": f"*{word}* {_escaped(alert.message)}{hint}\n{alert.rule} · {alert.id}"}


def labels(alert: Alert) -> dict[str, str]:
    """Give what tells alerts apart, as Prometheus names it."""
    said = {
        "alertname": alert.rule,
        "severity": str(alert.severity),
        "kind": str(alert.kind),
        "subject": alert.subject,
        "fingerprint": alert.id,
        "env": alert.environment,
        "config": alert.config_name,
        "target": alert.target,
    }
    return {key: value for key, value in said.items() if value}


def told(alert: Alert) -> dict[str, str]:
    """Give what people read."""
    return {"summary": alert.message, **({"runbook": alert.hint} if alert.hint else {})}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


FORMS: dict[str, Callable[[Alert, datetime], Any]] = {
    "webhook": webhook,
    "alertmanager": alertmanager,
    "slack": slack,
}
"""Every form by its name in gmconfig.yaml; a new one is a function and a line here."""
