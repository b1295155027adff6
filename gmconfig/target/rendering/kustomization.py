"""kustomize's own file: manifests are resources, other files become ConfigMaps or Secrets by its generators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.target.formats.form import About
from gmconfig.target.formats.manifest import metadata

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.rendering.rendering import Part

FILE = "kustomization.yaml"


def kustomization(target: Target, parts: Mapping[str, Part]) -> dict[str, bytes]:
    """Give the file that makes a folder of ours one that `kustomize build` takes."""
    from gmconfig.storage.yaml import dump

    content: dict[str, Any] = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    if namespace := target.settings.get("namespace"):
        content["namespace"] = namespace
    for part in parts.values():
        if part.form.name in ("configmap", "secret"):
            content.setdefault("resources", []).append(part.file)
        else:
            kind = "secretGenerator" if part.secret_paths else "configMapGenerator"
            content.setdefault(kind, []).append(_generator(target, part))
    return {FILE: dump(content)}


def _generator(target: Target, part: Part) -> dict[str, Any]:
    prefix = target.settings.get("name")
    name = metadata(About(f"{prefix}-{part.document}" if prefix else part.document))["name"]
    if part.form.name == "dotenv":
        return {"name": name, "envs": [part.file]}
    plain = f"{part.document}{part.form.extension}"
    return {"name": name, "files": [part.file if part.file == plain else f"{plain}={part.file}"]}
