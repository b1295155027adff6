"""The entry point: what a hook runs a thousand times a day is answered before the command line is built."""

import gc
import os
import sys

from gmconfig import __version__

_RARELY = 50_000
"""How many new objects make Python look for unused ones: a file of ten thousand values makes many that stay."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code; without arguments, those of this process, which ends afterwards."""
    if arguments is not None:
        return _run(arguments)
    gc.set_threshold(_RARELY)
    code = _run(sys.argv[1:])
    gc.freeze()  # the process ends: nothing of what it made has to be looked through once more
    return code


def _run(arguments: list[str]) -> int:
    _open_what_is_closed()
    if arguments == ["--version"]:
        return _version()
    from gmconfig.cli.fast.hot import answered

    code = answered(arguments)
    if code is not None:
        return code
    from gmconfig.cli.app import run

    return run(arguments)


def _version() -> int:
    try:
        sys.stdout.write(f"gmconfig {__version__}\n")
        sys.stdout.flush()
    except OSError as error:
        from gmconfig.cli.boundary import failed

        return failed(error)
    return 0


def _open_what_is_closed() -> None:
    """Give a process that was started without stdout or stderr one that nobody reads."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # for all its life


if __name__ == "__main__":
    sys.exit(main())
