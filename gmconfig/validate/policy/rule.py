"""A compliance rule: which values it means, and what it demands of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from gmconfig.finding import Severity
from gmconfig.path import KeyPath

Verdict = bool | str | Iterable[str] | None
"""What a check gives: True or None is fine, False or a text (or several) is not."""


@dataclass(frozen=True, slots=True)
class ComplianceRule:
    """One rule; it fires only where its `config_path` exists, unless it is `required`.

    `config_path` is a path with globs, or several. Either `require` (a JSON Schema for the value) or
    `validation_func` (a registered name, or a callable of the value, and the parameters and the environment
    if it takes them) says what must hold. `environments` and `documents` are globs; none means all. An
    environment counts as those that it extends, too.
    """

    id: str
    name: str = ""
    description: str = ""
    category: str = "security"
    severity: Severity = Severity.ERROR
    config_path: str | tuple[str, ...] = ""
    validation_func: str | Callable[..., Verdict] | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    require: object = None
    environments: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    required: bool = False
    message: str | None = None
    hint: str | None = None

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
        if self.documents and not any(fnmatchcase(document, glob) for glob in self.documents):
            return False
        if not self.environments:
            return True
        return any(fnmatchcase(name, glob) for name in chain for glob in self.environments)
