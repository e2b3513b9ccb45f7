"""What the commands for experiments need of ``palantir_models``: by name, as this package must not depend on that one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from transforms.run.project import Project

Model = Annotated[
    str | None,
    typer.Option("--model", metavar="MODEL", help="The model; without it, those of all models are searched."),
]


def everywhere() -> Any:
    """Return the module that finds and deletes experiments."""
    return importlib.import_module("palantir_models.reading.everywhere")


def journals() -> Any:
    """Return the module that opens a store's journals."""
    return importlib.import_module("palantir_models.experiment.journal.opening")


def short_ids(ids: Any) -> dict[str, str]:
    """Return for each id the beginning of it that commands take in its place."""
    found: dict[str, str] = importlib.import_module("palantir_models.reading.finding").short_ids(ids)
    return found


def model_alias(project: Project, model: str | None) -> str | None:
    """Return the path or RID that a model's alias stands for."""
    from transforms.spec.resource import Resource

    return None if model is None else project.config.resolve(Resource("model", model)).alias


def found(project: Project, wanted: list[str], branch: str, model: str | None) -> list[Any]:
    """Return the experiments that names, ids or beginnings of ids mean."""
    experiments: list[Any] = everywhere().find_experiments(project.store, branch, wanted, model_alias(project, model))
    return experiments


def details(one: Any) -> dict[str, Any]:
    """Return an experiment as JSON has it, with its hyperparameters and a summary of each series."""
    from dataclasses import asdict

    row = {key: value for key, value in one.row().items() if key not in ("series", "environment")}
    series = [{key: value for key, value in asdict(series).items() if value is not None} for series in one.series]
    return {**row, "params": dict(one.params), "series": series, "environment": dict(one.environment)}
