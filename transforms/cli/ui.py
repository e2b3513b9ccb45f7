"""``transforms ui``: the model page."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from transforms.cli.extras import require_page
from transforms.cli.options import open_project, session_of
from transforms.cli.output import Output


def ui(
    ctx: typer.Context,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="The port; 0 for any that is free.", show_default="8123"),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="ADDRESS", help="The address to listen at; others than this machine need a key."
        ),
    ] = "127.0.0.1",
    opens: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Look at models, experiments, datasets and builds in a browser.

    The page only reads. Only this machine reaches it, unless --host names another address; then the command prints an address
    with a key in it.

    Examples:

    transforms ui

    transforms ui --port 9000 --no-open

    transforms --root s3://lake/store ui
    """
    require_page("The model page")
    # What Polars reads a bucket with would go on to look all the time how fast it may, and a page is open for days.
    os.environ.setdefault("POLARS_DISABLE_HTTP_RATE_LIMIT", "1")
    from palantir_models.page.opened import Opened
    from palantir_models.page.start import Page, Place

    project = open_project(ctx)
    with Output(quiet=session_of(ctx).quiet, keeps_on=True) as out:
        Page(Opened(project.config), Place(host, port), out.line).run(opens)
