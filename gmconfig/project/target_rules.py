"""What no shape shows of a target in gmconfig.yaml: what is missing, and what excludes each other. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.path import did_you_mean
from gmconfig.project.target_keys import LIVE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CHECKS = {"http", "tcp", "command"}


class Objection(NamedTuple):
    """Something that a target cannot be used with; `key` is the entry concerned, empty for what is missing."""

    key: str
    what: str
    hint: str


def contradictions(entry: Mapping[str, Any]) -> Iterator[Objection]:
    """Yield what excludes each other, and checks and commands that say nothing; not even a plan can be made."""
    if "path" in entry and "file" in entry:
        yield Objection("file", "has both a path and a file", "path: is a folder, file: a single file")
    if entry.get("kind") == "ssh" and entry.get("agent"):
        hint = "kind: directory, for the agent is there"
        yield Objection("agent", "has an agent and is reached over ssh", hint)
    checks = entry.get("health") or ()
    if any(len(_CHECKS & check.keys()) != 1 for check in checks):
        hint = "http: http://web:8080/health, or tcp: web:8080, or command: [./healthy]"
        yield Objection("health", "has a health check that is not one of http, tcp and command", hint)
    asked = [check["command"] for check in checks if "command" in check]
    if not all((*(entry.get("before") or ()), *(entry.get("after") or ()), *asked)):
        yield Objection("", "has a command without a word", "after: [[systemctl, reload, app]]")
    if "file" in entry and len(entry.get("documents") or [""]) != 1:
        yield Objection("documents", "puts several documents into one file", "path: takes a folder")


def unknown_format(entry: Mapping[str, Any], further: Iterable[str]) -> Iterator[Objection]:
    """Yield a format that neither gmconfig has nor another package, by the names given."""
    name = entry.get("format") or LIVE_FORMATS[0]
    known = [*LIVE_FORMATS, *further]
    if name not in known:
        near = did_you_mean(str(name), known)
        yield Objection(
            "format", f'has the format "{name}", which nobody has', near or f"one of: {', '.join(known)}"
        )


def gaps(entry: Mapping[str, Any], default_environment: str | None) -> Iterator[Objection]:
    """Yield what a target lacks; kinds that another package brings know themselves what they need."""
    if not (entry.get("environment") or default_environment):
        yield Objection("", "has no environment", "environment: production")
    kind = entry.get("kind") or "directory"
    placed = bool(entry.get("path") or entry.get("file"))
    if kind == "directory" and not placed:
        hint = "path: /srv/app/config for a folder, or file: /etc/app.yaml"
        yield Objection("", "has no path", hint)
    if kind == "ssh" and not (placed and (entry.get("host") or entry.get("hosts"))):
        hint = "host: user@host:port, and path: /srv/app/config or file: /etc/app.yaml"
        yield Objection("", "names no host or no path", hint)
    secrets = entry.get("secrets")
    if kind == "branch" and secrets == "plain":
        yield Objection("secrets", "would put plain secrets on a branch", "secrets: omit, or sops")
    if secrets == "sops" and not entry.get("recipients"):
        yield Objection("secrets", "says nobody who could open its sops files", "recipients: [age1…]")
