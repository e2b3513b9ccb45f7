"""``transforms models``: lists them when no other command follows."""

from __future__ import annotations

import typer

from transforms.cli.listing_group import LIST, ListingGroup
from transforms.cli.models import checking, comparing, deciding, evaluating, listing, showing

models = typer.Typer(
    cls=ListingGroup,
    rich_markup_mode=None,
    help="List, show, compare and check versions of models, their evaluations, and tag, remove or restore them.",
    epilog="Without a command, models are listed: 'transforms models MODEL' is 'transforms models list MODEL'.",
)
models.command(LIST)(listing.list_models)
models.command("show")(showing.show_version)
models.command("diff")(comparing.compare_versions)
models.command("check")(checking.check_version)
models.command("evaluations")(evaluating.show_evaluations)
models.command("tag")(deciding.tag_version)
models.command("untag")(deciding.untag_version)
models.command("rm")(deciding.remove_version)
models.command("restore")(deciding.restore_version)
models.command("rollback")(deciding.roll_back_model)
