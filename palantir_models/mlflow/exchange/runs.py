"""Reading a run of MLflow as an experiment."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.pieces import pieces
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.columns.schema import part_schema
from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.media.images import Png, png
from palantir_models.experiment.media.tables import Table, encoded
from palantir_models.experiment.memory.contents import Batch
from palantir_models.experiment.memory.series import MediaRow
from palantir_models.experiment.values import instant, parameter
from palantir_models.mlflow.exchange import exact, media_files, tags
from palantir_models.mlflow.exchange.exact import ExactCopy
from palantir_models.mlflow.exchange.mlflow_keys import key
from palantir_models.mlflow.exchange.origin import Origin
from palantir_models.mlflow.exchange.renumbering import packed, rising
from palantir_models.mlflow.exchange.run_files import RunFiles
from palantir_models.mlflow.exchange.tracking import TrackingError
from palantir_models.mlflow.parameter_texts import typed
from transforms.common.json_text import from_json
from transforms.common.paths import shown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa
    from mlflow import MlflowClient
    from mlflow.entities import Run

_STATUS = {"FINISHED": "SUCCEEDED", "FAILED": "FAILED", "KILLED": "FAILED"}
ENDED = tuple(_STATUS)
_INFINITE = 1.7976931348623157e308
"""What MLflow's databases have in place of infinity."""
_MOST_ROWS = 2**63 - 1


@dataclass
class ReadRun:
    """A run as an experiment.

    Attributes:
        row: its row of the experiments table, but for what only the import knows: id, name, branch, transaction.
        recorded: its contents.
        renumbered: the metric series whose steps did not rise in MLflow, so that values were numbered anew.
        not_kept: what has no place in an experiment, and how often it was there.
    """

    row: dict[str, Any]
    recorded: Recorded
    renumbered: list[str] = field(default_factory=list)
    not_kept: Counter[str] = field(default_factory=Counter)


def read_run(client: MlflowClient, run: Run, uri: str, mlflow_experiment: str) -> ReadRun:
    """Read a run that has ended.

    A run that we exported comes back as it was, with whatever was added to it in MLflow.

    :param client: MLflow's client.
    :param run: the run.
    :param uri: the tracking URI, without credentials.
    :param mlflow_experiment: the name of the run's experiment.
    :raises TrackingError: if a run that we exported has lost its exact copy, or cannot be read.
    """
    return _Reader(client, run, uri, mlflow_experiment).read()


