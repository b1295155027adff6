"""`--install-completion` and `--show-completion`: for the shell that is named, that asks, or the user's own."""

from __future__ import annotations

import os

from typer.completion import get_completion_script, install  # type: ignore[attr-defined]  # as Typer's own options do

from gmconfig.cli import terminal
from gmconfig.cli.equals import ZSH
from gmconfig.errors import UsageError

_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_VARIABLE = "_GMCONFIG_COMPLETE"


def completed(option: str, shell: str | None = None) -> None:
    """Install completion, or show the script.

    Raises:
        UsageError: the shell is none that completion is made for.
    """
    shell = _chosen(shell)
    if option == "--show-completion":
        script = get_completion_script(prog_name="gmconfig", complete_var=_VARIABLE, shell=shell)
        return terminal.answer(script.replace(*ZSH))
    _, path = install(shell=shell, prog_name="gmconfig", complete_var=_VARIABLE)
    if shell == "zsh":
        path.write_text(path.read_text().replace(*ZSH))
    return terminal.note(f"{shell} completes gmconfig from its next start on: {path}")


def _chosen(named: str | None) -> str:
    """Give the shell that is meant: scripts and containers ask from `sh`, their users type in another."""
    asking = [named] if named else [_asking(), os.path.basename(os.environ.get("SHELL", ""))]
    known = [one for one in asking if one in _SHELLS]
    if known:
        return str(known[0])
    said = f'"{asking[0] or asking[-1]}"' if any(asking) else "unknown"
    raise UsageError(
        f"completion is made for bash, zsh, fish and PowerShell, and this shell is {said}",
        hint="gmconfig --install-completion bash",
    )


def _asking() -> str | None:
    import shellingham  # type: ignore[import-untyped]

    try:
        return str(shellingham.detect_shell()[0]).lower()
    except shellingham.ShellDetectionFailure:
        return None
