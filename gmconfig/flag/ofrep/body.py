"""What OFREP says in bodies: a request's context, a decision, all decisions, a failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, NoReturn

from gmconfig.flag.flagd.decision import Decision, ErrorCode
from gmconfig.flag.flagd.flag_set import FlagSet


class Asked(NamedTuple):
    """Whom a request is about: the targeting key, and what else is known."""

    user: str | None
    context: Mapping[str, Any]


class BadRequest(Exception):
    """A request that cannot be understood, with OpenFeature's code for that."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def asked(raw: bytes) -> Asked:
    """Read a request's body; an empty one is about nobody.

    Raises:
        BadRequest: it is not JSON, or its context is not a map.
    """
    try:
        body = json.loads(raw or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest("PARSE_ERROR", "the body is not JSON") from error
    context = body.get("context", {}) if isinstance(body, dict) else None
    if not isinstance(context, dict):
        raise BadRequest("INVALID_CONTEXT", 'expected {"context": {"targetingKey": …}}')
    user = context.pop("targetingKey", None)
    if user is not None and not isinstance(user, str):
        raise BadRequest("INVALID_CONTEXT", "the targetingKey is not text")
    return Asked(user, context)


def decided(decision: Decision) -> tuple[int, dict[str, Any]]:
    """Give a decision's HTTP status and body."""
    if decision.error_code is not None:
        status = 404 if decision.error_code is ErrorCode.FLAG_NOT_FOUND else 400
        return status, failed(decision.error_code, decision.error_message or "", decision.flag)
    body: dict[str, Any] = {"key": decision.flag, "reason": str(decision.reason)}
    # Python's client cannot do without a variant; flagd answers with an empty one, too
    body["variant"] = decision.variant or ""
    if decision.variant is not None:
        body["value"] = decision.value  # without one, the application's own default counts
    return 200, body | ({"metadata": dict(decision.metadata)} if decision.metadata else {})


def all_decided(flags: FlagSet, whom: Asked) -> dict[str, Any]:
    """Give the decisions of all flags."""
    found = [decided(flags.evaluate(key, whom.user, whom.context))[1] for key in flags]
    return {"flags": found} | ({"metadata": dict(flags.metadata)} if flags.metadata else {})


def failed(code: str, message: str, key: str | None = None) -> dict[str, Any]:
    """Give the body of a failure."""
    return {**({} if key is None else {"key": key}), "errorCode": str(code), "errorDetails": message}


def written(body: Mapping[str, Any]) -> bytes:
    """Give a body's bytes."""
    return json.dumps(body, separators=(",", ":")).encode()


def etag(raw: bytes) -> str:
    """Give the tag of an answer: the same one exactly for the same decisions, whatever was committed since."""
    return f'"{blake2b(raw, digest_size=16).hexdigest()}"'


def matches(wanted: str, tag: str) -> bool:
    """Whether an `If-None-Match` names a tag."""
    tags = [one.strip().removeprefix("W/") for one in wanted.split(",")]
    return "*" in tags or tag in tags


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
