"""The entry point: what a hook runs a thousand times a day is answered before the command line is built."""

import sys

from gmconfig import __version__


def main(arguments: list[str] | None = None) -> int:
    """Run one command; give its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments == ["--version"]:
        sys.stdout.write(f"gmconfig {__version__}\n")
        return 0
    from gmconfig.cli.hot import answered

    code = answered(arguments)
    if code is not None:
        return code
    from gmconfig.cli.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
