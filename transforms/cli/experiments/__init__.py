"""``transforms experiments``: lists them when no other command follows."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from transforms.cli.experiments import (
    comparing,
    exporting,
    importing,
    listing,
    recovering,
    removing,
    reporting,
    showing,
)

_DEFAULT = "list"


class ExperimentsGroup(TyperGroup):
    """The commands; ``transforms experiments /models/wine`` stands for ``transforms experiments list /models/wine``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in that was left out."""
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = [_DEFAULT, *args]
        return list(super().parse_args(ctx, args))


experiments = typer.Typer(
    cls=ExperimentsGroup,
    rich_markup_mode=None,
    help="List, show and compare experiments, report on them, recover or delete abandoned ones, and exchange them with MLflow.",
    epilog="Without a command, experiments are listed: 'transforms experiments MODEL' is 'transforms experiments list MODEL'.",
)
experiments.command(_DEFAULT)(listing.list_experiments)
experiments.command("show")(showing.show_experiment)
experiments.command("compare")(comparing.compare_experiments)
experiments.command("report")(reporting.report_experiments)
experiments.command("rm")(removing.remove_experiments)
experiments.command("recover")(recovering.recover_experiment)
experiments.command("export")(exporting.export_experiments)
experiments.command("import")(importing.import_experiments)
