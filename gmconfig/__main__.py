"""The entry point: what a hook runs a thousand times a day is answered before the command line is built."""

import os
import sys

from gmconfig import __version__


def main(arguments: list[str] | None = None) -> int:
    """Run one command; give its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    _open_what_is_closed()
    if arguments == ["--version"]:
        return _version()
    from gmconfig.cli.hot import answered

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
