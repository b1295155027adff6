"""INI files for gmconfig: a format on targets, a source of secrets, and a check that policies can name."""

import json
from configparser import ConfigParser, Error
from io import StringIO

from gmconfig.errors import BrokenConfiguration
from gmconfig.secret.importer.imported import Imported, decoded, of_tree
from gmconfig.secret.importer.keyring import KeyRing
from gmconfig.target.formats import About, Form


def _render(tree: object, about: About) -> bytes:
    """Write a map of maps: each section's keys with their values, what is no text as JSON."""
    file = _parser()
    for section, values in _sections(tree, about.document).items():
        file[section] = {key: _text(value) for key, value in values.items()}
    text = StringIO()
    file.write(text)
    return text.getvalue().encode()


def _sections(tree: object, document: str) -> dict[str, dict[str, object]]:
    if isinstance(tree, dict) and all(isinstance(values, dict) for values in tree.values()):
        return tree
    raise BrokenConfiguration(f'"{document}" has values outside of sections', hint="format: yaml")


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if "\n" in text:
        raise BrokenConfiguration("a value of several lines does not fit an INI file", hint="format: yaml")
    return text


def _parse(raw: bytes) -> object:
    file = _parser()
    file.read_string(raw.decode())
    return {section: dict(file[section]) for section in file.sections()}


def _parser() -> ConfigParser:
    found = ConfigParser(interpolation=None, default_section="")
    found.optionxform = str  # type: ignore[assignment, method-assign]  # keys keep their case
    return found


INI = Form("ini", ".ini", _render, _parse)


def secrets(raw: bytes, file: str, keys: KeyRing) -> Imported:  # noqa: ARG001  # what every importer gets
    """Read an INI file in which every value is a secret."""
    try:
        return of_tree(_parse(decoded(raw, file).encode()))
    except Error:  # its text would repeat the line
        raise BrokenConfiguration(f'"{file}" is not an INI file') from None


def validate_unprivileged_port(value: object) -> bool | str:
    """A port that a service may open without being root."""
    return not isinstance(value, int) or value >= 1024 or "is a port that only root may open"
