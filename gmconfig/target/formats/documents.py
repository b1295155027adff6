"""YAML, JSON and TOML: whole documents with their types; flagd's file is JSON."""

from __future__ import annotations

from gmconfig.config.formats import as_json, as_toml, as_yaml
from gmconfig.target.formats.form import About, Form


def _yaml(tree: object, about: About) -> bytes:  # noqa: ARG001  # as every form
    return as_yaml(tree).encode("utf-8", "surrogateescape")


def _json(tree: object, about: About) -> bytes:  # noqa: ARG001
    return as_json(tree).encode("utf-8", "surrogateescape")


def _toml(tree: object, about: About) -> bytes:  # noqa: ARG001
    return as_toml(tree).encode("utf-8", "surrogateescape")


def _read_yaml(raw: bytes) -> object:
    from gmconfig.storage.yaml import load

    return load(raw)


def _read_json(raw: bytes) -> object:
    from gmconfig.storage.bounds import read_json

    return read_json(raw)


def _read_toml(raw: bytes) -> object:
    from gmconfig.storage.bounds import read_toml

    return read_toml(raw)


YAML = Form("yaml", ".yaml", _yaml, _read_yaml, is_faithful=True)
JSON = Form("json", ".json", _json, _read_json)
TOML = Form("toml", ".toml", _toml, _read_toml)
FLAGD = Form("flagd", ".flagd.json", _json, _read_json)
