"""``transforms experiments recover``: keep what an abandoned experiment logged."""

from __future__ import annotations

from typing import Annotated

import typer

from transforms.cli.experiments.listing import experiment_row
from transforms.cli.options import Json, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted


def recover_experiment(
    ctx: typer.Context,
    identity: Annotated[str, typer.Argument(metavar="ID", help="The experiment's id, or the beginning of it.")],
    as_json: Json = False,
) -> None:
    """Keep what an experiment had logged whose process died.

    Examples:

    transforms experiments recover d10b395a
    """
    from palantir_models.experiment.journal.opening import journals_of

    store = open_project(ctx).store
    with Output(as_json, session_of(ctx).quiet) as out:
        row = journals_of(store.storage).recover(identity)
        if out.as_json:
            out.json(experiment_row(row, row["model"], None))
        else:
            out.say(
                f"Experiment {row['name']} of {row['model']} is kept with {counted(row['value_count'], 'metric value')} "
                f"and {counted(row['parameter_count'], 'hyperparameter')}, apart from the published ones. "
                f"{row['error']}"
            )
