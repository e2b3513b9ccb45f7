"""Commands about one kind of thing, which list them when no other command follows."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

LIST = "list"


class ListingGroup(TyperGroup):
    """The commands; ``transforms experiments /models/wine`` stands for ``transforms experiments list /models/wine``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in that was left out."""
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = [LIST, *args]
        return list(super().parse_args(ctx, args))
