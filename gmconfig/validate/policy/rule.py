"""A compliance rule: which values it means, and what it demands of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gmconfig.finding import Severity
from gmconfig.immutable import Immutable
from gmconfig.path import KeyPath
from gmconfig.path.name_glob import is_named

Verdict = bool | str | Iterable[str] | None
"""What a check gives: True or None is fine, False or a text (or several) is not."""


class ComplianceRule(Immutable):
    """One rule; it fires only where its `config_path` exists, unless it is `required`.

    Either `require` or `validation_func` says what must hold.

    Args:
        id: names the rule in findings and waivers.
        name, description: what it asks for, and why.
        category: such as `security`, `availability`, `cost`; with `secrets`, no value is ever shown.
        severity: of its findings.
        config_path: the values that it means: a path with globs, or several.
        validation_func: a registered name, or a callable of the value, and of the parameters and the
            environment if it takes them; it gives True or None, or what is wrong.
        parameters: what `validation_func` is told.
        require: a JSON Schema for the value.
        environments, documents: globs of those that it means; none means all. An environment counts as those
            that it extends, too.
        required: whether the path must exist.
        message: what to say instead of what the check says.
        hint: what to do about it.
    """

    __slots__ = (
        "id", "name", "description", "category", "severity", "config_path", "validation_func", "parameters",
        "require", "environments", "documents", "required", "message", "hint",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        name: str = "",
        description: str = "",
        category: str = "security",
        severity: Severity = Severity.ERROR,
        config_path: str | tuple[str, ...] = "",
        validation_func: str | Callable[..., Verdict] | None = None,
        parameters: Mapping[str, object] | None = None,
        require: object = None,
        environments: tuple[str, ...] = (),
        documents: tuple[str, ...] = (),
        required: bool = False,
        message: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.description = description
        self.category = category
        self.severity = severity
        self.config_path = config_path
        self.validation_func = validation_func
        self.parameters = parameters or {}
        self.require = require
        self.environments = environments
        self.documents = documents
        self.required = required
        self.message = message
        self.hint = hint

    @property
    def paths(self) -> tuple[KeyPath, ...]:
        """The parsed `config_path`.

        Raises:
            UsageError: one of them is not a path.
        """
        texts = (self.config_path,) if isinstance(self.config_path, str) else self.config_path
        return tuple(KeyPath.parse(text) for text in texts)

    def applies(self, document: str, chain: Iterable[str]) -> bool:
        """Whether the rule means a document in an environment, given with those that it extends."""
        if self.documents and not is_named(document, self.documents):
            return False
        if not self.environments:
            return True
        return any(is_named(name, self.environments) for name in chain)
