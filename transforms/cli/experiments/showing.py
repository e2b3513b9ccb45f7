"""``transforms experiments show``: what one experiment logged."""

from __future__ import annotations

from typing import Annotated

import typer

from transforms.cli.experiments.choosing import Model, details, named
from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.spec.resource import DEFAULT_BRANCH


def show_experiment(
    ctx: typer.Context,
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Its id, the beginning of it, its name or its version.")],
    model: Model = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Show an experiment: where it comes from, its hyperparameters and its series.

    Examples:

    transforms experiments show b9f695e7

    transforms experiments show 1.2.0 --model /shop/forecast --json
    """
    (one,) = named(open_project(ctx), [wanted], branch, model)
    with Output(as_json, session_of(ctx).quiet) as out:
        if as_json:
            out.json(details(one))
        else:
            from palantir_models.reading.experiment import text_of

            out.line(text_of(one))
