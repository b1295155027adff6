"""A command that we wait for: signals reach it, its exit code is ours."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FORWARDED = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
_GLANCE_SECONDS = 0.2
_HEARD = frozenset({*_FORWARDED, signal.SIGCHLD})


def waited_for(command: Sequence[str], environment: Mapping[str, str], *, inherit: int) -> int:
    """Run a command to its end and give its exit code, 128 more than the number of a signal that ended it.

    `inherit` is a descriptor that the command keeps open, as long as it lives.

    Raises:
        GmconfigError: there is no such command, or it may not be executed.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    try:
        code = _ended(_begun(command, environment, inherit, before))
        while signal.sigtimedwait(_HEARD, 0):  # what came for the command is not for us
            pass
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return code if code >= 0 else 128 - code


def told_as_usual(command: str, error: OSError) -> GmconfigError:
    """Say why a command cannot be run."""
    if isinstance(error, PermissionError) and _is_somewhere(command):
        return GmconfigError(f'"{command}" may not be executed')
    if isinstance(error, (FileNotFoundError, PermissionError)):
        return GmconfigError(f'there is no command "{command}"')
    return GmconfigError(f'"{command}" cannot be run: {(error.strerror or "").lower()}')


def _is_somewhere(command: str) -> bool:
    """Whether there is such a file; the system says "no permission" for any folder of PATH that is shut, too."""
    from shutil import which

    return which(command, os.F_OK) is not None


def _begun(
    command: Sequence[str], environment: Mapping[str, str], inherit: int, mask: set[int]
) -> subprocess.Popen[bytes]:
    def hear_again() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    try:
        return subprocess.Popen(  # running the user's command is the point
            command,
            env=dict(environment),
            pass_fds=(inherit,),
            preexec_fn=hear_again,  # noqa: PLW1509  # there are no threads here
        )
    except OSError as error:
        raise told_as_usual(command[0], error) from None


def _ended(child: subprocess.Popen[bytes]) -> int:
    while True:
        # Where there are other threads, one of them may swallow the signal that tells of the end.
        heard = signal.sigtimedwait(_HEARD, _GLANCE_SECONDS)
        if heard is None or heard.si_signo == signal.SIGCHLD:
            if (code := child.poll()) is not None:
                return code
        elif heard.si_code <= 0:  # sent by a process; the terminal's reach the command without us
            child.send_signal(heard.si_signo)
