"""What became of a deployment, told to the forge as a status of its commit: where a CI run says which forge it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from gmconfig.log import logger
from gmconfig.record.entry import State
from gmconfig.record.holder import run_address

if TYPE_CHECKING:
    from gmconfig.record.entry import Record

log = logger("deploy")

_TIMEOUT = 5.0
_LONGEST = 140
_GOOD = (State.SUCCEEDED, State.PARTIAL)


class Posting(NamedTuple):
    """One request to a forge."""

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, str]


def tell(record: Record, environ: Mapping[str, str]) -> None:
    """Tell the forge; where none is known, or there is no token, nothing. A failure never breaks a deployment."""
    found = posting(record, environ)
    if found is None:
        return
    from gmconfig.monitor.post import post

    headers = {**found.headers, "User-Agent": "gmconfig"}
    problem = post(found.url, json.dumps(found.body).encode(), headers, _TIMEOUT)
    if problem:
        log.warning("the forge was not told of %s: %s", record.id, problem)
    else:
        log.debug("%s: its status is at %s", record.id, found.url)


def posting(record: Record, environ: Mapping[str, str]) -> Posting | None:
    """Give what to send for a deployment: to GitHub, or to GitLab; None where neither can be told."""
    return _github(record, environ) or _gitlab(record, environ)


def _github(record: Record, environ: Mapping[str, str]) -> Posting | None:
    token, repository = environ.get("GITHUB_TOKEN"), environ.get("GITHUB_REPOSITORY")
    if not (token and repository and environ.get("GITHUB_ACTIONS")):
        return None
    server = environ.get("GITHUB_API_URL", "https://api.github.com")
    url = f"{server}/repos/{quote(repository)}/statuses/{record.commit}"
    state = "success" if record.state in _GOOD else "failure"
    body = {"state": state, "context": f"gmconfig/{record.environment}", **_about(record, environ)}
    return Posting(url, {"Authorization": f"Bearer {token}"}, body)


def _gitlab(record: Record, environ: Mapping[str, str]) -> Posting | None:
    token, server = environ.get("GITLAB_TOKEN"), environ.get("CI_API_V4_URL")
    project = environ.get("CI_PROJECT_ID")
    if not (token and server and project):
        return None
    url = f"{server}/projects/{quote(project, safe='')}/statuses/{record.commit}"
    state = "success" if record.state in _GOOD else "failed"
    body = {"state": state, "name": f"gmconfig/{record.environment}", **_about(record, environ)}
    return Posting(url, {"PRIVATE-TOKEN": token}, body)


def _about(record: Record, environ: Mapping[str, str]) -> dict[str, str]:
    said = f"{record.id} {record.state}".replace("_", " ")
    address = run_address(environ)
    return {"description": said[:_LONGEST], **({"target_url": address} if address else {})}
