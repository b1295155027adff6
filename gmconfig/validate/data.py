"""Checking data that a program holds, before anybody stores it."""

from __future__ import annotations

from gmconfig.config.loaded import LoadedLayer
from gmconfig.config.resolve import Resolved
from gmconfig.finding import Finding
from gmconfig.log import debug
from gmconfig.path import Keys
from gmconfig.project.layout import Layer
from gmconfig.secret.token import Context, Sealed, is_token
from gmconfig.validate.checks import policy, reference, schema
from gmconfig.validate.report.report import merged
from gmconfig.validate.run import current_day
from gmconfig.validate.subject import Subject
from gmconfig.validate.view import Variant, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.project.project import Project
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.validate.policy.rule import ComplianceRule


def check_data(
    project: Project,
    snapshot: Snapshot,
    document: str,
    data: object,
    *,
    environment: str | None = None,
    rules: Iterable[ComplianceRule] = (),
    today: str | None = None,
) -> tuple[Finding, ...]:
    """Say what would be wrong with a document that held this data: its schema, references and policies.

    Findings have no place: the data stands in no file. Placeholders and sealed values may be in it.
    """
    subject = Subject(project, snapshot, rules=rules, today=today or current_day())
    view = View(subject, document, ())
    layer = _Given(
        Layer("", document, environment, "base"),
        _sealed(data, document, environment, ()),
        subject.snapshot,
        is_literal=False,
    )
    resolved = Resolved(project, subject.snapshot, document, environment, [layer])
    view.variants = [_Told(view, (environment,) if environment else (), resolved)]
    checks = (schema.check, reference.check, policy.check)
    found = merged([finding for check in checks for finding in check(view)])
    debug("validate", "data of %s in %s: %d findings", document, environment, len(found))
    return found


class _Given(LoadedLayer):
    """A layer that no file holds."""

    __slots__ = ()

    def place(self, keys: Keys, *, key: bool = False) -> None:  # type: ignore[override]
        """Give no place."""


class _Told(Variant):
    """A variant whose findings have no place."""

    __slots__ = ()

    def _place(self, keys: Keys, *, at_key: bool) -> tuple[None, int]:  # noqa: ARG002  # none has any
        return None, 1


def _sealed(data: object, document: str, environment: str | None, keys: Keys) -> object:
    """Mark the tokens in data, which nobody can know here."""
    if isinstance(data, dict):
        return {key: _sealed(value, document, environment, (*keys, key)) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_sealed(value, document, environment, (*keys, index)) for index, value in enumerate(data)]
    return Sealed(str(data), Context(document, environment, keys)) if is_token(data) else data
