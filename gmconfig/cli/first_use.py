"""The question that a clone asks a person once: whether its access policy begins with people they trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.cli import prompt, terminal

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace


def settle_trust(workspace: Workspace) -> bool:
    """Show the policy's fingerprint and admins on a terminal, and pin it if the answer is yes.

    Without a terminal nothing is asked, and what needs the policy refuses. True where it was pinned now.
    """
    if not terminal.interactive():
        return False
    from gmconfig.api.beginning.first_use import trust, untrusted

    found = untrusted(workspace)
    if found is None:
        return False
    terminal.note("this clone does not trust its access policy yet; compare it with a colleague's:")
    terminal.note(f"root {found.root}")
    terminal.note(f"admins {', '.join(found.admins)}")
    prompt.confirmed("trust it from now on?", yes=False)
    trust(workspace, found.root)
    return True
