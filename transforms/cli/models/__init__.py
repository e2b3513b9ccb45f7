"""``transforms models``: lists them when no other command follows."""

from __future__ import annotations

import typer

from transforms.cli.listing_group import LIST, ListingGroup
from transforms.cli.models import checking, evaluating, listing

models = typer.Typer(
    cls=ListingGroup,
    rich_markup_mode=None,
    help="List models, their versions and evaluations, and tell whether this environment can load one.",
    epilog="Without a command, models are listed: 'transforms models MODEL' is 'transforms models list MODEL'.",
)
models.command(LIST)(listing.list_models)
models.command("check")(checking.check_version)
models.command("evaluations")(evaluating.show_evaluations)
