"""What leads on from a denial: who can grant it, who may already, and who did what."""

from __future__ import annotations


def next_steps(member: str, operation: str, scope: str, *, history: bool = False) -> str:
    """Give the hint for somebody who may not do something in a scope."""
    grant = f"gmconfig secret grant {member} --scope {scope} {operation}" + (" --history" if history else "")
    return f"ask an admin: {grant}; who may: gmconfig secret access show; who did: gmconfig secret audit"
