"""What other packages add to gmconfig's registries, each by an entry point in a group of that registry."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def names(group: str) -> list[str]:
    """Give the names that installed packages have in a group, sorted."""
    return sorted(_entries(group))


def load(group: str, name: str, what: str) -> object | None:
    """Give what a package has under a name; None where none has it.

    Args:
        group: such as `gmconfig.formats`.
        name: the entry point's.
        what: how messages call it, such as `the format`.

    Raises:
        BrokenConfiguration: it cannot be loaded; the message names the package.
    """
    entry = _entries(group).get(name)
    if entry is None:
        return None
    try:
        found: object = entry.load()
    except (ImportError, AttributeError) as error:
        package = entry.dist.name if entry.dist else entry.value
        raise BrokenConfiguration(f'{what} "{name}" of {package} cannot be loaded: {error}') from error
    return found


def _entries(group: str) -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=group)}
