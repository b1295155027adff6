"""The hooks of `access.yaml` that change a secret at its source: declared there, so that an admin has signed them.

    rotation:
      - secrets: [db_password]
        environments: [production]
        run: [ops/rotate-database, --role, app]
        files: {ops/rotate-database: 5f1c…}       the SHA-256 of every file of the repository that it names
        timeout: 60                               seconds, 60 by default
      - secrets: [partner_key]
        run: partner-cli keys renew --json
        issues: true                              the source makes the value: the hook prints it

The first that means a secret is its hook.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gmconfig.secret.access.rule import Rule

if TYPE_CHECKING:
    from gmconfig.errors import GmconfigError
    from gmconfig.path import Keys
    from gmconfig.secret.token import Context

FIELDS = ("run", "files", "timeout", "issues")
_SECONDS = 60
_LONGEST = 3600


class Hook(NamedTuple):
    """A command that changes a secret at its source; `issues` means that it prints the new value itself."""

    rule: Rule
    run: tuple[str, ...]
    files: Mapping[str, str]
    timeout: int
    issues: bool


class Reader(Protocol):
    """How the policy is read: every complaint names its place."""

    def mapping(self, value: object, keys: Keys) -> Mapping[str, object]:
        """Expect a map."""

    def text(self, value: object, keys: Keys) -> str:
        """Expect a text."""

    def sequence(self, value: object, keys: Keys) -> list[object]:
        """Expect a list."""

    def rule(self, tree: object, keys: Keys) -> Rule:
        """Expect what selects places."""

    def complaint(self, keys: Keys, message: str, hint: str | None = None) -> GmconfigError:
        """Give the error that names the place."""


def read(reader: Reader, tree: object, keys: Keys) -> Hook:
    """Read one hook.

    Raises:
        BrokenConfiguration: something is missing, unknown or malformed.
    """
    fields = reader.mapping(tree, keys)
    rule = reader.rule({key: value for key, value in fields.items() if key not in FIELDS}, keys)
    if "run" not in fields:
        raise reader.complaint(keys, 'a rotation has a command: "run"', "run: [ops/rotate-database]")
    timeout, issues = fields.get("timeout", _SECONDS), fields.get("issues", False)
    if type(timeout) is not int or not 0 < timeout <= _LONGEST:
        raise reader.complaint((*keys, "timeout"), f"a timeout is 1 to {_LONGEST} seconds")
    if not isinstance(issues, bool):
        raise reader.complaint((*keys, "issues"), "expected true or false")
    files = reader.mapping(fields.get("files") or {}, (*keys, "files"))
    digests = {name: reader.text(digest, (*keys, "files", name)) for name, digest in files.items()}
    return Hook(rule, _command(reader, fields["run"], (*keys, "run")), digests, timeout, issues)


def hook_for(hooks: Iterable[Hook], place: Context) -> Hook | None:
    """Give a secret's hook; None where its source is changed by hand."""
    return next((hook for hook in hooks if hook.rule.covers(place)), None)


def _command(reader: Reader, value: object, keys: Keys) -> tuple[str, ...]:
    """Read a command, as a list or as one line in a shell's quoting; no shell runs it."""
    if isinstance(value, str):
        try:
            words = tuple(shlex.split(value))
        except ValueError as error:
            raise reader.complaint(keys, f"this is not a command: {str(error).lower()}") from None
    else:
        items = reader.sequence(value, keys)
        words = tuple(reader.text(item, (*keys, index)) for index, item in enumerate(items))
    if not words:
        raise reader.complaint(keys, "this is not a command: it is empty")
    return words
