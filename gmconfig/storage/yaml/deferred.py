"""Lets ruamel's C parser load without the whole of `ruamel.yaml`, which costs more than most commands' work.

The C parser takes a dozen small modules from that package; importing any of them runs the package's own code,
with its constructors, representers and their imports. Here the package is put in place with that code not run
yet: it runs, unchanged and in the same module, when somebody asks the package for anything by name.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from types import ModuleType

_NAME = "ruamel.yaml"


class _Deferred(ModuleType):
    """A package whose code waits for the first attribute that is not there."""

    def __getattr__(self, name: str) -> object:
        from threading import RLock

        lock = self.__dict__.setdefault("_gmconfig_lock", RLock())
        with lock:
            if type(self) is _Deferred and not self.__dict__.get("_gmconfig_runs"):
                self.__dict__["_gmconfig_runs"] = True
                self.__spec__.loader.exec_module(self)  # type: ignore[union-attr]
                self.__class__ = ModuleType  # type: ignore[assignment]
        if name in self.__dict__:
            return self.__dict__[name]
        raise AttributeError(f"module {_NAME!r} has no attribute {name!r}")


def defer_ruamel() -> None:
    """Put the package in place, unless it is loaded already."""
    if _NAME in sys.modules:
        return
    import ruamel

    spec = PathFinder.find_spec(_NAME, ruamel.__path__)
    if spec is None:
        return
    package = _Deferred(_NAME)
    package.__spec__, package.__loader__, package.__file__ = spec, spec.loader, spec.origin
    package.__package__, package.__path__ = _NAME, list(spec.submodule_search_locations or ())
    sys.modules[_NAME] = ruamel.yaml = package
