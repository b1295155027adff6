"""ConfigValidator: check data before it is stored, and everything that is."""

from __future__ import annotations

from gmconfig.api.workspace import Workspace
from gmconfig.immutable import Immutable

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from gmconfig.api.outcome import Outcome
    from gmconfig.finding import Place
    from gmconfig.validate.policy.rule import ComplianceRule, Verdict
    from gmconfig.validate.report.report import Report

    ValidationRule = Callable[[Any], Verdict]


class ValidationError(Immutable):
    """One mistake.

    Attributes:
        field: the path of the value; empty for what a function says of the whole document.
        message: what is wrong.
        severity: `critical`, `error`, `warning` or `info`.
        place: where it stands in a file; None where it stands in none.
    """

    __slots__ = ("field", "message", "severity", "place")

    def __init__(self, field: str, message: str, severity: str = "error", place: Place | None = None) -> None:
        self.field = field
        self.message = message
        self.severity = severity
        self.place = place


class ValidationResult(Immutable):
    """What a check of data found: the `errors` that make it invalid, and `warnings` that do not."""

    __slots__ = ("errors", "warnings")

    def __init__(
        self, errors: tuple[ValidationError, ...] = (), warnings: tuple[ValidationError, ...] = ()
    ) -> None:
        self.errors = errors
        self.warnings = warnings

    @property
    def valid(self) -> bool:
        """Whether nothing fails."""
        return not self.errors


class ConfigValidator:
    """Checks against schemas, policies and rules of your own.

    Args:
        environment: judge data as this environment's; policies may differ by environment.
        root: a folder of the project; the current one by default.
    """

    def __init__(self, environment: str | None = None, root: str | os.PathLike[str] | None = None) -> None:
        self.workspace = Workspace(environment, root)
        self._rules: dict[str, list[ValidationRule]] = {}
        self._compliance: list[ComplianceRule] = []

    def validate_config(self, name: str, data: Mapping[str, Any]) -> bool:
        """Whether data would be a valid document."""
        return self.validate_config_detailed(name, data).valid

    def validate_config_detailed(self, name: str, data: Mapping[str, Any]) -> ValidationResult:
        """Check data against the document's schema, the policies, and the rules that were added."""
        from collections.abc import Mapping

        from gmconfig.validate.data import check_data
        from gmconfig.validate.policy.functions import said

        project = self.workspace.project
        given = dict(data) if isinstance(data, Mapping) else data
        found = check_data(
            project,
            project.worktree(),
            name,
            given,
            environment=self.workspace.environment,
            rules=self._compliance,
        )
        own = [ValidationError("", one) for rule in self._rules.get(name, ()) for one in said(rule(given))]
        told = [(f.fails, ValidationError(f.path or "", f.message, str(f.severity), f.place)) for f in found]
        return ValidationResult(
            (*(error for fails, error in told if fails), *own),
            (*(error for fails, error in told if not fails), *self._unknown(name)),
        )

    def _unknown(self, name: str) -> tuple[ValidationError, ...]:
        """Warn of a name that nothing has: a slip in it would make any data valid."""
        from gmconfig.errors import UnknownDocument
        from gmconfig.validate.schema.store import file_of

        project = self.workspace.project
        files = project.worktree().files()
        if name in self._rules or name == project.default_document or file_of(name, files):
            return ()
        try:
            project.check_document(project.worktree(), name)
        except UnknownDocument as error:
            message = f"{error.message}, nor a schema or rule for one ({error.hint})"
            return (ValidationError("", message, "warning"),)
        return ()

    def add_validation_rule(self, name: str, func: ValidationRule) -> None:
        """Add a rule for a document: a function of the data that yields what is wrong with it.

        One that only says yes or no may give True or False, one that knows of one mistake its message, or None.
        It lives as long as this validator: a function cannot be kept in a file. What everybody is held to stands
        in the document's schema (`save_schema`) or below `policies/` (`add_compliance_rule(…, persist=True)`).
        """
        self._rules.setdefault(name, []).append(func)

    def add_compliance_rule(
        self,
        rule: ComplianceRule,
        *,
        persist: bool = False,
        user: str | None = None,
        reason: str | None = None,
    ) -> Outcome | None:
        """Add a compliance rule for this validator; with `persist` for everybody, as a commit below `policies/`.

        `user` is that commit's author (git's identity by default), `reason` becomes part of its message.

        Raises:
            Refused: it carries a function of Python and is to persist.
            InvalidConfiguration: the project does not keep to it, so it cannot persist.
        """
        kept = None
        if persist:
            from gmconfig.api.outcome import How
            from gmconfig.api.validation.ruling import keep_rule

            kept = keep_rule(self.workspace, rule, How(user, reason))
        self._compliance[:] = [*(one for one in self._compliance if one.id != rule.id), rule]
        return kept

    def generate_schema(self, name: str, sample_data: Mapping[str, Any]) -> dict[str, Any]:
        """Give a draft-07 schema that the sample satisfies."""
        from gmconfig.config.schema.infer import generate_schema

        return generate_schema(name, sample_data)

    def save_schema(
        self,
        name: str,
        schema: Mapping[str, Any],
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Outcome:
        """Write `schemas/<name>.schema.json` as a commit.

        Args:
            name: the document.
            schema: a JSON Schema, draft-04 to 2020-12.
            user: the commit's author; git's identity by default.
            reason: why; becomes part of the commit message.
            **how: `dry_run`, `commit`.

        Raises:
            InvalidConfiguration: an environment does not satisfy it.
        """
        from gmconfig.api.config.inferring import save_schema
        from gmconfig.api.outcome import How

        return save_schema(self.workspace, name, schema, How(user, reason, **how))

    def check(
        self,
        *,
        files: Sequence[str] = (),
        staged: bool = False,
        at: str | None = None,
        environments: Sequence[str] = (),
        forms: Sequence[str] = ("text",),
    ) -> Report:
        """Check the whole project, or what some files can affect: the working tree, what is staged, a commit.

        Args:
            files: paths as seen from the current folder.
            staged: look at git's index.
            at: look at this commit.
            environments: only these.
            forms: formats in which the answer is kept ready as long as nothing changes.
        """
        from gmconfig.api.validation.checking import check

        return check(
            self.workspace,
            files=files,
            staged=staged,
            at=at,
            environments=environments,
            rules=self._compliance,
            forms=forms,
        )
