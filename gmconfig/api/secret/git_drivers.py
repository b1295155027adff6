"""Making git show and merge sealed values by what they hold: settings of this clone, attributes for all."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed, How, Outcome
from gmconfig.storage.change import WholeFile
from gmconfig.storage.git.configuring import configure

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Project

ATTRIBUTES = ".gitattributes"
_BEGIN = (
    "# gmconfig: sealed values are shown and merged by what they hold; per clone: gmconfig secret git install"
)
_END = "# gmconfig ends"
_HEADER = "^([A-Za-z0-9_./\"'-]+:.*)$"


@dataclass(frozen=True, slots=True)
class Drivers:
    """What an installation did: the driver's name, git's settings that changed (None: removed), the commit."""

    name: str
    settings: Mapping[str, str | None]
    outcome: Outcome

    @property
    def changed(self) -> bool:
        """Whether anything was not as wanted."""
        return bool(self.settings) or self.outcome.changed


def install(workspace: Workspace, how: How, *, reveal: bool) -> Drivers:
    """Name the drivers in this clone's settings, and the files they are for in `.gitattributes`."""
    project = workspace.project
    name = driver_name(project)
    deed = Deed("secret-git-install", "secret: show and merge sealed values by what they hold")
    attributes = _with_block(_attributes(project), _block(project, name))
    outcome = carry_out(project, {ATTRIBUTES: WholeFile(attributes)}, how, deed)
    return Drivers(name, _configured(project, _settings(project, name, reveal=reveal), how), outcome)


def uninstall(workspace: Workspace, how: How) -> Drivers:
    """Take the drivers out of this clone; the attributes stay for the other clones, and mean nothing here."""
    project = workspace.project
    name = driver_name(project)
    unset = dict.fromkeys(_settings(project, name, reveal=False))
    outcome = Outcome("drivers removed from this clone", dry_run=how.dry_run)
    return Drivers(name, _configured(project, unset, how), outcome)


def lacking(project: Project) -> str | None:
    """Say why sealed values are merged line by line in this clone, though `.gitattributes` wants it otherwise."""
    name = driver_name(project)
    if f"merge={name}" not in _attributes(project).split():
        return None
    done = project.repository.attempt("config", "-z", "--get", f"merge.{name}.driver")
    if done.returncode:
        return "its drivers are not set in this clone"
    program = os.fsdecode(done.stdout).rstrip("\0").partition(" -P -m ")[0].strip("'")
    return None if shutil.which(program) else f"{program} of its driver is gone"


def set_in_clone(project: Project) -> None:
    """Name the drivers in this clone's settings; the files are named already."""
    wanted = dict(_settings(project, driver_name(project), reveal=False))
    _configured(project, wanted, How())


def driver_name(project: Project) -> str:
    """Give the driver's name, one for each project of a repository."""
    return "-".join(["gmconfig", *re.findall(r"[A-Za-z0-9]+", project.prefix)])


def _settings(project: Project, name: str, *, reveal: bool) -> dict[str, str]:
    # -P: a folder of the repository that is called gmconfig must not be what runs.
    program = (
        f"{shlex.quote(sys.executable)} -P -m gmconfig -C {shlex.quote(project.prefix or '.')} secret git"
    )
    return {
        f"diff.{name}.textconv": f"{program} textconv{' --reveal' if reveal else ''}",
        f"diff.{name}.xfuncname": _HEADER,
        f"merge.{name}.name": "values sealed by gmconfig, merged by what they hold",
        f"merge.{name}.driver": f"{program.replace('%', '%%')} merge %O %A %B %P %L",
    }


def _configured(project: Project, wanted: Mapping[str, str | None], how: How) -> dict[str, str | None]:
    """Change what differs; with `--dry-run`, only say it."""
    repository = project.repository
    now = {key: _local(project, key) for key in wanted}
    changed = {key: value for key, value in wanted.items() if now[key] != value}
    for key, value in changed.items() if not how.dry_run else ():
        if value is None:
            configure(repository, "--unset-all", key)
        else:
            configure(repository, "--replace-all", key, value)
    return changed


def _local(project: Project, key: str) -> str | None:
    done = project.repository.attempt("config", "--local", "-z", "--get", key)
    return None if done.returncode else done.stdout.decode("utf-8", "surrogateescape").removesuffix("\0")


def _attributes(project: Project) -> str:
    snapshot = project.worktree()
    raw = snapshot.read(ATTRIBUTES) if snapshot.exists(ATTRIBUTES) else b""
    return raw.decode("utf-8", "surrogateescape")


def _block(project: Project, name: str) -> str:
    patterns = dict.fromkeys(
        ["/secrets/*.yaml", *(_glob(slot.pattern.text) for slot in project.layout.slots)]
    )
    lines = [f"{pattern} diff={name} merge={name}" for pattern in patterns]
    return "\n".join([_BEGIN, *lines, _END]) + "\n"


def _glob(pattern: str) -> str:
    return "/" + re.sub(r"\{[^}]*\}", "*", pattern).replace(" ", "?").lstrip("/")


def _with_block(text: str, block: str) -> bytes:
    """Put our lines in the place of older ones of ours, else at the end."""
    found = re.search(rf"(?ms)^{re.escape(_BEGIN[: _BEGIN.index(':')])}:.*?^{re.escape(_END)}$\n?", text)
    if found:
        text = text[: found.start()] + block + text[found.end() :]
    else:
        text = text + ("\n" if text and not text.endswith("\n") else "") + block
    return text.encode("utf-8", "surrogateescape")
