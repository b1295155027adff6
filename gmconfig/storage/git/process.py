"""One git process: no shell, no prompts, its own words when it fails."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence

from gmconfig.errors import GitTrouble
from gmconfig.log import debug, listening

_ALONE = ("-c", "core.fsmonitor=")
"""Looking at an index asks no program that the repository's own configuration names."""

_SHOWN = 80
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


def run_git(
    arguments: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    stdin: bytes | None = None,
    inherit: Sequence[int] = (),
    seconds: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end; the caller judges the exit code. `inherit` are descriptors that it keeps open.

    Raises:
        GitTrouble: there is no git, or no such folder; it took longer than `seconds`.
    """
    began = time.monotonic()
    try:
        done = subprocess.run(
            ["git", *_ALONE, *arguments],
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL if stdin is None else None,
            input=stdin,
            capture_output=True,
            check=False,
            pass_fds=tuple(inherit),
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise GitTrouble(f"git {arguments[0]} took longer than {seconds:g} s") from error
    except FileNotFoundError as error:
        raise _missing(cwd) from error
    except OSError as error:
        raise GitTrouble(f"git cannot be run: {os.strerror(error.errno or 0).lower()}") from error
    except ValueError as error:
        raise GitTrouble("a name with a null character cannot be given to git") from error
    if listening("storage"):
        took = (time.monotonic() - began) * 1000
        debug("storage", "%s: exit %d after %.1f ms", told(arguments), done.returncode, took)
    return done


def told(arguments: Sequence[str]) -> str:
    """Give a git command for the debug log, without what a URL says of passwords."""
    words = [_CREDENTIALS.sub("//…@", word) for word in arguments]
    shown = " ".join(["git", *(word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…" for word in words)])
    return "".join(char if char.isprintable() else "?" for char in shown)


def complaint(stderr: bytes) -> str:
    """Give git's own reason in one line, without its prefixes."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    named = [line for line in lines if line.startswith(("fatal:", "error:"))]
    chosen = next(iter(named + lines), "")
    return chosen.removeprefix("fatal:").removeprefix("error:").strip().rstrip(".") or "no reason given"


def failed(arguments: Sequence[str], stderr: bytes, cwd: str) -> GitTrouble:
    """Say what git could not do, and what helps where that is known."""
    text = stderr.decode("utf-8", "replace")
    if "dubious ownership" in text:
        return GitTrouble(
            f"git does not trust {cwd}: it belongs to another user",
            hint=f"git config --global --add safe.directory '{cwd}'",
        )
    verb = next((word for word in arguments if not word.startswith("-")), "")
    return GitTrouble(f"git {verb} failed: {complaint(stderr)}", hint=_hint(text))


def _hint(text: str) -> str | None:
    for sign, hint in (
        ("No space left on device", "make room on the disk and run the command again"),
        ("File too large", "raise the limit on file sizes (ulimit -f) and run the command again"),
        ("Read-only file system", "the file system is mounted read-only"),
        ("insufficient permission", "check the permissions of the folder .git"),
        ("Permission denied", "check the permissions of the folder .git"),
        ("gpg failed to sign", "check the signing key: git config user.signingkey"),
    ):
        if sign in text:
            return hint
    return None


def _missing(cwd: str) -> GitTrouble:
    if not os.path.isdir(cwd):
        return GitTrouble(f'"{cwd}" is not a folder')
    return GitTrouble("git is not installed, or not on PATH", hint="install git 2.30 or later")
