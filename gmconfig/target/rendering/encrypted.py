"""A file that sops opens: a whole document, or a manifest whose data alone is encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.errors import BrokenConfiguration
from gmconfig.target.formats import About, Form

if TYPE_CHECKING:
    from gmconfig.target.declared import Target

DATA = "^(data|stringData)$"
"""What of a manifest is encrypted, as Flux and Argo CD's plugins expect it."""


def encrypted(target: Target, form: Form, tree: object, about: About) -> bytes:
    """Give a document as a file of sops for the target's recipients.

    Raises:
        BrokenConfiguration: the form is one that sops does not encrypt value by value.
    """
    from gmconfig.secret.exporter.sops import write

    recipients = target.settings.get("recipients") or ()
    if not recipients:
        hint = "recipients: [age1…]"
        raise BrokenConfiguration(f'target "{target.name}" names nobody whom sops encrypts for', hint=hint)
    if form.name not in ("yaml", "secret") or not isinstance(tree, dict):
        hint = "format: yaml, or secret for a manifest"
        raise BrokenConfiguration(f'target "{target.name}": sops encrypts no {form.name} here', hint=hint)
    if form.name == "yaml":
        return write(tree, recipients)
    return write(_loaded(form.render(tree, about)), recipients, only=DATA)


def _loaded(raw: bytes) -> Any:
    from gmconfig.storage.yaml import load

    return load(raw)
