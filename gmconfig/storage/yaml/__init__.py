"""YAML text: positioned reading, byte-minimal editing, writing that every YAML reader understands alike.

Read with places: `events.py`, `composer.py`, `constructor.py`. Read fast: `reader.py` tries `everyday.py`, line by
line, then `builder.py`. Edited: `edit.py` takes the `operations.py`, finds the place with `spot.py` or `target.py`,
and replaces bytes by `replacing.py`, `inserting.py` and `removing.py`; where none fits, `roundtrip.py`.
Written: `writer.py` and `quoting.py`.

What is asked for is loaded when it is first named: reading a file does not load the editor.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs more to import than a small file takes to read
if TYPE_CHECKING:
    from gmconfig.storage.yaml.ambiguity import Trap as Trap
    from gmconfig.storage.yaml.ambiguity import traps as traps
    from gmconfig.storage.yaml.composer import compose as compose
    from gmconfig.storage.yaml.constructor import construct as construct
    from gmconfig.storage.yaml.nodes import Node as Node
    from gmconfig.storage.yaml.nodes import Stream as Stream
    from gmconfig.storage.yaml.positions import own_path as own_path
    from gmconfig.storage.yaml.positions import place as place
    from gmconfig.storage.yaml.positions import width as width
    from gmconfig.storage.yaml.reader import load as load
    from gmconfig.storage.yaml.reader import load_all as load_all
    from gmconfig.storage.yaml.reader import load_everyday as load_everyday
    from gmconfig.storage.yaml.scalars import Tagged as Tagged
    from gmconfig.storage.yaml.writer import dump as dump
    from gmconfig.storage.yaml.writer import scalar as scalar

_HOMES = {
    "Node": "nodes",
    "Stream": "nodes",
    "Tagged": "scalars",
    "Trap": "ambiguity",
    "compose": "composer",
    "construct": "constructor",
    "dump": "writer",
    "load": "reader",
    "load_all": "reader",
    "load_everyday": "reader",
    "own_path": "positions",
    "place": "positions",
    "scalar": "writer",
    "traps": "ambiguity",
    "width": "positions",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
