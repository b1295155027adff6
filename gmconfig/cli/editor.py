"""The user's editor on a text with secrets in it: all that it writes beside the text stays in memory too."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from gmconfig.errors import Refused, UsageError
from gmconfig.storage.memory import memory_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What editors are told so that nothing of the text reaches a folder of their own: swap, undo, backup and
# history files. It comes after the user's own settings, so it has the last word.
_VIM = (
    "-n",
    "-i",
    "NONE",
    "-c",
    "set noswapfile nobackup nowritebackup noundofile viminfo=",
)
_EMACS = (
    "--eval",
    "(setq make-backup-files nil backup-inhibited t auto-save-default nil create-lockfiles nil)",
)
_TOLD: dict[str, Sequence[str]] = {"vim": _VIM, "nvim": _VIM, "gvim": _VIM, "emacs": _EMACS}

_SIMPLE = re.compile(r"[\w@%+=:,./-]+")


def edited_in_memory(text: str, *, suffix: str) -> str:
    """Give a text as the user's editor left it; it never touches a disk, and is gone on every way out.

    Raises:
        Refused: this machine has no memory-backed storage, or the editor failed.
    """
    with memory_folder("gmconfig secret set NAME --stdin") as folder:
        file = folder.write(f"edit{suffix}", text.encode("utf-8", "surrogateescape"))
        environment = {
            **os.environ,
            **dict.fromkeys(("TMPDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"), folder.path),
        }
        run_editor(_command(), file, environment)
        return Path(file).read_bytes().decode("utf-8", "surrogateescape")


def editor() -> str:
    """Give the user's editor, a command line of their own.

    Raises:
        UsageError: none is named, and vi has no terminal to be used on.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not named and not os.isatty(0):
        raise UsageError(
            "no editor is named, and there is no terminal for vi",
            hint="export EDITOR='sed -i s/40/60/' names one that needs none; gmconfig config set needs no editor",
        )
    return named or "vi"


def run_editor(command: str, file: str, environment: dict[str, str] | None = None) -> None:
    """Run an editor on a file, as git runs it; keys that interrupt are the editor's to understand.

    Raises:
        Refused: it failed, so nothing is taken over.
    """
    # The shell has to outlive a Ctrl-C that the editor takes in its own way. Whoever reads our answer from a
    # pipe wants nothing of the editor's in it.
    answer_alone = "" if os.isatty(1) else "exec >&2; "
    with _deaf_to(signal.SIGINT, signal.SIGQUIT) as hear_again:
        done = subprocess.run(  # there are no threads here
            ["/bin/sh", "-c", f'trap : INT QUIT; {answer_alone}{command} "$1"', "editor", file],
            check=False,
            env=environment,
            preexec_fn=hear_again,
        )
    if done.returncode:
        code = f"exit code {done.returncode}" if done.returncode > 0 else f"signal {-done.returncode}"
        raise Refused(
            f'the editor "{editor()}" ended with {code}; nothing was changed',
            hint="mend what it says, or name another one: export VISUAL=vi",
        )


def _command() -> str:
    """Give the editor with what it must be told; one that we do not know is taken as it is."""
    command = editor()
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    simple = bool(words) and all(_SIMPLE.fullmatch(word) for word in words)
    told = _TOLD.get(_program(words[0]), ()) if simple else ()
    return " ".join([command, *map(shlex.quote, told)])


def _program(word: str) -> str:
    """Give what an editor really is: `vi` is often vim under another name."""
    found = shutil.which(word)
    name = Path(found or word).resolve().name
    return "vim" if name.startswith("vim.") else name.partition("-")[0]


class _deaf_to:  # reads as a word where it is used
    """Ignore signals for a while; gives what makes a child hear them again."""

    def __init__(self, *signals: signal.Signals) -> None:
        self._signals = signals

    def __enter__(self) -> Callable[[], None]:
        self._before = {name: signal.signal(name, signal.SIG_IGN) for name in self._signals}
        return self._hear_again

    def __exit__(self, *_: object) -> None:
        for name, handler in self._before.items():
            signal.signal(name, handler)

    def _hear_again(self) -> None:
        for name in self._signals:
            signal.signal(name, signal.SIG_DFL)
