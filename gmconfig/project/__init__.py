"""The room that knows `gmconfig.yaml` and where things lie: root, documents, environments, layers.

`find.py` finds the root, `settings.py` reads the file and `shape.py` checks it, `environment.py` inherits,
`pattern.py` and `layout.py` map files to documents and layers, `affected.py` says what a changed file can reach,
`span.py` reads time spans, `window.py` the times of `freezes:`; `project.py` is the door for the rooms above.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.project.environment import Environment
    from gmconfig.project.layout import Layer
    from gmconfig.project.project import INDEX, Project
    from gmconfig.project.settings import Settings

__all__ = ["INDEX", "Environment", "Layer", "Project", "Settings"]

_HOMES = {
    "Project": "project",
    "INDEX": "project",
    "Layer": "layout",
    "Environment": "environment",
    "Settings": "settings",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"gmconfig.project.{_HOMES[name]}"), name)
