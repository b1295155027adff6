"""Finds the kind of a target: gmconfig's own, or another package's by the entry point group `gmconfig.targets`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from gmconfig import further
from gmconfig.errors import NotFound
from gmconfig.path import did_you_mean

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access, Kind

GROUP = "gmconfig.targets"
KINDS = {
    "directory": "gmconfig.target.kinds.directory:Directory",
    "ssh": "gmconfig.target.kinds.ssh:Ssh",
    "branch": "gmconfig.target.kinds.branch:Branch",
    "etcd": "gmconfig.target.kinds.etcd:Etcd",
}
"""Each kind by its name, as `module:what makes it` from a target and an access."""

LOCAL = ("directory", "branch")
"""The kinds that lie on this machine: looking at them waits for nobody."""

Maker = Callable[["Target", "Access"], "Kind"]


def kind_of(target: Target, access: Access) -> Kind:
    """Give the target, ready to be asked.

    Raises:
        NotFound: no kind has that name; the hint names the nearest.
        BrokenConfiguration: the kind cannot be loaded, or the target lacks what the kind needs.
    """
    if target.kind in KINDS:
        return _own(target.kind)(target, access)
    from gmconfig.target.guarded import Guarded

    return Guarded(target, access, _further(target))


def kinds() -> list[str]:
    """Give the names of all kinds, those of other packages too."""
    return sorted({*KINDS, *further.names(GROUP)})


def _further(target: Target) -> Maker:
    found = further.load(GROUP, target.kind, f'target "{target.name}": the kind')
    if found is None:
        hint = did_you_mean(target.kind, kinds(), f"kinds: {', '.join(kinds())}")
        raise NotFound(f'target "{target.name}": no kind of target named "{target.kind}"', hint=hint)
    return cast("Maker", found)


@cache
def _own(kind: str) -> Maker:
    module, _, name = KINDS[kind].partition(":")
    maker: Maker = getattr(import_module(module), name)
    return maker
