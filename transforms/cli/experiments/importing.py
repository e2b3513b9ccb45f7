"""``transforms experiments import``: bring runs of MLflow in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from transforms.cli.options import Branch, Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.summary import commit_line
from transforms.common.text import counted
from transforms.errors import UsageError
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.mlflow.exchange.importing import ImportedRun

_LISTED = 10


def import_experiments(
    ctx: typer.Context,
    from_mlflow: Annotated[
        str,
        typer.Option("--from-mlflow", metavar="URI", help="A tracking server, a database, or a folder with runs."),
    ],
    mlflow_experiment: Annotated[
        str | None,
        typer.Option("--mlflow-experiment", metavar="NAME", help="Only the runs of this MLflow experiment."),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option("--into", metavar="MODEL", help="The model; by default named as the MLflow experiment is."),
    ] = None,
    wait: Annotated[
        float,
        typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for a job that writes the model."),
    ] = 0.0,
    branch: Branch = DEFAULT_BRANCH,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring runs of MLflow in as experiments, all in one commit.

    A run that was imported before is left alone, and so is one that has not ended.

    Examples:

    transforms experiments import --from-mlflow sqlite:///runs.db --mlflow-experiment churn

    transforms experiments import --from-mlflow http://localhost:5000
    """
    from palantir_models.mlflow.exchange.importing import ImportRequest, import_runs
    from transforms.spec.resource import Resource

    if into is not None and mlflow_experiment is None:
        raise UsageError("--into names the model for one MLflow experiment: say which, with --mlflow-experiment NAME.")
    project = open_project(ctx)
    model = None if into is None else project.config.resolve(Resource("model", into)).alias
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        done = import_runs(
            project.store,
            branch,
            ImportRequest(from_mlflow, mlflow_experiment, model),
            wait_seconds=wait,
            done=lambda run: out.say(
                f"{run.outcome.upper()}  {run.mlflow_experiment}, run {run.run_name or run.run_id}"
            ),
        )
        if out.as_json:
            seq = None if done.entry is None else done.entry.seq
            out.json({"seq": seq, "runs": [asdict(run) for run in done.runs]})
            return
        for line in _remarks(done.runs):
            out.say(line)
        if done.entry is not None:
            out.say(commit_line(done.entry))
        times = Counter(run.outcome for run in done.runs)
        out.say(
            f"Done. {times['imported']} imported, {times['there already']} there already, {times['not ended']} not ended."
        )


def _remarks(runs: Sequence[ImportedRun]) -> Iterator[str]:
    """Yield what a person should know who looks for something that was in MLflow."""
    renumbered = Counter(name for run in runs for name in run.renumbered)
    for name, count in renumbered.most_common(_LISTED):
        yield (
            f"Metric {name}: {counted(count, 'run')} had several values at one step; their steps are numbered on, in the "
            "order of time."
        )
    if len(renumbered) > _LISTED:
        yield f"The same goes for {counted(len(renumbered) - _LISTED, 'metric')} more."
    left: Counter[str] = Counter()
    for run in runs:
        left.update(run.not_kept)
    if left:
        yield f"Not kept, as experiments have no place for it: {', '.join(counted(n, kind) for kind, n in left.items())}."
