"""The words that have verbs, each with what it is for: what the program's own help lists, none of them loaded."""

from __future__ import annotations

GROUPS = {
    "config": "Read, explain, change and roll back configuration.",
    "secret": "Create, read, rotate and seal secrets, encrypted inline in the repository.",
    "flag": "Create, change, evaluate and compile feature flags.",
    "deploy": "Plan, apply, roll back and follow deployments.",
    "drift": "Find, explain, correct and adopt what was changed on targets by hand.",
    "monitor": "See how things stand: alerts, compliance, health, metrics, reports. Between runs nothing watches.",
    "backup": "Make, prove, restore and thin out backups of everything: history, records, what is live.",
    "automation": "Act on events and at times, by the rules of gmconfig.yaml. Between runs nothing runs.",
}
