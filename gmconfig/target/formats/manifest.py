"""Manifests of Kubernetes: a ConfigMap or Secret that holds one document as a file of YAML."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

from gmconfig.config.formats import as_yaml
from gmconfig.errors import BrokenConfiguration
from gmconfig.target.formats.form import About, Form

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def metadata(about: About) -> dict[str, str]:
    """Give a manifest's name and namespace, as Kubernetes takes them.

    Raises:
        BrokenConfiguration: it would not.
    """
    name = about.name or about.document.lower().replace("_", "-").strip("-")
    if len(name) > 253 or not _NAME.fullmatch(name):
        hint = "name: takes lower-case letters, digits, - and ."
        raise BrokenConfiguration(f'"{name}" cannot name a manifest', hint=hint)
    return {"name": name} | ({"namespace": about.namespace} if about.namespace else {})


def _config_map(tree: object, about: About) -> bytes:
    return _manifest("ConfigMap", about, {"data": {f"{about.document}.yaml": as_yaml(tree)}})


def _secret(tree: object, about: About) -> bytes:
    content = {"type": "Opaque", "stringData": {f"{about.document}.yaml": as_yaml(tree)}}
    return _manifest("Secret", about, content)


def _manifest(kind: str, about: About, content: dict[str, Any]) -> bytes:
    head = {"apiVersion": "v1", "kind": kind, "metadata": metadata(about)}
    return as_yaml({**head, **content}).encode("utf-8", "surrogateescape")


def _read(raw: bytes) -> object:
    """Give the document inside of a manifest, however it is encoded there."""
    from gmconfig.storage.yaml import load

    manifest: Any = load(raw)
    texts = dict(manifest.get("stringData") or {})
    if manifest["kind"] == "Secret":
        texts |= {key: b64decode(text).decode() for key, text in (manifest.get("data") or {}).items()}
    else:
        texts |= manifest.get("data") or {}
    inside = {key: load(text.encode()) for key, text in texts.items()}
    return next(iter(inside.values())) if len(inside) == 1 else inside


CONFIG_MAP = Form("configmap", ".configmap.yaml", _config_map, _read)
SECRET = Form("secret", ".secret.yaml", _secret, _read)
