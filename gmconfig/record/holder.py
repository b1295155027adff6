"""Who holds a lock, as the lock's note has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from gmconfig.immutable import Data
from gmconfig.record.note import on_one_line
from gmconfig.record.process import is_gone
from gmconfig.spoken import without_address


class Holder(Data):
    """Who holds a lock: `fencing` grows with every holder, so that a target can refuse one that is late."""

    user: str
    host: str
    pid: int
    run: str
    token: str
    fencing: int
    until: datetime
    machine: str = ""
    mark: str = ""
    released: bool = False

    def is_active(self, now: datetime) -> bool:
        """Whether it keeps others out: not when it gave the lock back, is late, or is known to have ended."""
        return not self.released and now < self.until and not is_gone(self.machine, self.pid, self.mark)

    def as_json(self) -> dict[str, object]:
        """Give it as the note has it."""
        return {**self.held(), "until": self.until.isoformat()}

    def __str__(self) -> str:
        where = f"process {self.pid} on {self.host}" + (f", {self.run}" if self.run else "")
        who = without_address(self.user) or "somebody"
        return on_one_line(f"{who} ({where}), until {self.until:%Y-%m-%d %H:%M:%S} UTC")


def holder_of(content: Mapping[str, object]) -> Holder | None:
    """Read a lock's note; None where nobody ever held it, or where it makes no sense."""
    try:
        return Holder(
            user=str(content["user"]),
            host=str(content["host"]),
            pid=int(str(content["pid"])),
            run=str(content["run"]),
            token=str(content["token"]),
            fencing=int(str(content["fencing"])),
            machine=str(content.get("machine", "")),
            mark=str(content.get("mark", "")),
            until=datetime.fromisoformat(str(content["until"])).astimezone(UTC),
            released=content["released"] is True,
        )
    except (KeyError, ValueError, OverflowError):
        return None


def run_address(environ: Mapping[str, str]) -> str:
    """Give the address of the CI run that this is, where the forge is known."""
    if "GITHUB_RUN_ID" in environ and "GITHUB_REPOSITORY" in environ:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{environ['GITHUB_REPOSITORY']}/actions/runs/{environ['GITHUB_RUN_ID']}"
    return environ.get("CI_JOB_URL") or environ.get("BUILD_URL") or ""
