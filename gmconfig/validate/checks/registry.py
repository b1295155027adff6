"""Every check by its name; a new one is a module and a line here."""

from __future__ import annotations

from gmconfig.validate.checks.parity import check as parity
from gmconfig.validate.checks.plaintext import check as plaintext
from gmconfig.validate.checks.policy import check as policy
from gmconfig.validate.checks.reference import check as reference
from gmconfig.validate.checks.schema import check as schema
from gmconfig.validate.checks.secret import check as secret
from gmconfig.validate.checks.yaml_ import check as yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gmconfig.finding import Finding
    from gmconfig.validate.view import View

CHECKS: dict[str, Callable[[View], Iterator[Finding]]] = {
    "yaml": yaml,
    "schema": schema,
    "reference": reference,
    "parity": parity,
    "secret": secret,
    "plaintext": plaintext,
    "policy": policy,
}
