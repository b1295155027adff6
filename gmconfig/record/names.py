"""The refs that this room keeps: one of each kind an environment, where the forge can protect them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.project.names import check_name

if TYPE_CHECKING:
    from gmconfig.project import Project

_HEADS = "refs/heads/gmconfig"
_TRACKED = "refs/gmconfig/remotes"
_UNFIT = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\%]"  # never in a ref; % because it begins what stands for one of these
    r"|(?:\A|(?<=/))\.|(?<=\.)\.|\.(?=\.)|\.(?=lock(?:/|\Z))|@(?=\{)"
)


def below(project: Project, environment: str | None = None, *, protected: bool | None = None) -> str:
    """Give the prefix of an environment's refs; for a protected one a branch, which forges can guard.

    `protected` says whether it is, or was; without it the environment has to be declared, and says so itself.
    """
    if protected is None:
        protected = environment is not None and project.environment(environment).protected
    prefix = project.settings.ref_prefix
    if protected and not prefix.startswith("refs/heads/"):
        prefix = _HEADS
    return f"{prefix}/roots/{fit(project.prefix)}" if project.prefix else prefix


def fit(folder: str) -> str:
    """Give a folder's name as refs can have it: what git takes for no part of a ref is percent-encoded."""
    return _UNFIT.sub(lambda found: f"%{ord(found[0]):02X}", folder)


def deployments(project: Project, environment: str, *, protected: bool | None = None) -> str:
    """Give the ref of an environment's chain of records; with `protected`, where it is while that is so or not."""
    return f"{below(project, environment, protected=protected)}/deployments/{environment}"


def lock(project: Project, environment: str) -> str:
    """Give the ref that says who is at work in an environment."""
    return f"{below(project, environment)}/locks/{environment}"


def holds(project: Project, environment: str) -> str:
    """Give the ref of what an environment is held at."""
    return f"{below(project, environment)}/holds/{environment}"


def freezes(project: Project, environment: str) -> str:
    """Give the ref of what stops deployments into an environment."""
    return f"{below(project, environment)}/freezes/{environment}"


def status(project: Project, environment: str, host: str = "") -> str:
    """Give the ref of what an agent says of itself; without a host, the prefix of all of them."""
    whole = f"{below(project)}/status/{environment}"
    return f"{whole}/{check_name('host', host)}" if host else whole


def automation(project: Project, rule: str) -> str:
    """Give the ref of what an automation rule did."""
    return f"{below(project)}/automation/{check_name('a rule', rule)}"


def tracked(remote: str, ref: str) -> str:
    """Give where a clone remembers what it last saw of a remote's ref."""
    return f"{_TRACKED}/{remote}/{ref.removeprefix('refs/')}"
