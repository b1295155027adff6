"""One git process: no shell, no prompts, its own words when it fails."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

from gmconfig.errors import GitTrouble, shell_word
from gmconfig.log import debug, listening
from gmconfig.storage import MOST_BYTES
from gmconfig.storage.git.answer import LIMITS, ONE_CONTENT, TooMuch, heard, restrain
from gmconfig.storage.git.calling_off import CalledOff

_ALONE = ("-c", "core.fsmonitor=", "-c", "log.showSignature=false")
"""Looking at an index or a log asks no program that the repository's own configuration names."""

_HOOKLESS = ("-c", f"core.hooksPath={os.devnull}")
_COMPARING = ("diff", "status")
"""Looking at the differences notes in the index what is the same, and tells the hook post-index-change."""
_INDEXING = ("read-tree", "update-index", "write-tree")
"""In an index of our own they are nobody else's concern."""

OLDEST = "2.30"
"""The oldest git that has all that is asked of it."""

_SHOWN = 80
_FAREWELL_SECONDS = 5.0
"""How long a git that took too long has for taking its own locks and half a pack away."""
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


SIGNING = "check the key: git config user.signingkey; or git config commit.gpgsign false"
"""What helps where git cannot sign."""

_UNUSUAL = "somebody has committed something huge, or a trap: git log --format='%h %an %s'"
_ROOM = "make room on the disk and run the command again"
_LEAVE = "check the permissions of the folder .git"
_EITHER = f"{_LEAVE}, and the room on the disk"
_LOOK = "git fsck"
_REMEDIES = (
    ("No space left on device", _ROOM),
    ("Out of diskspace", _ROOM),
    ("Disk quota exceeded", "make room within your quota and run the command again"),
    ("File too large", "raise the limit on file sizes (ulimit -f) and run the command again"),
    ("Read-only file system", "the file system is mounted read-only"),
    ("Permission denied (", "check the key that the remote asks for: ssh-add -l"),
    ("insufficient permission", _LEAVE),
    ("Permission denied", _LEAVE),
    ("Operation not permitted", _LEAVE),
    ("unable to create directory", _EITHER),
    ("failed to write new configuration file", _EITHER),
    ("unable to write", _EITHER),
    ("unable to create", _EITHER),
    ("failed to write", _EITHER),
    ("could not write", _EITHER),
    ("couldn't write", _EITHER),
    (
        "from promisor remote",
        "ask it with git fetch; GIT_NO_LAZY_FETCH=0 lets gmconfig do so by programs that .git/config names",
    ),
    ("gpg failed to sign", SIGNING),
    ("out of memory", _UNUSUAL),
    ("Out of memory", _UNUSUAL),
    ("not a tree object", _LOOK),
    ("object file ", _LOOK),
    ("is corrupt", _LOOK),
)
"""What git complains of, and what helps; the first that fits."""


