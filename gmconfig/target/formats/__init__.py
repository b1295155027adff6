"""The forms that configuration has on targets: `FORMATS[name]` writes a tree, and reads what is live as a tree.

There is one normalisation: wanted and live are compared as `parse` gives them, so what a form cannot express
(types in dotenv, nulls in properties) is never a difference. A new form is an entry in the dict.
"""

from __future__ import annotations

from gmconfig.target.formats.documents import FLAGD, JSON, TOML, YAML
from gmconfig.target.formats.flat import DOTENV, PROPERTIES
from gmconfig.target.formats.form import About, Form
from gmconfig.target.formats.manifest import CONFIG_MAP, SECRET

FLAGS = "flags"
"""The document that is compiled from the feature flags, always as flagd reads it."""

FORMATS: dict[str, Form] = {
    form.name: form for form in (YAML, JSON, TOML, DOTENV, PROPERTIES, CONFIG_MAP, SECRET, FLAGD)
}


def file_name(document: str, form: str) -> str:
    """Give the name of the file that a document becomes."""
    return f"{document}{FORMATS['flagd' if document == FLAGS else form].extension}"


__all__ = ["FLAGS", "FORMATS", "About", "Form", "file_name"]
