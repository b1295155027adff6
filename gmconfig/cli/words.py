"""A word of the command line and its verbs, each told in a whole sentence: click cuts them to one line."""

from __future__ import annotations

import sys
from typing import Any

import typer.core


class Words(typer.core.TyperGroup):
    """A group whose help wraps what its verbs do instead of ending it in dots, and who knows what was meant."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of verbs; what is given is click's, or the copy of it that newer Typers carry."""
        verbs = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        told = [
            (name, verb.get_short_help_str(sys.maxsize))
            for name, verb in verbs.items()
            if verb and not verb.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(told)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb that is called; where there is none, say which was meant."""
        known = args[0] in self.commands or args[0].startswith("-")
        if known or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        from gmconfig.cli.meant import unknown_word

        raise unknown_word(self.commands, ctx.command_path, args)