def run_git(
    arguments: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    stdin: bytes | None = None,
    inherit: Sequence[int] = (),
    seconds: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end; the caller judges the exit code.

    `inherit` are descriptors that it keeps open. Who waits for a remote says for how many `seconds`: a git that
    takes longer is ended, and fails with that as its complaint.

    Raises:
        GitTrouble: there is no git, or no such folder; it was killed, so that its exit code answers nothing.
    """
    began, verb = time.monotonic(), _verb(arguments)
    own, options = ONE_CONTENT if verb == "cat-file" else ({}, ())
    silent = _HOOKLESS if verb in _COMPARING or (verb in _INDEXING and environ.get("GIT_INDEX_FILE")) else ()
    words = ["git", *_ALONE, *silent, *options, *arguments]
    try:
        done = _run(words, cwd, {**environ, **own}, stdin, inherit, seconds, LIMITS.get(verb))
    except TooMuch as error:
        raise GitTrouble(f"git {verb} does not end: it has said {error}", hint=_UNUSUAL) from error
    except FileNotFoundError as error:
        raise _missing(cwd) from error
    except OSError as error:
        raise GitTrouble(f"git cannot be run: {os.strerror(error.errno or 0).lower()}") from error
    except ValueError as error:
        raise GitTrouble("a name with a null character cannot be given to git") from error
    if listening("storage"):
        took = (time.monotonic() - began) * 1000
        debug("storage", "%s: exit %d after %.1f ms", told(arguments), done.returncode, took)
    if done.returncode < 0 and done.returncode != -signal.SIGPIPE:  # by a remote that hung up, it tells more
        raise GitDied(f"git {verb} was ended by a signal: {_signal(-done.returncode)}")
    return done


class GitDied(GitTrouble):
    """A git was killed; what it was to change may be as before, or changed."""


def _run(
    words: list[str],
    cwd: str,
    environ: Mapping[str, str],
    stdin: bytes | None,
    inherit: Sequence[int],
    seconds: float | None,
    most: int | None,
) -> subprocess.CompletedProcess[bytes]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words,
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL if stdin is None else pipe,
        stdout=pipe,
        stderr=pipe,
        pass_fds=tuple(inherit),
    ) as git:
        try:
            if most is not None:
                restrain(git)
            out, complaints = heard(git, stdin, most, seconds)
        except subprocess.TimeoutExpired as error:
            _end(git)
            why = "called off" if isinstance(error, CalledOff) else f"no answer within {seconds or 0:.0f} s"
            return subprocess.CompletedProcess(words, 124, b"", f"fatal: {why}".encode())
        except BaseException:  # whatever it is, an interrupt too: nobody is left to wait for it
            git.kill()
            raise
    return subprocess.CompletedProcess(words, git.returncode, out, complaints)


def _end(git: subprocess.Popen[bytes]) -> None:
    """End a git, in a way that lets it clean up first; what it started may outlive it, and is not waited for."""
    git.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        git.wait(_FAREWELL_SECONDS)
    git.kill()


def _signal(number: int) -> str:
    return (signal.strsignal(number) or f"number {number}").lower()


def told(arguments: Sequence[str]) -> str:
    """Give a git command for the debug log, without what a URL says of passwords."""
    words = [_CREDENTIALS.sub("//…@", word) for word in arguments]
    shown = " ".join(["git", *(word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…" for word in words)])
    return "".join(char if char.isprintable() else "?" for char in shown)


def complaint(stderr: bytes) -> str:
    """Give git's own reason in one line, without its prefixes."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    named = [line for line in lines if line.startswith(("fatal:", "error:"))]
    if named and "Could not read from remote repository" in named[0]:
        named = lines  # what ssh said before it is the reason
    chosen = next(iter(named + lines), "")
    return chosen.removeprefix("fatal:").removeprefix("error:").strip().rstrip(".") or "no reason given"


def failed(arguments: Sequence[str], stderr: bytes, cwd: str) -> GitTrouble:
    """Say what git could not do, and what helps where that is known."""
    if b"dubious ownership" in stderr:
        return GitTrouble(
            f"git does not trust {cwd}: it belongs to another user",
            hint=f"git config --global --add safe.directory {shell_word(cwd)}",
        )
    if b" over limit " in stderr and _verb(arguments) == "cat-file":
        return huge("a content")
    return GitTrouble(f"git {_verb(arguments)} failed: {complaint(stderr)}", hint=remedy(stderr))


def remedy(stderr: bytes) -> str | None:
    """Give what helps against git's complaint, if that is known: room, a permission, a key."""
    text = stderr.decode("utf-8", "replace")
    return next((hint for sign, hint in _REMEDIES if sign in text), None)


def huge(what: str) -> GitTrouble:
    """Say that something that git holds is not taken into memory."""
    return GitTrouble(f"{what} in git is larger than {MOST_BYTES >> 20} MiB", hint=_UNUSUAL)


def _verb(arguments: Sequence[str]) -> str:
    """Give git's verb: what is not an option, and not the value of one."""
    pairs = zip(("", *arguments), arguments, strict=False)
    return next((word for before, word in pairs if before not in ("-c", "-C") and word[:1] != "-"), "")


def _missing(cwd: str) -> GitTrouble:
    if not os.path.isdir(cwd):
        return GitTrouble(f'"{cwd}" is not a folder')
    return GitTrouble("git is not installed, or not on PATH", hint=f"install git {OLDEST} or newer")