class _Reader:
    def __init__(self, client: MlflowClient, run: Run, uri: str, mlflow_experiment: str) -> None:
        self._client = client
        self._run = run
        self._id: str = run.info.run_id
        self._uri = uri
        self._mlflow_experiment = mlflow_experiment
        self._not_kept: Counter[str] = Counter()
        self._renumbered: dict[str, list[list[int]]] = {}
        self._place = RunFiles(client, run)
        self._copy = self._exact_copy()

    def read(self) -> ReadRun:
        found: list[Mapping[str, Any]] = [self._hyperparameters(), *self._metrics()]
        found += self._files()
        if self._copy is not None:
            found.append({"dropped": _dropped(self._copy.row["series"])})
        self._count_entities()
        recorded = Recorded(found)
        row = {
            **self._row(),
            "parameter_count": recorded.parameter_count,
            "value_count": recorded.value_count,
            "series": recorded.series_json(),
        }
        return ReadRun(row, recorded, list(self._renumbered), self._not_kept)

    # What is known of the run as a whole

    def _row(self) -> dict[str, Any]:
        info, given = self._run.info, self._run.data.tags
        source = f"{self._uri} run {self._id}"
        if self._copy is not None:
            environment = from_json(self._copy.row["environment"] or "{}")
            earlier = Origin.of(environment)
            origin = self._origin({} if earlier is None else earlier.tags, self._copy.row["source"])
            return {**self._copy.row, "source": source, "environment": json.dumps(origin.within(environment))}
        kept = {
            name: text for name, text in given.items() if not name.startswith(tags.OWN) and name not in tags.OF_THE_RUN
        }
        commit = given.get(tags.COMMIT)
        environment = {"git": {"commit": commit}} if commit else {}
        failed = info.status != "FINISHED"
        return {
            "status": _STATUS[info.status],
            "created_time": instant((info.start_time or info.end_time or 0) * 1_000_000),
            "finished_time": None if info.end_time is None else instant(info.end_time * 1_000_000),
            "transform": PurePosixPath(given.get(tags.SOURCE_NAME) or "mlflow").name,
            "source": source,
            "code_version": None,
            "dropped_count": 0,
            "error": f"The MLflow run ended as {info.status}." if failed else None,
            "environment": json.dumps(self._origin(kept, None).within(environment)),
        }

    def _origin(self, kept: Mapping[str, str], source: str | None) -> Origin:
        earlier = None if self._copy is None else Origin.of(from_json(self._copy.row["environment"] or "{}"))
        return Origin(
            uri=self._uri,
            run_id=self._id,
            experiment=self._mlflow_experiment,
            run_name=self._run.info.run_name or "",
            status=self._run.info.status,
            parent_run_id=self._run.data.tags.get(tags.PARENT),
            tags=kept,
            steps={**({} if earlier is None else earlier.steps), **self._renumbered},
            source=source,
        )

    def _count_entities(self) -> None:
        datasets = len(self._run.inputs.dataset_inputs) if self._run.inputs else 0
        models = len(getattr(self._run.outputs, "model_outputs", ())) if self._run.outputs else 0
        self._not_kept.update({kind: n for kind, n in {"dataset input": datasets, "model": models}.items() if n})

    # Hyperparameters and metrics

    def _hyperparameters(self) -> dict[str, Any]:
        import pyarrow as pa

        known = part_schema("hyperparameters").empty_table() if self._copy is None else self._part("hyperparameters")
        names = {key(name) for name in known["name"].to_pylist()}
        new = {
            name: parameter("parameter", typed(text))
            for name, text in sorted(self._run.data.params.items())
            if name not in names
        }
        added = pieces(Batch(new, [], [], [], [], {})).get("hyperparameters")
        rows = known if added is None else pa.concat_tables([known, added])
        return {"hyperparameters": rows} if rows.num_rows else {}

    def _metrics(self) -> Iterator[dict[str, Any]]:
        """Yield each metric series: as it was exported, and as MLflow has it."""
        known = {} if self._copy is None else self._exported_metrics(self._part("metrics"))
        keys = {key(name): name for name in known}
        names = [*known, *(name for name in sorted(self._run.data.metrics) if name not in keys)]
        if names:
            yield {"series": names}
        for number, name in enumerate(names):
            history = self._client.get_metric_history(self._id, key(name) if name in known else name)
            table = self._series(number, name, known.get(name), history)
            if table.num_rows:
                yield {"metrics": table}

    def _exported_metrics(self, rows: pa.Table) -> dict[str, pa.Table]:
        """Return the exported metrics by series, in the order in which the series began."""
        import polars as pl

        assert self._copy is not None
        parts = pl.DataFrame(rows).partition_by("series", as_dict=True, maintain_order=True)
        return {name: parts[name,].to_arrow() for name in self._began("metric") if (name,) in parts}

    def _began(self, kind: str) -> list[str]:
        """Return the names of the exported series of a kind, in the order in which they began."""
        assert self._copy is not None
        return [one["name"] for one in from_json(self._copy.row["series"]) if one["kind"] == kind]

    def _series(self, number: int, name: str, known: pa.Table | None, history: Sequence[Any]) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        steps = np.array([one.step for one in history], np.int64)
        times = np.array([one.timestamp for one in history], np.int64) * 1000
        values = np.array([_value(one.value) for one in history], np.float64)
        if known is not None:
            ours = known["step"].to_numpy()
            own_times = known["timestamp"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
            theirs = self._steps_in_mlflow(name, ours)
            exported = set(zip(theirs.tolist(), (own_times // 1000 * 1000).tolist(), strict=True))
            added = [
                n for n, point in enumerate(zip(steps.tolist(), times.tolist(), strict=True)) if point not in exported
            ]
            if not added:
                return _points(number, ours, own_times, known["value"].to_numpy())
            steps, times = np.append(theirs, steps[added]), np.append(own_times, times[added])
            values = np.append(known["value"].to_numpy(), values[added])
        order, risen = rising(steps, times)
        if not np.array_equal(risen, steps[order]):
            self._renumbered[name] = packed(steps[order].tolist())
        return _points(number, risen, times[order], values[order])

    def _steps_in_mlflow(self, name: str, ours: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        import numpy as np

        assert self._copy is not None
        origin = Origin.of(from_json(self._copy.row["environment"] or "{}"))
        found = None if origin is None else origin.mlflow_steps(name, len(ours))
        return ours if found is None else np.array(found, np.int64)

    # Files

    def _exact_copy(self) -> ExactCopy | None:
        if self._run.data.tags.get(tags.EXPORT) != tags.COMPLETE:
            return None
        try:
            if not self._place.listed(exact.FOLDER):
                raise ValueError("it is not there")
            with tempfile.TemporaryDirectory(prefix="transforms-") as folder:
                return ExactCopy.load(self._place.fetch(exact.FOLDER, Path(folder)))
        except ValueError as error:
            raise TrackingError(
                f"Run {self._id} of {self._uri} was exported from here, but its exact copy (the folder {exact.FOLDER!r} of "
                f"its files) cannot be read: {error}. Nothing was imported."
            ) from error

    def _part(self, table: str) -> pa.Table:
        assert self._copy is not None
        return self._copy.parts[table]

    def _files(self) -> Iterator[dict[str, Any]]:
        """Yield what files hold: those that were exported, then those that MLflow's own calls or others put there."""
        if self._copy is not None:
            for table in exact.CONTENT:
                if (part := self._part(table)).num_rows:
                    yield {table: self._with_contents(table, part)}
        exported = set() if self._copy is None else set(self._copy.files)
        listed = [file for file in self._list("") if file not in exported]
        logged = {one["path"] for one in _json_list(self._run.data.tags.get(tags.LOGGED_ARTIFACTS)) if "path" in one}
        images: list[tuple[media_files.StepImage, Png]] = []
        plots: list[tuple[str, str]] = []
        tables: dict[str, Table] = {}
        for file in listed:
            stem, suffix = str(PurePosixPath(file).with_suffix("")), PurePosixPath(file).suffix
            if suffix == ".webp" and _is_thumbnail(file, listed):
                continue
            if suffix == ".png" and (image := self._png(file)) is not None:
                images.append((media_files.step_image(file) or media_files.StepImage(stem, 0, self._end), image))
            elif suffix == ".html" and (figure := self._figure(file)) is not None:
                plots.append((stem, figure))
            elif file in logged and (content := self._table(stem, file)) is not None:
                tables[stem] = content
            else:
                self._not_kept[f"{suffix} file" if suffix else "file"] += 1
        yield from self._added("images", [(*found, image) for found, image in images])
        yield from self._added("plots", [(stem, 0, self._end, figure) for stem, figure in plots])
        if tables:
            yield pieces(Batch({}, [], [], [], [], tables))

    def _added(self, table: str, found: Sequence[tuple[str, int, int, Any]]) -> Iterator[dict[str, Any]]:
        """Yield images or plots that were not exported, at steps that rise above those of their series."""
        import numpy as np

        steps_of: dict[str, list[int]] = {}
        if self._copy is not None:
            part = self._part(table)
            for series, step in zip(part["series"].to_pylist(), part["step"].to_pylist(), strict=True):
                steps_of.setdefault(series, []).append(step)
        by_series: dict[str, list[tuple[int, int, Any]]] = {}
        for series, step, time, content in found:
            by_series.setdefault(series, []).append((step, time, content))
        rows = []
        for series, items in by_series.items():
            order, steps = rising(np.array([one[0] for one in items]), np.array([one[1] for one in items]))
            taken = set(steps_of.get(series, ()))
            if taken & set(steps.tolist()):
                steps = np.arange(len(items)) + max(taken) + 1
            for position, step in zip(order.tolist(), steps.tolist(), strict=True):
                _, time, content = items[position]
                rows.append(MediaRow(series, step, time * 1_000_000, None, content))
        if rows:
            media = ([], rows) if table == "plots" else (rows, [])
            yield pieces(Batch({}, [], [], *media, {}))

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
            content = self._place.read(file)
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

    @property
    def _end(self) -> int:
        return int(self._run.info.end_time or self._run.info.start_time or 0)

    def _list(self, folder: str) -> Iterator[str]:
        """Yield the run's files; of a folder that holds a model, or the exact copy, none."""
        entries = self._place.listed(folder)
        if any(entry.name == "MLmodel" for entry in entries):
            self._not_kept["model"] += 1
            return
        for entry in entries:
            if self._place.leaves(entry.path):
                self._not_kept["link that leads out of the run"] += 1
            elif entry.is_folder and not (self._copy is not None and entry.path == exact.FOLDER):
                yield from self._list(entry.path)
            elif not entry.is_folder:
                yield entry.path

    def _png(self, file: str) -> Png | None:
        if (content := self._read_odd(file)) is not None:
            with suppress(ExperimentError):  # it is called .png and is none
                image = png(content)
                assert isinstance(image, Png)
                return image
        return None

    def _read_odd(self, file: str) -> bytes | None:
        """Read a file whose name MLflow's servers may refuse; None where they do."""
        if "#" not in file:
            return self._place.read(file)
        from mlflow.exceptions import MlflowException
        from requests import HTTPError

        try:
            return self._place.read(file)
        except (MlflowException, HTTPError):  # images of 3.10 and before, with a slash in their key
            return None

    def _figure(self, file: str) -> str | None:
        with suppress(UnicodeDecodeError):
            return media_files.figure_of_page(self._place.read(file).decode())
        return None

    def _table(self, name: str, file: str) -> Table | None:
        with suppress(ValueError):
            frame = media_files.table_frame(file, self._place.read(file))
            try:
                return encoded(name, frame, None, _MOST_ROWS)
            except ExperimentError:  # columns of several types
                return encoded(name, _as_text(frame), None, _MOST_ROWS)
        return None


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns of mixed values are their JSON."""

    def text(value: object) -> str | None:
        return value if value is None or isinstance(value, str) else json.dumps(value, default=str)

    mixed = [column for column in frame.columns if frame[column].dtype == object]
    return frame.assign(**{column: frame[column].map(text) for column in mixed})


def _is_thumbnail(file: str, listed: Sequence[str]) -> bool:
    return any(file == media_files.thumbnail_file(other) for other in listed if other.endswith(".png"))


def _points(
    number: int, steps: npt.NDArray[np.int64], times: npt.NDArray[np.int64], values: npt.NDArray[np.float64]
) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    return pa.table(
        {
            "series": np.full(len(steps), number, "<i4"),
            "step": steps,
            "value": values,
            "timestamp": pa.array(times).cast(pa.timestamp("us", tz="UTC")),
        }
    )


def _value(value: float) -> float:
    return value if abs(value) != _INFINITE else float("inf") if value > 0 else float("-inf")


def _dropped(series: str) -> list[tuple[str, str, int]]:
    return [(one["kind"], one["name"], one["dropped"]) for one in from_json(series) if one.get("dropped")]


def _json_list(text: str | None) -> list[dict[str, Any]]:
    with suppress(ValueError):
        found = from_json(text or "[]")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return []
