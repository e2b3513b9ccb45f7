"""Reading a run that we exported: it comes back as it was, with whatever was added to it in MLflow."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.pieces import pieces
from palantir_models.experiment.columns.schema import part_schema
from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.media.images import png
from palantir_models.experiment.memory.contents import Batch
from palantir_models.mlflow.exchange import exact, media_files
from palantir_models.mlflow.exchange.exact import ExactCopy
from palantir_models.mlflow.exchange.logged_files import read_logged_files
from palantir_models.mlflow.exchange.mlflow_keys import key
from palantir_models.mlflow.exchange.origin import Origin
from palantir_models.mlflow.exchange.run_reader import Points, RunReader, environment_json, metric_rows
from palantir_models.mlflow.exchange.tracking import TrackingError
from transforms.common.json_text import from_json
from transforms.common.paths import shown

if TYPE_CHECKING:
    import pyarrow as pa
    from mlflow import MlflowClient
    from mlflow.entities import Run


class ExportedRun(RunReader):
    """Reads a run that has an exact copy of the experiment that it was.

    :param client: MLflow's client.
    :param run: the run.
    :param uri: the tracking URI, without credentials.
    :param mlflow_experiment: the name of the run's experiment.
    :raises TrackingError: if the exact copy is lost or damaged.
    """

    def __init__(self, client: MlflowClient, run: Run, uri: str, mlflow_experiment: str) -> None:
        super().__init__(client, run, uri, mlflow_experiment)
        self._copy = self._exact_copy()
        self._environment = from_json(self._copy.row["environment"] or "{}")
        self._earlier = Origin.of(self._environment)
        self._series = from_json(self._copy.row["series"] or "[]")

    def _contents(self) -> Iterator[Mapping[str, Any]]:
        yield self._hyperparameters()
        yield from self._metrics()
        for table in exact.CONTENT:
            if (part := self._copy.parts[table]).num_rows:
                yield {table: self._with_contents(table, part)}
        logged = read_logged_files(self._files, self._run, {exact.FOLDER, *self._copy.files})
        yield from self._media(logged, {table: self._steps(table) for table in ("images", "plots")})
        yield {"dropped": [(one["kind"], one["name"], one["dropped"]) for one in self._series if one.get("dropped")]}

    def _row(self) -> dict[str, Any]:
        kept, steps = ({}, {}) if self._earlier is None else (self._earlier.tags, self._earlier.steps)
        origin = self._origin(kept, {**steps, **self._renumbered}, self._copy.row["source"])
        return {**self._copy.row, "environment": environment_json(origin, self._environment)}

    def _exact_copy(self) -> ExactCopy:
        try:
            if not self._files.listed(exact.FOLDER):
                raise ValueError("it is not there")
            with tempfile.TemporaryDirectory(prefix="transforms-") as folder:
                return ExactCopy.load(self._files.fetch(exact.FOLDER, Path(folder)))
        except ValueError as error:
            raise TrackingError(
                f"Run {self._id} of {self._uri} was exported from here, but its exact copy (the folder {exact.FOLDER!r} of "
                f"its files) cannot be read: {error}. Nothing was imported."
            ) from error

    def _began(self, kind: str) -> list[str]:
        """Return the names of the exported series of a kind, in the order in which they began."""
        return [one["name"] for one in self._series if one["kind"] == kind]

    def _steps(self, table: str) -> Mapping[str, set[int]]:
        """Return the steps of exported images or plots by series."""
        part, steps = self._copy.parts[table], dict[str, set[int]]()
        for series, step in zip(part["series"].to_pylist(), part["step"].to_pylist(), strict=True):
            steps.setdefault(series, set()).add(step)
        return steps

    # Hyperparameters and metrics

    def _hyperparameters(self) -> dict[str, Any]:
        import pyarrow as pa

        exported = self._copy.parts["hyperparameters"]
        added = self._parameters({key(name) for name in exported["name"].to_pylist()})
        rows = [exported, *pieces(Batch(added, [], [], [], [], {})).values()]
        rows = [part for part in rows if part.num_rows]
        return {"hyperparameters": pa.concat_tables(rows)} if rows else {}

    def _metrics(self) -> Iterator[dict[str, Any]]:
        """Yield each metric series, as it was exported and as it went on in MLflow, then those that are new."""
        exported = self._exported_metrics()
        keys = {key(name) for name in exported}
        names = [*exported, *(name for name in sorted(self._run.data.metrics) if name not in keys)]
        if names:
            yield {"series": names}
        for number, name in enumerate(names):
            if name in exported:
                yield metric_rows(number, self._continued(name, exported[name]))
            else:
                yield metric_rows(number, self._rising(name, self._history(name)))

    def _exported_metrics(self) -> dict[str, pa.Table]:
        """Return the exported metrics by series, in the order in which the series began."""
        import polars as pl

        parts = pl.DataFrame(self._copy.parts["metrics"]).partition_by("series", as_dict=True, maintain_order=True)
        return {name: parts[name,].to_arrow() for name in self._began("metric") if (name,) in parts}

    def _continued(self, name: str, exported: pa.Table) -> Points:
        """Return the values of an exported series, and those that it got in MLflow."""
        import numpy as np
        import pyarrow as pa

        ours = Points(
            exported["step"].to_numpy(),
            exported["timestamp"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(),
            exported["value"].to_numpy(),
        )
        told = None if self._earlier is None else self._earlier.mlflow_steps(name, len(ours.steps))
        theirs = ours.steps if told is None else np.array(told, np.int64)
        known = set(zip(theirs.tolist(), (ours.times // 1000 * 1000).tolist(), strict=True))
        history = self._history(key(name))
        moments = zip(history.steps.tolist(), history.times.tolist(), strict=True)
        added = [position for position, moment in enumerate(moments) if moment not in known]
        if not added:
            return ours
        return self._rising(
            name,
            Points(
                np.append(theirs, history.steps[added]),
                np.append(ours.times, history.times[added]),
                np.append(ours.values, history.values[added]),
            ),
        )

    # Files

    def _with_contents(self, table: str, part: pa.Table) -> pa.Table:
        """Return exported rows with what their files hold in place of the files' names."""
        import pyarrow as pa

        column = exact.CONTENT[table]
        wanted = part_schema(table)
        rank = {name: number for number, name in enumerate(self._began(table.removesuffix("s")))}
        names = part["name" if table == "tables" else "series"].to_pylist()
        part = part.take(sorted(range(len(names)), key=lambda index: rank[names[index]]))
        made = []
        for index, file in enumerate(part["file"].to_pylist()):  # row by row: many images fill more than one array
            content = self._exported(table, file)
            row = part.slice(index, 1).drop_columns(["file"])
            row = row.append_column(column, pa.array([content]).cast(wanted.field(column).type))
            made.append(row.select(wanted.names).cast(wanted))
        return pa.concat_tables(made)

    def _exported(self, table: str, file: str) -> bytes:
        """Return what an exported file holds, once it proves to be what its table has there."""
        try:
            content = self._files.read(file)
            if table == "images":
                png(content)
            elif table == "plots":
                from_json(content)
            else:
                media_files.table_frame("table.parquet", content)
        except (OSError, ValueError, ExperimentError) as error:
            raise TrackingError(
                f"Run {self._id} of {self._uri} was exported from here, but its exact copy names the file {shown(file)} for one "
                f"of its {table}, which cannot be read as such: {error}. Nothing was imported."
            ) from error
        return content
