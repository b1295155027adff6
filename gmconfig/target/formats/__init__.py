"""The forms that configuration has on targets: each writes a tree, and reads what is live as a tree.

There is one normalisation: wanted and live are compared as `parse` gives them, so what a form cannot express
(types in dotenv, nulls in properties) is never a difference. `form.py` is what a form is, `documents.py`,
`flat.py` and `manifest.py` are ours, `registry.py` finds one by its name.
"""

from __future__ import annotations

from gmconfig.target.formats.form import About, Form
from gmconfig.target.formats.registry import FORMATS, form_of

FLAGS = "flags"
"""The document that is compiled from the feature flags, always as flagd reads it."""


def file_name(document: str, form: str) -> str:
    """Give the name of the file that a document becomes."""
    return f"{document}{form_of('flagd' if document == FLAGS else form).extension}"


__all__ = ["FLAGS", "FORMATS", "About", "Form", "file_name", "form_of"]
