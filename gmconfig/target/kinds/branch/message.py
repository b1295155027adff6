"""The marker in a commit's message: all of it but what only the runner that made it knows."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace

from gmconfig.storage.git.message import compose_message
from gmconfig.target.marker import Marker, files_digest, of_json

_TRAILER = "Gmconfig-Marker: "


def message_of(marker: Marker, what: str) -> str:
    """Give a commit's message; the secrets in it are digests of sealed tokens."""
    content = marker.as_json()
    content["secrets"] = {
        document: {path: [token, ""] for path, (token, _) in marks.items()}
        for document, marks in content["secrets"].items()
    }
    line = json.dumps({**content, "key": "", "live": ""}, sort_keys=True, separators=(",", ":"))
    trailers = {
        "Gmconfig-Operation": "deploy",
        "Gmconfig-Record": marker.record,
        "Gmconfig-Target": marker.target,
        "Gmconfig-Commit": marker.commit,
        "Gmconfig-Marker": line,
    }
    return compose_message(f"{what} {marker.target}: {marker.record}", trailers)


def ended_message(what: str, target: str) -> str:
    """Give the message of a commit after which nothing of a target is on the branch any more."""
    return compose_message(f"{what} {target}", {"Gmconfig-Operation": "revert", "Gmconfig-Ended": target})


def ends(message: str, target: str) -> bool:
    """Whether a commit ends what a target had on the branch."""
    return f"Gmconfig-Ended: {target}" in message.splitlines()


def marker_in(message: str) -> Marker | None:
    """Give the marker of a message; None where it holds none."""
    for line in message.splitlines():
        if line.startswith(_TRAILER):
            try:
                return of_json(json.loads(line.removeprefix(_TRAILER)))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                return None
    return None


def keyed(marker: Marker, files: Mapping[str, bytes]) -> Marker:
    """Give the marker with a key of this moment over the files that its commit put there."""
    key = os.urandom(32)
    return replace(marker, key=key, live=files_digest(key, files))
