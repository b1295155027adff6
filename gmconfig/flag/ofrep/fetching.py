"""Fetching from the remote while a server runs; trouble is told once, and passes by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.storage.git.followed import fetch

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository


class Fetching:
    """A thread that fetches each so many seconds; a remote that hangs keeps nobody but it waiting."""

    def __init__(self, repository: Repository, seconds: float, warned: Callable[[str], None]) -> None:
        self._repository = repository
        self._seconds = seconds
        self._warned = warned
        self._trouble = ""
        self._stopping = threading.Event()

    def once(self) -> None:
        """Fetch now; what goes wrong is told if it is news."""
        try:
            fetch(self._repository)
        except GmconfigError as error:
            if str(error) != self._trouble:
                self._warned(f"{error}; what was fetched before is served")
            self._trouble = str(error)
        else:
            self._trouble = ""

    def start(self) -> None:
        """Begin, on a thread that ends with the program."""
        threading.Thread(target=self._run, name="gmconfig-fetch", daemon=True).start()

    def stop(self) -> None:
        """Begin no further fetch."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            self.once()
