"""Inference over Spark frames: the model runs in the workers, on the rows that lie there."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.adapter import declared_api, load_adapter, save_adapter
from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.types import Pandas, Parameter
from palantir_models.errors import AdapterError, InferenceTypeError
from transforms.common.frames import is_spark_frame
from transforms.errors import TransformTypeError, UsageError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SAMPLE_ROWS = 100


class DistributedInferenceWrapper:
    """Runs a model over the partitions of a Spark DataFrame, each row on its own.

    Follows the public page integrate-models/transform-model-input.

    :param model: a loaded model with one pandas input, one pandas output, and any number of parameters.
    :param ctx: the context of a transform that runs on Spark.
    :param num_partitions: how many partitions to work on; ``auto`` is one for each executor, or for each core of a
        local master. Each worker loads the model once.
    :param max_rows_per_chunk: the most rows that the model is given at once.
    :raises TransformTypeError: if the model is no adapter, or the context has no Spark session.
    :raises AdapterError: if its inputs and outputs are others than these.
    :raises UsageError: if a number is not above 0.
    :raises SerializationError: if its state cannot be saved to be sent to the workers.
    """

    def __init__(
        self, model: Any, ctx: Any, num_partitions: int | str = "auto", max_rows_per_chunk: int = 1_000_000
    ) -> None:
        if not isinstance(model, ModelAdapter):
            raise TransformTypeError(f"DistributedInferenceWrapper takes a loaded model; got {type(model).__name__}.")
        if not hasattr(type(ctx), "spark_session"):
            raise TransformTypeError(
                "DistributedInferenceWrapper takes the context of a @transform that runs on Spark; got "
                f"{type(ctx).__name__}. Add ctx as a parameter of the compute function."
            )
        if num_partitions != "auto" and not _is_count(num_partitions):
            raise UsageError(f"num_partitions is 'auto' or a whole number above 0; got {num_partitions!r}.")
        if not _is_count(max_rows_per_chunk):
            raise UsageError(f"max_rows_per_chunk is a whole number above 0; got {max_rows_per_chunk!r}.")
        _check_api(model)
        self._model = model
        self._session = ctx.spark_session
        self._partitions = num_partitions
        self._most_rows = max_rows_per_chunk

    def predict(self, df: Any, **parameters: Any) -> Any:
        """Infer every row of a frame.

        The model is asked once here, about the first rows, to learn the columns of its output.

        :param df: the Spark DataFrame with the columns that the model needs.
        :param parameters: the model's parameters by name; its defaults where none are given.
        :returns: a Spark DataFrame of the model's output; nothing else is computed before it is used.
        :raises InferenceTypeError: if this is no Spark DataFrame, a parameter is not of its declared type, or the output
            cannot be told, as the frame has no rows and the model declares no columns.
        """
        if not is_spark_frame(df):
            raise InferenceTypeError(
                f"DistributedInferenceWrapper.predict takes a Spark DataFrame; got {type(df).__name__}. For a pandas "
                "frame call the model itself."
            )
        schema = self._output_schema(df, parameters)
        state, most, given = self._state(), self._most_rows, dict(parameters)

        def infer(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            carried = state()
            for chunk in chunks(batches, most):
                result = _single_output(carried.adapter().transform(chunk, **given))
                yield from _arrow(result, schema).to_batches()

        from pyspark.sql.pandas.types import from_arrow_schema

        return df.repartition(self._count()).mapInArrow(infer, from_arrow_schema(schema))

    def _output_schema(self, df: Any, parameters: dict[str, Any]) -> pa.Schema:
        import pyarrow as pa

        sample = df.limit(_SAMPLE_ROWS).toPandas()
        (declared,) = declared_api(self._model).outputs.values()
        assert isinstance(declared, Pandas)
        known = {name: _arrow_type(kind) for name, kind in declared.columns}
        if sample.empty:
            missing = [name for name, kind in known.items() if kind is None]
            if missing or not known:
                raise InferenceTypeError(
                    "The frame has no rows, and api() does not tell the columns of the model's output"
                    f"{' (' + ', '.join(missing) + ')' if missing else ''}: declare them with their types."
                )
            return pa.schema(list(known.items()))
        result = _single_output(self._model.transform(sample, **parameters))
        found = pa.Schema.from_pandas(result, preserve_index=False).remove_metadata()
        empty = [field.name for field in found if pa.types.is_null(field.type) and known.get(field.name) is None]
        if empty:
            raise InferenceTypeError(
                f"The model's output {empty[0]!r} is empty in the first rows, and api() does not tell its type."
            )
        return pa.schema(
            [(field.name, known[field.name] if pa.types.is_null(field.type) else field.type) for field in found]
        )

    def _count(self) -> int:
        if isinstance(self._partitions, int):
            return self._partitions
        context = getattr(self._session, "_sc", None)
        if context is None:  # Spark Connect does not tell
            return int(self._session.conf.get("spark.sql.shuffle.partitions"))
        executors = context._jsc.sc().getExecutorMemoryStatus().size() - 1  # without the driver's
        return int(executors or context.defaultParallelism)

    def _state(self) -> Callable[[], SentModel]:
        """Return what gives the saved model on a worker; a broadcast where there are such."""
        with tempfile.TemporaryDirectory() as folder:
            saved = save_adapter(self._model, Path(folder) / "state")
            files = {path: (Path(folder) / "state" / path).read_bytes() for path in saved.sha256}
        sent = SentModel(uuid.uuid4().hex, saved.adapter, saved.sha256, files)
        context = getattr(self._session, "_sc", None)
        if context is None:
            return lambda: sent
        broadcast = context.broadcast(sent)
        return lambda: broadcast.value


@dataclass(frozen=True)
class SentModel:
    """A saved model on its way to the workers.

    Attributes:
        key: tells it from other models.
        location: the class of its adapter.
        sha256: the sum of each file.
        files: the content of each file, by its path.
    """

    key: str
    location: str
    sha256: dict[str, str]
    files: dict[str, bytes]

    def adapter(self) -> ModelAdapter:
        """Return the adapter, which this process loads once."""
        if self.key not in _loaded:
            _loaded.clear()  # a worker serves one model after the other, and two may not fit into its memory
            folder = tempfile.TemporaryDirectory(prefix="model-")  # kept: a model may read its files later
            for path, content in self.files.items():
                file = Path(folder.name) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            _loaded[self.key] = (load_adapter(Path(folder.name), self.location, self.sha256), folder)
        return _loaded[self.key][0]


_loaded: dict[str, tuple[ModelAdapter, Any]] = {}


def chunks(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[pd.DataFrame]:
    """Put Arrow batches together, and part them, into pandas frames of as many rows as may be.

    :param batches: what a worker is given; empty ones are passed over.
    :param most: the most rows of a frame.
    """
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        while batch.num_rows:
            taken = batch.slice(0, most - rows)
            held.append(taken)
            rows += taken.num_rows
            batch = batch.slice(taken.num_rows)
            if rows == most:
                yield pa.Table.from_batches(held).to_pandas()
                held, rows = [], 0
    if held:
        yield pa.Table.from_batches(held).to_pandas()


def _arrow(result: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    missing = [name for name in schema.names if name not in result.columns]
    if missing:
        raise InferenceTypeError(
            f"The model's output has no column {missing[0]!r} for some rows, and had it for the first ones."
        )
    try:
        return pa.Table.from_pandas(result[schema.names], schema=schema, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InferenceTypeError(f"The model's output is of another type than for the first rows: {error}") from error


def _single_output(results: Any) -> pd.DataFrame:
    (name,) = results
    frame: pd.DataFrame = results[name]
    return frame


def _check_api(model: ModelAdapter) -> None:
    api = declared_api(model)
    tables = [kind for kind in api.inputs.values() if not isinstance(kind, Parameter)]
    if not (
        len(tables) == len(api.outputs) == 1
        and isinstance(tables[0], Pandas)
        and isinstance(next(iter(api.outputs.values())), Pandas)
    ):
        raise AdapterError(
            f"{type(model).__name__} cannot run on the workers: DistributedInferenceWrapper needs a model with one "
            "pm.Pandas input, one pm.Pandas output and any number of parameters; api() declares the inputs "
            f"{dict(api.inputs)} and the outputs {dict(api.outputs)}."
        )


def _arrow_type(declared: Any) -> pa.DataType | None:
    import datetime as dt

    import pyarrow as pa

    known = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        dt.date: pa.date32(),
        dt.datetime: pa.timestamp("us", "UTC"),
    }
    return known.get(declared) if isinstance(declared, type) else None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
