"""Writing published experiments into an MLflow tracking server or database, each as a run."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from palantir_models.experiment.statuses import FAILED, SUCCEEDED
from palantir_models.mlflow.exchange import media_files, tags
from palantir_models.mlflow.exchange.exact import CONTENT, FOLDER, ExactCopy
from palantir_models.mlflow.exchange.mlflow_keys import key
from palantir_models.mlflow.exchange.origin import Origin
from palantir_models.mlflow.exchange.run_files import RunFiles
from palantir_models.mlflow.exchange.tracking import artifact_folder, tracking
from palantir_models.mlflow.parameter_texts import parameter_text
from palantir_models.reading.experiment import RecordedExperiment, row_of
from palantir_models.reading.facts import source_of
from transforms.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from mlflow import MlflowClient
    from mlflow.entities import Run

T = TypeVar("T")

EXPORTED, COMPLETED, THERE = "exported", "completed", "there already"
_METRICS = 1000  # in one request, as the next two
_PARAMETERS = 100
_REQUEST_BYTES = 500_000
_MEDIA_AT_ONCE = 32
_LONGEST_NAME = 250
_FINISHED = {SUCCEEDED: "FINISHED", FAILED: "FAILED"}


@dataclass(frozen=True)
class Exported:
    """What became of an experiment.

    Attributes:
        experiment: the experiment.
        run_id: its run in MLflow.
        mlflow_experiment: the name of the MLflow experiment that the run is in.
        outcome: ``exported``, ``completed`` (an earlier export had not come to its end), or ``there already``.
    """

    experiment: RecordedExperiment
    run_id: str
    mlflow_experiment: str
    outcome: str


def export_experiments(
    uri: str,
    experiments: Sequence[RecordedExperiment],
    mlflow_experiment: str | None = None,
    artifact_location: str | None = None,
) -> Iterator[Exported]:
    """Write published experiments into MLflow, one after the other; what is there already is left alone.

    :param uri: the tracking server, database or folder.
    :param experiments: the experiments, of one model or several.
    :param mlflow_experiment: the MLflow experiment that their runs go to; by default one is named as the model is.
    :param artifact_location: where a new MLflow experiment keeps its files, if not where the server says, or beside the
        file of the database.
    :returns: what became of each, as soon as it did.
    :raises TransformsError: those of :func:`palantir_models.mlflow.exchange.tracking.tracking`. The experiments before the one
        that fails are exported; the same call again completes it and goes on.
    """
    with tracking(uri, create=True) as client:
        places: dict[str, tuple[str, dict[str, Run]]] = {}
        for experiment in experiments:
            name = mlflow_experiment or experiment.model
            if name not in places:
                identity = _mlflow_experiment(client, uri, name, artifact_location)
                places[name] = identity, _exported_runs(client, identity)
            identity, runs = places[name]
            yield _export(client, identity, name, experiment, runs.get(experiment.experiment_id))


def _mlflow_experiment(client: MlflowClient, uri: str, name: str, location: str | None) -> str:
    existing = client.get_experiment_by_name(name)
    if existing is None:
        created: str = client.create_experiment(name, artifact_location=location or artifact_folder(uri, name))
        return created
    if existing.lifecycle_stage != "active":
        raise UsageError(
            f"The MLflow experiment {name!r} is deleted: restore it (mlflow experiments restore --experiment-id "
            f"{existing.experiment_id}), or name another one with --mlflow-experiment."
        )
    return str(existing.experiment_id)


def _exported_runs(client: MlflowClient, mlflow_experiment: str) -> dict[str, Run]:
    """Return the runs of an MLflow experiment that we exported, by the id of our experiment; complete ones win."""
    runs = search_runs(client, mlflow_experiment, f"tags.`{tags.EXPERIMENT_ID}` LIKE '%'")
    ordered = sorted(runs, key=lambda run: run.data.tags.get(tags.EXPORT) == tags.COMPLETE)
    return {run.data.tags[tags.EXPERIMENT_ID]: run for run in ordered}


def search_runs(client: MlflowClient, mlflow_experiment: str, filter_string: str = "") -> Iterator[Run]:
    """Yield the runs of an MLflow experiment that are not deleted, oldest first; they are asked for page by page."""
    token = None
    while True:
        page = client.search_runs(
            [mlflow_experiment],
            filter_string,
            order_by=["attributes.start_time ASC"],
            max_results=500,
            page_token=token,
        )
        yield from page
        token = page.token
        if not token:
            return


def _export(
    client: MlflowClient, identity: str, name: str, experiment: RecordedExperiment, there: Run | None
) -> Exported:
    from mlflow.entities import RunTag

    origin = Origin.of(experiment.environment)
    if there is None and origin is not None and _is_there(client, origin.run_id):
        return Exported(experiment, origin.run_id, name, THERE)  # it was imported from here
    if there is not None and there.data.tags.get(tags.EXPORT) == tags.COMPLETE:
        return Exported(experiment, there.info.run_id, name, THERE)
    run = there
    if run is None:
        run = client.create_run(
            identity,
            start_time=media_files.milliseconds(experiment.created_time),
            run_name=experiment.name[:_LONGEST_NAME],
            tags=_tags(experiment, origin),
        )
    run_id = run.info.run_id
    _log_parameters(client, run_id, experiment)
    metrics = _log_metrics(client, run_id, experiment, origin, there)
    _log_files(client, run, experiment, metrics)
    finished = experiment.finished_time
    status = origin.status if origin is not None and origin.status else _FINISHED.get(experiment.status, "FINISHED")
    if finished is None:
        client.update_run(run_id, status=status)
    else:
        client.set_terminated(run_id, status, media_files.milliseconds(finished))
    client.log_batch(run_id, tags=[RunTag(tags.EXPORT, tags.COMPLETE)])
    return Exported(experiment, run_id, name, EXPORTED if there is None else COMPLETED)


def _is_there(client: MlflowClient, run_id: str) -> bool:
    from mlflow.exceptions import MlflowException

    try:
        return bool(client.get_run(run_id).info.lifecycle_stage == "active")
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return False
        raise


def _tags(experiment: RecordedExperiment, origin: Origin | None) -> dict[str, str]:
    git = experiment.environment.get("git") or {}
    found = {
        tags.SOURCE_NAME: experiment.source if origin is None else origin.source,
        tags.COMMIT: git.get("commit"),
        **({} if origin is None else origin.tags),
        tags.EXPERIMENT_ID: experiment.experiment_id,
        tags.MODEL: experiment.model,
        tags.BRANCH: experiment.branch,
        tags.VERSION: experiment.version,
        tags.TRANSFORM: experiment.transform,
        tags.TRANSACTION: experiment.transaction,
        tags.CODE_VERSION: experiment.code_version,
        tags.ERROR: experiment.error,
    }
    return {name: str(value)[: tags.LONGEST] for name, value in found.items() if value}


def _log_parameters(client: MlflowClient, run_id: str, experiment: RecordedExperiment) -> None:
    from mlflow.entities import Param

    parameters = [Param(key(name), parameter_text(value)) for name, value in experiment.params.items()]
    for batch in _batches(parameters, _PARAMETERS, lambda one: len(json.dumps([one.key, one.value]))):
        client.log_batch(run_id, params=batch)


def _log_metrics(
    client: MlflowClient, run_id: str, experiment: RecordedExperiment, origin: Origin | None, there: Run | None
) -> pl.DataFrame:
    """Log the metrics that are not there yet, and return all of them as they are stored here."""
    from mlflow.entities import Metric

    frame = experiment.metrics().polars()
    for (series,), part in frame.partition_by("series", as_dict=True, maintain_order=True).items():
        steps = (origin.mlflow_steps(series, part.height) if origin else None) or part["step"].to_list()
        times = part["timestamp"].dt.epoch("ms").to_list()
        metric = key(series)
        wanted, known = Counter(zip(steps, times, strict=True)), Counter[tuple[int, int]]()
        if there is not None and metric in there.data.metrics:
            known.update((one.step, one.timestamp) for one in client.get_metric_history(run_id, metric))
        points = zip(steps, times, part["value"].to_list(), strict=True)
        new = (Metric(metric, v, time, step) for step, time, v in points if known[step, time] < wanted[step, time])
        size = len(json.dumps(metric)) + 100
        for batch in _batches(new, _METRICS, lambda _: size):  # noqa: B023 (used up before the next turn)
            client.log_batch(run_id, metrics=batch)
    return frame


def _log_files(client: MlflowClient, run: Run, experiment: RecordedExperiment, metrics: pl.DataFrame) -> None:
    """Upload images, plots and tables, a few at a time, then the exact copy of everything."""
    import polars as pl
    from mlflow.entities import RunTag

    place, run_id = RunFiles(client, run), run.info.run_id
    files: list[str] = []
    parts = {"hyperparameters": _rows(experiment, "hyperparameters").collect(), "metrics": metrics}
    for table, content in CONTENT.items():
        parts[table] = _rows(experiment, table).head(0).collect().drop(content).with_columns(file=pl.lit("").head(0))
        for rows in _some(experiment, table):
            with tempfile.TemporaryDirectory(prefix="transforms-") as folder:
                saved = [_save(Path(folder), table, row) for row in rows.iter_rows(named=True)]
                place.save(Path(folder))
            files += [file for pair in saved for file in pair]
            named = rows.drop(content).with_columns(file=pl.Series([pair[0] for pair in saved]))
            parts[table] = pl.concat([parts[table], named])
    if not parts["images"].is_empty():
        client.log_batch(run_id, tags=[RunTag(tags.LOGGED_IMAGES, "True")])
    listed = [{"path": file, "type": "table"} for file in files if re.fullmatch(r"tables/.*\.json", file)]
    while len(json.dumps(listed)) > tags.LONGEST:
        listed.pop()
    if listed:
        client.log_batch(run_id, tags=[RunTag(tags.LOGGED_ARTIFACTS, json.dumps(listed))])
    with tempfile.TemporaryDirectory(prefix="transforms-") as folder:
        ExactCopy(row_of(experiment), files, {name: part.to_arrow() for name, part in parts.items()}).save(Path(folder))
        place.save(Path(folder), FOLDER)


def _rows(experiment: RecordedExperiment, table: str) -> pl.LazyFrame:
    return source_of(experiment).part(table, [experiment.experiment_id]).drop("experiment_id")


def _some(experiment: RecordedExperiment, table: str) -> Iterator[pl.DataFrame]:
    """Yield the rows of a table that holds large contents, a few at a time, in the order of series and step."""
    keys = ["name"] if table == "tables" else ["series", "step"]
    rows = _rows(experiment, table)
    wanted = rows.select(keys).collect()
    if table != "tables":
        wanted = wanted.sort(keys)
    for start in range(0, wanted.height, _MEDIA_AT_ONCE):
        some = wanted.slice(start, _MEDIA_AT_ONCE).with_row_index("position")
        yield rows.join(some.lazy(), on=keys).sort("position").drop("position").collect()


def _save(folder: Path, table: str, row: Mapping[str, Any]) -> list[str]:
    if table == "images":
        return media_files.save_image(
            folder, media_files.image_file(row["series"], row["step"], row["timestamp"]), row["png"]
        )
    if table == "plots":
        return media_files.save_plot(folder, row["series"], row["step"], row["figure"])
    return media_files.save_table(folder, row["name"], row["parquet"])


def _batches(items: Iterable[T], count: int, size: Any) -> Iterator[list[T]]:
    batch: list[T] = []
    total = 0
    for item in items:
        taken = size(item)
        if batch and (len(batch) == count or total + taken > _REQUEST_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += taken
    if batch:
        yield batch
