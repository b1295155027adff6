"""Who in this process wants to hear what it does: events as they are noted, commits as they are made."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Listener = Callable[[str, Mapping[str, object]], None]
    """Is given an event's id and what it says; it must not do anything that takes long, or fails."""

_LISTENERS: dict[str, list[Listener]] = {}


def listen(common_dir: str, listener: Listener) -> None:
    """Have a listener told of what this process does in a repository."""
    _LISTENERS.setdefault(common_dir, []).append(listener)


def tell(common_dir: str, name: str, event: Mapping[str, object]) -> None:
    """Tell whoever listens."""
    for listener in _LISTENERS.get(common_dir, ()):
        listener(name, event)
