"""Figures of a project as a monitor sees it, and handing them to Prometheus."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.api.monitor.back import LONGEST_HOURS, looked_back
from gmconfig.errors import GmconfigError, NotFound, UsageError
from gmconfig.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.api.monitor.manager import ConfigMonitor
    from gmconfig.monitor.figures import Figures, Usage

_FRESH = 15.0
"""For how many seconds figures are handed out again: a scraper that is impatient gets no look of its own."""


def figures(monitor: ConfigMonitor, hours_back: float) -> Figures:
    """Look at everything, and gather what is known of the last hours.

    Raises:
        UsageError: nobody can look back that far.
    """
    from gmconfig.monitor.figures import gather

    if not hours_back:
        raise UsageError("nothing happens within no time", hint="--hours 24")
    looked_back(datetime.now(UTC), hours_back)
    found = monitor.check()
    since = looked_back(found.now, hours_back)
    return gather(monitor.register, found, since, _usage(monitor, hours_back))


def _usage(monitor: ConfigMonitor, hours_back: float) -> Usage:
    """Count users of flags, where programs on this machine write events."""
    from gmconfig.api.flag.manager import FeatureFlagManager

    project = monitor.workspace.project
    if "events_dir" not in project.settings.section("flags"):
        return {}
    manager = FeatureFlagManager(None, root=project.root, record=False)
    # all of them count: a default is where people look, not where programs run
    manager.workspace.environment = None
    found: dict[str, dict[str, int]] = {}
    try:
        for flag in manager.list_feature_flags():
            users: dict[str, int] = {}
            for (variant, _), count in manager.get_feature_analytics(flag.name, hours_back).users.items():
                users[variant or ""] = users.get(variant or "", 0) + count
            found[flag.name] = users
    except NotFound:  # no program has written an event yet
        return {}
    return {name: users for name, users in found.items() if users}


class Metrics:
    """Metrics of a monitor, counted over the whole history.

    Raises:
        GmconfigError: the extra is not installed.
    """

    def __init__(self, monitor: ConfigMonitor) -> None:
        self._monitor = monitor
        self._turn = threading.Lock()
        self._kept: tuple[float, Figures] | None = None
        self._trouble = ""
        try:
            from gmconfig.monitor import metrics
        except ModuleNotFoundError as error:
            hint = "pip install 'gmconfig[metrics]'"
            raise GmconfigError("metrics need prometheus_client", hint=hint) from error
        self._made = metrics

    def text(self) -> str:
        """Give them as Prometheus reads them."""
        from prometheus_client import generate_latest

        return generate_latest(self._made.registry(self.figures)).decode()

    def write(self, file: str) -> None:
        """Write them for node_exporter's textfile collector, in one step."""
        self._made.write(self.figures, file)

    def serve(self, host: str, port: int) -> tuple[int, Callable[[], None]]:
        """Answer Prometheus on a port (0: any that is free), on threads; give the port and what ends that."""
        from prometheus_client import start_http_server

        from gmconfig.storage.files import trouble

        try:
            server, thread = start_http_server(port, host, self._made.registry(self.figures))
        except OSError as error:
            raise trouble(error, f"{host}:{port}") from error
        server.set_app(self._answering(server.get_app()))

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return server.server_port, stop

    def _answering(self, application: Any) -> Any:
        """Tell whoever asks why there are no figures, and here too, once as long as it lasts."""

        def answer(environ: Any, begin: Any) -> Any:
            try:
                given = application(environ, begin)
            except (GmconfigError, OSError) as error:
                if str(error) != self._trouble:
                    logger("monitor").warning("there are no figures: %s", error)
                self._trouble = str(error)
                begin("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
                return [f"{error}\n".encode("utf-8", "replace")]
            self._trouble = ""
            return given

        return answer

    def figures(self) -> Figures:
        """Give the figures; those of a moment ago if somebody has just asked."""
        with self._turn:
            now = time.monotonic()
            if self._kept is None or now - self._kept[0] > _FRESH:
                self._kept = (now, figures(self._monitor, LONGEST_HOURS))
            return self._kept[1]
