"""Which experiments a command means, and one of them as JSON has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from palantir_models.reading.experiment import RecordedExperiment
    from transforms.run.project import Project

Model = Annotated[
    str | None,
    typer.Option("--model", metavar="MODEL", help="The model; without it, those of all models are searched."),
]


def model_alias(project: Project, model: str | None) -> str | None:
    """Return the path or RID that a model's alias stands for."""
    from transforms.spec.resource import Resource

    return None if model is None else project.config.resolve(Resource("model", model)).alias


def named(project: Project, wanted: list[str], branch: str, model: str | None) -> list[RecordedExperiment]:
    """Return the experiments that names, ids or beginnings of ids mean."""
    from palantir_models.reading.everywhere import find_experiments

    try:
        return find_experiments(project.store, branch, wanted, model_alias(project, model))
    except NotFoundError as error:
        path = next((one for one in wanted if one.startswith("/")), None)
        if path is not None and model is None:
            error.add_note(f"The path of a model is typed after --model: --model {path}")
        raise


def to_compare(project: Project, wanted: list[str] | None, branch: str, model: str | None) -> list[RecordedExperiment]:
    """Return the experiments to put side by side: those that are named, else the published ones of a model.

    :raises UsageError: if neither is said, or the model has none.
    """
    if wanted:
        return named(project, wanted, branch, model)
    if model is None:
        raise UsageError("Name the experiments to compare, or the model whose published ones are: --model MODEL.")
    chosen = [one for one in every_one(project, branch, model) if one.is_published]
    if not chosen:
        raise UsageError(f"Model {model} has no published experiments on branch {branch}: name those to compare by id.")
    return chosen


def every_one(project: Project, branch: str, model: str | None) -> list[RecordedExperiment]:
    """Return all experiments of a branch, published or not; those of one model where one is named."""
    from palantir_models.reading.everywhere import every_experiment

    return every_experiment(project.store, branch, model_alias(project, model))


def details(experiment: RecordedExperiment) -> dict[str, Any]:
    """Return an experiment as JSON has it, with its hyperparameters and a summary of each series."""
    from dataclasses import asdict

    from palantir_models.reading.experiment import row_of

    row = {key: value for key, value in row_of(experiment).items() if key not in ("series", "environment")}
    series = [{key: value for key, value in asdict(one).items() if value is not None} for one in experiment.series]
    return {**row, "params": dict(experiment.params), "series": series, "environment": dict(experiment.environment)}
