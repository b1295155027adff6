"""The command that gives a sealed value another one in its place, as people paste it into a shell."""

from __future__ import annotations

from gmconfig.errors import shell_word
from gmconfig.path import format_keys
from gmconfig.secret.token import Sealed


def set_command(token: str) -> str:
    """Give the command; of a token whose place is not known, only how such commands begin."""
    if not isinstance(token, Sealed):
        return "gmconfig secret set, or config set --secret"
    context = token.context
    where = f" -e {context.environment}" if context.environment else ""
    if context.document is None:
        return f"gmconfig secret set {shell_word(str(context.path[0]))}{where}"
    path = shell_word(format_keys(token.keys or context.path))
    return f"gmconfig config set {context.document} {path} --secret{where}"
