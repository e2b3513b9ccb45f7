"""A model asked on the workers gives what it gives in one process."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.adapter import load_adapter, save_adapter
from palantir_models.errors import AdapterError, InferenceTypeError
from palantir_models.model.spark import chunks
from palantir_models.transforms import DistributedInferenceWrapper, ModelInput
from tests.palantir_models.spark import spark_adapters
from tests.palantir_models.spark.spark_adapters import Open, Scaled, Two
from transforms.api import Input, Output, transform
from transforms.errors import EngineError, TransformTypeError, UsageError

ROWS = pd.DataFrame({"id": range(1000), "x": [n / 4 for n in range(1000)]})


@pytest.fixture
def ctx(spark: Any) -> Any:
    """A context with the session."""

    class Context(SimpleNamespace):
        spark_session = spark

    return Context()


def predicted(wrapper: DistributedInferenceWrapper, frame: Any, **parameters: Any) -> pd.DataFrame:
    """Return the prediction for a frame, in order."""
    return wrapper.predict(frame, **parameters).toPandas().sort_values("id", ignore_index=True)


def test_a_transform_predicts_with_a_model_input(run_transform: Any, spark: Any) -> None:
    """The model comes from the store, and what it adds is written with the other columns."""

    @transform(data=Input("/data"), model=ModelInput("/model"), out=Output("/out"))
    def score(ctx, data, model, out):
        out.write_dataframe(DistributedInferenceWrapper(model, ctx).predict(data.dataframe()))

    result = run_transform(score, {"data": ROWS, "model": Scaled(3)})
    found = result.outputs["out"].pandas().sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(found, ROWS.assign(y=ROWS.x * 3))


def test_the_model_is_loaded_once_a_worker(ctx: Any, spark: Any, tmp_path: Path) -> None:
    """However many partitions and chunks there are; the driver loads nothing."""
    model = Scaled(2, str(tmp_path))
    for note in tmp_path.iterdir():
        note.unlink()
    wrapper = DistributedInferenceWrapper(model, ctx, num_partitions=8, max_rows_per_chunk=50)
    found = predicted(wrapper, spark.createDataFrame(ROWS))
    pd.testing.assert_frame_equal(found, ROWS.assign(y=ROWS.x * 2))
    loads = list(tmp_path.glob("load-*"))
    assert 1 <= len(loads) <= spark.sparkContext.defaultParallelism
    assert {note.read_text() for note in loads} == {"."}
    assert max(int(note.name.split("-")[1]) for note in tmp_path.glob("rows-*")) == 100, "the sample that is asked here"
    on_workers = [note for note in tmp_path.glob("rows-*") if note.name.split("-")[2] in {n.name[5:] for n in loads}]
    assert max(int(note.name.split("-")[1]) for note in on_workers) <= 50


def test_the_workers_have_a_versions_own_code(
    ctx: Any, spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the project has by now, or where the workers have no project at all."""
    source = Path(spark_adapters.__file__).read_text()
    module = tmp_path / "adapters_of_before.py"
    module.write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    saved = save_adapter(importlib.import_module("adapters_of_before").Scaled(3), tmp_path / "state")
    monkeypatch.delitem(sys.modules, "adapters_of_before")
    module.write_text("raise RuntimeError('not today')")
    model = load_adapter(tmp_path / "state", saved.adapter, saved.sha256)
    found = predicted(DistributedInferenceWrapper(model, ctx), spark.createDataFrame(ROWS))
    pd.testing.assert_frame_equal(found, ROWS.assign(y=ROWS.x * 3))


def test_partitions_are_as_asked(ctx: Any, spark: Any) -> None:
    """Auto is a local master's cores."""
    frame = spark.range(10).selectExpr("id", "cast(id as double) as x")
    assert DistributedInferenceWrapper(Scaled(2), ctx, 3).predict(frame).rdd.getNumPartitions() == 3
    automatic = DistributedInferenceWrapper(Scaled(2), ctx).predict(frame)
    assert automatic.rdd.getNumPartitions() == spark.sparkContext.defaultParallelism


def test_parameters_reach_the_model(ctx: Any, spark: Any) -> None:
    """By name; a wrong type is refused before anything is computed."""
    wrapper, frame = DistributedInferenceWrapper(Scaled(2), ctx, 2), spark.createDataFrame(ROWS)
    assert predicted(wrapper, frame, offset=100.0).y.tolist() == (ROWS.x * 2 + 100).tolist()
    with pytest.raises(InferenceTypeError, match="offset"):
        wrapper.predict(frame, offset="much")


def test_an_error_in_the_model_shows_the_users_line(run_transform: Any, spark: Any) -> None:
    """Although it was raised on a worker."""

    @transform(data=Input("/data"), model=ModelInput("/model"), out=Output("/out"))
    def score(ctx, data, model, out):
        out.write_dataframe(DistributedInferenceWrapper(model, ctx).predict(data.dataframe()))

    rows = pd.concat([ROWS, pd.DataFrame({"id": [1000], "x": [-1.0]})])
    with pytest.raises(EngineError, match=r"x must not be negative, raised in predict \(.*spark_adapters\.py:\d+\)"):
        run_transform(score, {"data": rows, "model": Scaled(3)})


def test_an_empty_frame_has_the_declared_columns(ctx: Any, spark: Any) -> None:
    """Where none are declared, there is nothing to go by."""
    empty = spark.createDataFrame(ROWS).filter("id < 0")
    assert DistributedInferenceWrapper(Scaled(2), ctx, 1).predict(empty).dtypes == [("x", "double"), ("y", "double")]
    with pytest.raises(InferenceTypeError, match="no rows"):
        DistributedInferenceWrapper(Open(2), ctx, 1).predict(empty)


def test_what_cannot_run_on_workers_is_refused(ctx: Any, spark: Any) -> None:
    """Before anything is computed."""
    with pytest.raises(AdapterError, match="Two cannot run on the workers"):
        DistributedInferenceWrapper(Two(1), ctx)
    with pytest.raises(TransformTypeError, match="takes a loaded model"):
        DistributedInferenceWrapper("model", ctx)
    with pytest.raises(TransformTypeError, match="Add ctx"):
        DistributedInferenceWrapper(Scaled(1), None)
    for partitions, most in ((0, 1), ("many", 1), (True, 1), ("auto", 0)):
        with pytest.raises(UsageError, match="above 0"):
            DistributedInferenceWrapper(Scaled(1), ctx, partitions, most)
    with pytest.raises(InferenceTypeError, match="got DataFrame"):
        DistributedInferenceWrapper(Scaled(1), ctx).predict(ROWS)


@given(st.lists(st.integers(0, 7), max_size=6), st.integers(1, 9))
def test_chunks_keep_rows_and_order(sizes: list[int], most: int) -> None:
    """None is larger than allowed, and only the last is smaller."""
    rows = pa.table({"n": range(sum(sizes))})
    batches, start = [], 0
    for size in sizes:
        batches += rows.slice(start, size).to_batches() or [pa.RecordBatch.from_pydict({"n": []}, rows.schema)]
        start += size
    found = [chunk.n.tolist() for chunk in chunks(batches, most)]
    assert [n for chunk in found for n in chunk] == list(range(sum(sizes)))
    assert all(len(chunk) == most for chunk in found[:-1])
    assert all(0 < len(chunk) <= most for chunk in found)
