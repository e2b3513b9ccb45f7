"""``transforms experiments export``: write published experiments into MLflow."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.failures import INTERRUPTED
from transforms.cli.options import Branch, Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted
from transforms.errors import NotFoundError, UsageError
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.mlflow.exchange.exporting import Exported
    from palantir_models.reading.experiment import RecordedExperiment
    from transforms.run.project import Project


def export_experiments(
    ctx: typer.Context,
    to_mlflow: Annotated[
        str,
        typer.Option("--to-mlflow", metavar="URI", help="A tracking server (http://…) or a database (sqlite:///….db)."),
    ],
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="The model whose experiments go.")] = None,
    every: Annotated[bool, typer.Option("--all", help="The experiments of all models.")] = False,
    experiment: Annotated[
        str | None, typer.Option("--experiment", metavar="NAME_OR_ID", help="Only this experiment of the model.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="N", help="Only the experiment of this version, such as 1.2.0.")
    ] = None,
    mlflow_experiment: Annotated[
        str | None,
        typer.Option(
            "--mlflow-experiment", metavar="NAME", help="The MLflow experiment; by default, the model's name."
        ),
    ] = None,
    artifacts: Annotated[
        str | None,
        typer.Option("--artifacts", metavar="LOCATION", help="Where a new MLflow experiment keeps its files."),
    ] = None,
    branch: Branch = DEFAULT_BRANCH,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write published experiments into MLflow, each as a run.

    What is there already is left alone; what an export that was interrupted left behind is completed.

    Examples:

    transforms experiments export /models/digits --to-mlflow http://localhost:5000

    transforms experiments export --all --to-mlflow sqlite:///runs.db
    """
    from palantir_models.mlflow.exchange import exporting
    from palantir_models.mlflow.exchange.tracking import shown_uri

    if (model is None) != every:
        raise UsageError("Name the model whose experiments go, or say --all; one of the two.")
    if model is None and (experiment or version):
        raise UsageError(
            "--experiment and --version choose among the experiments of one model; name it instead of --all."
        )
    if experiment and version:
        raise UsageError("--experiment and --version both choose an experiment; give one of them.")
    project = open_project(ctx)
    chosen = _chosen(project, model, experiment or version, branch)
    place = shown_uri(to_mlflow)
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        rows: list[dict[str, Any]] = []
        try:
            for one in exporting.export_experiments(to_mlflow, chosen, mlflow_experiment, artifacts):
                rows.append(_row(one))
                out.say(_line(rows[-1], len(rows), len(chosen)))
        except KeyboardInterrupt:
            print(
                f"interrupted after {len(rows)} of {counted(len(chosen), 'experiment')}; the same command again goes on",
                file=sys.stderr,
            )
            raise typer.Exit(INTERRUPTED) from None
        if out.as_json:
            out.json(rows)
        else:
            out.say(_summary(rows, place))


def _chosen(project: Project, model: str | None, wanted: str | None, branch: str) -> list[RecordedExperiment]:
    from palantir_models.reading.model import Model
    from transforms.cli.resources import find_resource

    if model is None:
        aliases = sorted(
            write.alias for write in project.store.writes().values() if write.kind == "model" and write.branch == branch
        )
    else:
        aliases = [find_resource(project, model, branch, "model").alias]
    models = [Model(alias, branch, project.store) for alias in aliases]
    if wanted is None:
        return [one for opened in models for one in opened.experiments[::-1]]  # oldest first
    one = models[0].experiment(wanted)
    if one not in models[0].experiments:
        raise NotFoundError(
            f"Experiment {one.name} of {one.model} is {one.status} and not published: only what is can go."
        )
    return [one]


def _row(one: Exported) -> dict[str, Any]:
    experiment = one.experiment
    return {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        "model": experiment.model,
        "version": experiment.version,
        "outcome": one.outcome,
        "run_id": one.run_id,
        "mlflow_experiment": one.mlflow_experiment,
        "parameter_count": experiment.parameter_count,
        "value_count": experiment.value_count,
    }


def _line(row: dict[str, Any], number: int, total: int) -> str:
    model = row["model"] if row["version"] is None else f"{row['model']} {row['version']}"
    return f"{number}/{total}  {row['outcome'].upper()}  {row['name']} of {model} -> run {row['run_id']}"


def _summary(rows: list[dict[str, Any]], place: str) -> str:
    if not rows:
        return "There are no published experiments to export."
    names = sorted({row["mlflow_experiment"] for row in rows})
    where = f"{place}, {'experiment' if len(names) == 1 else 'experiments'} {', '.join(names)}"
    there = sum(row["outcome"] == "there already" for row in rows)
    return f"Done. {len(rows) - there} exported, {there} there already, in {where}."
