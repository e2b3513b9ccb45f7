"""``transforms experiments``: lists them when no other command follows."""

from __future__ import annotations

import typer

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
from transforms.cli.listing_group import LIST, ListingGroup

experiments = typer.Typer(
    cls=ListingGroup,
    rich_markup_mode=None,
    help="List, show and compare experiments, report on them, recover or delete abandoned ones, and exchange them with MLflow.",
    epilog="Without a command, experiments are listed: 'transforms experiments MODEL' is 'transforms experiments list MODEL'.",
)
experiments.command(LIST)(listing.list_experiments)
experiments.command("show")(showing.show_experiment)
experiments.command("compare")(comparing.compare_experiments)
experiments.command("report")(reporting.report_experiments)
experiments.command("rm")(removing.remove_experiments)
experiments.command("recover")(recovering.recover_experiment)
experiments.command("export")(exporting.export_experiments)
experiments.command("import")(importing.import_experiments)
