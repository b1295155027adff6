"""For applications: the values of a prefix in the layout `releases`, always of one release, old or new."""

from __future__ import annotations

from collections.abc import Iterator

from gmconfig.errors import NotFound
from gmconfig.target.declared import Target
from gmconfig.target.kind import Access
from gmconfig.target.kinds.etcd.etcd import Etcd


class Reader:
    """Follows a prefix that gmconfig deploys to.

    Args:
        endpoints: the servers.
        prefix: the target's prefix.
        further: what else the target says to connect: user, password_file, ca, cert, key.
    """

    def __init__(self, endpoints: list[str], prefix: str, **further: str) -> None:
        settings = {"endpoints": endpoints, "prefix": prefix, "layout": "releases", **further}
        target = Target(prefix, "", "etcd", format="properties", settings=settings)
        self._etcd = Etcd(target, Access("/"))

    def values(self) -> dict[str, str]:
        """Give every value of the live release by its key below the release.

        Raises:
            NotFound: nothing is deployed there.
        """
        state = self._etcd.below.state()
        if state.note is None:
            raise NotFound(f'nothing is deployed to "{self._etcd.prefix}"')
        return {
            name: value.content.decode("utf-8", "surrogateescape") for name, value in state.pieces.items()
        }

    def changes(self) -> Iterator[dict[str, str]]:
        """Yield the values each time that another release goes live, for ever."""
        events, cancel = self._etcd.server.watch(f"{self._etcd.prefix}head")
        try:
            for _ in events:
                yield self.values()
        finally:
            cancel()

    def close(self) -> None:
        """Let go of connections."""
        self._etcd.close()
