"""The answer for a project in which nothing has changed: from the cache, loading next to nothing.

It imports nothing but what costs nothing; whatever is unusual is left to the full check (None).
"""

from __future__ import annotations

import os

from gmconfig import __version__
from gmconfig.secret.named.waiting import is_any_waiting
from gmconfig.storage import at_once
from gmconfig.storage.cache import Cache
from gmconfig.storage.git.root import find_root
from gmconfig.storage.snapshot import WorkingTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

FORM = 5
"""Changes with the shape of what is stored."""

SETTLED_NS = 2_000_000_000
"""How much older than the cache a file must be to be trusted unread: file systems count in up to 2 s."""

IDENTITIES = ("GMCONFIG_IDENTITY", "GMCONFIG_PASSPHRASE")
"""Environment variables that may decide about trust; the cache knows nothing of them."""

UNUSUAL = (*IDENTITIES, "GITHUB_STEP_SUMMARY")
"""Environment variables with which an answer is more than a text that was printed before."""


def answer(
    asked: Mapping[str, object], cwd: str | None = None, *, colour: bool | None = None
) -> tuple[str, int] | None:
    """Answer `gmconfig validate` from the cache.

    Args:
        asked: the options that were given: `directory` and `output`; any other is left to the full check.
        cwd: where to look for the project; None is the current folder.
        colour: whether the answer goes to a terminal that shows colours; None finds out.

    Returns:
        What to print and the exit code; None if the full check has to answer.
    """
    if not asked.keys() <= {"directory", "output"} or any(name.startswith(UNUSUAL) for name in os.environ):
        return None
    root = root_of(os.path.join(cwd or os.getcwd(), str(asked.get("directory", ""))))
    kept = root and load(root)
    if not root or not kept:
        return None
    text = kept["texts"].get(
        text_key(str(asked.get("output", "text")), _is_coloured() if colour is None else colour)
    )
    if text is None or not is_current(root, kept) or _has_news(root):
        return None
    return text, kept["exit"]


def _has_news(root: str) -> bool:
    """Whether a rotation waits for its end, which the full check tells."""
    found = find_root(root)
    return found is not None and is_any_waiting(found.common_dir)


def _is_coloured() -> bool:
    return os.isatty(1) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def text_key(form: str, colour: bool) -> str:
    """Name a rendered text in the cache."""
    return f"{form}+colour" if colour and form == "text" else form


def root_of(folder: str) -> str | None:
    """Give the folder of the nearest gmconfig.yaml, up to the repository's top."""
    at = os.path.realpath(folder)
    while not os.path.isfile(os.path.join(at, "gmconfig.yaml")):
        parent = os.path.dirname(at)
        if parent == at or os.path.exists(os.path.join(at, ".git")):
            return None
        at = parent
    return at


def load(root: str) -> dict[str, Any] | None:
    """Give what was kept for a root by this version; None if there is nothing, or it is of no use."""
    place = cache_of(root)
    kept: Any = place and place[0].load(place[1])
    if not isinstance(kept, dict) or kept.get("made by") != (FORM, __version__, root):
        return None
    return kept


def load_verdicts(root: str, kept: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give every document's result, kept apart as an answer that stands needs none; None if it is not its own."""
    place = cache_of(root)
    found: Any = place and place[0].load(f"verdicts-{place[1]}")
    if not isinstance(found, dict) or found.get("stamp") != kept["verdicts"]:
        return None
    return found


def store(root: str, kept: dict[str, Any], verdicts: dict[str, Any] | None) -> None:
    """Keep an answer, and the results if they have changed: those first, which an answer refers to by stamp."""
    place = cache_of(root)
    if place is None:
        return
    if verdicts is None or place[0].store(f"verdicts-{place[1]}", verdicts):
        place[0].store(place[1], {"made by": (FORM, __version__, root), **kept})


def cache_of(root: str) -> tuple[Cache, str] | None:
    """Give the cache and the name in it; None outside of git, where there is no place for one."""
    found = find_root(root)
    if found is None:
        return None
    from zlib import crc32

    name = f"validate-{crc32(os.fsencode(root)):08x}"
    return Cache(os.path.join(found.common_dir, "gmconfig")), name


def is_current(root: str, kept: dict[str, Any]) -> bool:
    """Whether every file, and the list of files, is as it was; files too young to tell are read."""
    until = kept["until"]
    if until is not None and _today() >= until:
        return False
    if config_signature(root) != kept["config"]:
        return False
    try:
        files = WorkingTree(root).files()
    except OSError:
        return False
    _looked[root] = kept, files
    if files != kept["files"]:
        return False
    return not kept["young"] or _settle(root, kept)


_looked: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}


def taken_look(root: str) -> tuple[dict[str, Any] | None, dict[str, str] | None]:
    """Give what this process has just loaded and the files that it has just listed, once: both take long."""
    return _looked.pop(root, (None, None))


def config_signature(root: str) -> str:
    """Give the signature of what lies outside of the files and decides: whose policy is trusted, which keys.

    The first is the clone's git configuration, the others are where identities lie.
    """
    found = find_root(root)
    config = os.path.join(found.common_dir if found else root, "config")
    return " ".join(map(_stat, (config, *_identity_files())))


def _identity_files() -> tuple[str, ...]:
    home = os.environ.get("HOME", "")
    base = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    return f"{base}/gmconfig/identity", f"{home}/.ssh/id_ed25519", f"{home}/.ssh/id_rsa"


def _stat(file: str) -> str:
    try:
        status = os.stat(file)
    except OSError:
        return ""
    return f"{status.st_mtime_ns}.{status.st_size}.{status.st_ino}"


def digest(raw: bytes) -> bytes:
    """Name a file's content."""
    from _sha1 import sha1  # type: ignore[import-not-found]

    name: bytes = sha1(raw, usedforsecurity=False).digest()
    return name


def _settle(root: str, kept: dict[str, Any]) -> bool:
    """Read the files that were too young; from now on they are old enough, which is kept."""
    from time import time_ns

    now = time_ns()
    try:
        for file, known in kept["young"].items():
            with open(os.path.join(root, file), "rb", opener=at_once) as opened:
                if digest(opened.read()) != known:
                    return False
    except OSError:
        return False
    young = {file: known for file, known in kept["young"].items() if is_young(kept["files"][file], now)}
    place = cache_of(root)
    if place and len(young) < len(kept["young"]):
        place[0].store(place[1], {**kept, "young": young})
    return True


def is_young(signature: str, now_ns: int) -> bool:
    """Whether a file was changed so shortly before that another change may not show in its signature."""
    parts = signature.split(".")
    return any(int(part, 16) + SETTLED_NS >= now_ns for part in parts[:2])


def young_files(files: Mapping[str, str], among: Iterable[str], now_ns: int) -> list[str]:
    """Give those of some files that are young; times of equal length compare as text, which is much faster."""
    limit = f"{now_ns - SETTLED_NS:x}"
    end = len(limit)
    return [
        file
        for file in among
        if ((key := files[file])[:end] >= limit or key[end + 1 : end + end + 1] >= limit or key[end] != ".")
        and is_young(key, now_ns)
    ]


def _today() -> str:
    from time import gmtime, strftime

    return strftime("%Y-%m-%d", gmtime())
