"""Asking an adapter: inputs become what it declares, results what its callers expect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import palantir_models as pm
from palantir_models.adapter import load_adapter, save_adapter
from palantir_models.adapter.media import MediaItem
from palantir_models.errors import AdapterError, InferenceTypeError
from palantir_models.models.api import DFType, ModelApi, ModelApiColumn, ModelInput, ModelOutput
from transforms.errors import TransformKeyError, TransformsError, UnavailableError

FRAME = pd.DataFrame({"x": [1.0, 2.0], "extra": ["a", "b"]})


class LightweightLike:
    """Has what an input of a lightweight transform has."""

    def pandas(self) -> pd.DataFrame:
        return FRAME

    def filesystem(self) -> str:
        return "files"


class SparkLike:
    """Has only what an input of a Spark transform has."""

    def dataframe(self) -> pd.DataFrame:
        return FRAME


class DataFrame:
    """Is told by its module and its name to be Spark's."""

    __module__ = "pyspark.sql.dataframe"

    def toPandas(self) -> pd.DataFrame:
        return FRAME


def adapter(
    inputs: dict[str, Any], outputs: dict[str, Any], predict: Callable[..., Any] | None = None, run: Any = None
) -> pm.ModelAdapter:
    methods: dict[str, Any] = {"api": classmethod(lambda cls: (inputs, outputs))}
    if predict is not None:
        methods["predict"] = predict
    if run is not None:
        methods["run_inference"] = run
    made: pm.ModelAdapter = type("Made", (pm.ModelAdapter,), methods)()
    return made


def echo(kind: Any) -> pm.ModelAdapter:
    return adapter({"value": kind}, {"out": pm.Parameter()}, predict=lambda self, value: value)


@pytest.mark.parametrize(
    "frame",
    [FRAME, pl.DataFrame(FRAME), pl.LazyFrame(FRAME), pa.table(FRAME), LightweightLike(), SparkLike()],
    ids=lambda frame: type(frame).__name__,
)
def test_frames_and_inputs_become_pandas(frame: Any) -> None:
    """Every frame and input reaches ``predict`` as pandas, extra columns kept and missing ones tolerated."""
    got = echo(pm.Pandas([("x", float), "absent"])).transform(frame).out
    assert isinstance(got, pd.DataFrame)
    assert got.columns.tolist() == ["x", "extra"]
    assert got["x"].tolist() == [1.0, 2.0]


def test_results_have_attributes_and_items() -> None:
    """An output is an attribute and an item of its name, even when the name is that of a dict's method."""
    made = adapter({"a": pm.Parameter(int)}, {"items": pm.Parameter(int)}, predict=lambda self, a: a + 1)
    results = made.transform(1)
    assert results.items == results["items"] == 2
    assert list(results) == ["items"]
    with pytest.raises(AttributeError, match="Did you mean 'items'"):
        _ = results.item
    with pytest.raises(TransformKeyError):
        results["gone"]


def test_run_inference_gets_namedtuples() -> None:
    """Several outputs are written by name; a parameter that is not written takes its default."""

    def run(self: Any, inputs: Any, outputs: Any) -> None:
        outputs.frame.write(inputs.df)
        outputs.total.write(inputs.df["x"].sum())

    outputs = {"frame": pm.Pandas(), "total": pm.Parameter(float), "note": pm.Parameter(str, default="none")}
    results = adapter({"df": pm.Pandas()}, outputs, run=run).transform(df=FRAME)
    assert (results.total, results.note) == (3.0, "none")
    assert results.frame is FRAME


def test_unwritten_table_is_told() -> None:
    """A table that ``run_inference`` never writes is an error that names it."""
    with pytest.raises(AdapterError, match="output 'out' of Made was not written"):
        adapter({}, {"out": pm.Pandas()}, run=lambda self, inputs, outputs: None).transform()


def test_no_way_to_infer_is_told() -> None:
    """An adapter without inference, and one whose ``predict`` cannot fill its outputs, are told what to define."""
    with pytest.raises(AdapterError, match="define predict, or run_inference"):
        adapter({}, {"out": pm.Parameter()}).transform()
    with pytest.raises(AdapterError, match="define run_inference"):
        adapter({}, {"a": pm.Parameter(), "b": pm.Parameter()}, predict=lambda self: 1).transform()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (int, 1, 1),
        (int, np.int64(3), 3),
        (float, 2, 2.0),
        (float, np.float32(0.5), 0.5),
        (str, "a", "a"),
        (bool, np.bool_(True), True),
        (list, [1], [1]),
        (list[int], np.array([1, 2]), [1, 2]),
        (dict, {"a": 1}, {"a": 1}),
        (int | str, "a", "a"),
        (Any, object, object),
    ],
)
def test_parameters_of_the_declared_type_pass(kind: Any, value: Any, expected: Any) -> None:
    """A parameter of its declared type passes; an int is a float, and a numpy scalar is what it holds."""
    got = echo(pm.Parameter(kind)).transform(value=value).out
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, "1"),
        (int, 1.5),
        (int, True),
        (float, "1"),
        (str, 1),
        (list, "ab"),
        (dict, []),
        (bool, 1),
    ],
)
def test_parameters_of_another_type_are_refused(kind: Any, value: Any) -> None:
    """A parameter of another type is a TypeError of the framework that names adapter, input and both types."""
    with pytest.raises(TypeError, match=rf"input 'value' of Made is declared as {kind.__name__} and got") as refused:
        echo(pm.Parameter(kind)).transform(value)
    assert isinstance(refused.value, TransformsError)


def test_output_parameters_are_checked() -> None:
    """An output parameter of another type is refused too."""
    with pytest.raises(InferenceTypeError, match="output 'out' of Made is declared as str"):
        adapter({}, {"out": pm.Parameter(str)}, predict=lambda self: 1).transform()


def test_omitted_parameter_takes_its_default() -> None:
    """A parameter that is not given takes the API's default, else that of ``predict``, else ``None``."""
    inputs = {"a": pm.Parameter(int, default=1), "b": pm.Parameter(int), "c": pm.Parameter(int)}
    made = adapter(inputs, {"out": pm.Parameter()}, predict=lambda self, c, a=7, b=2: (a, b, c))
    assert made.transform().out == (1, 2, None)


def test_arguments_are_bound_by_declared_names() -> None:
    """Too many, unknown, doubled and missing inputs are each refused with the declared names."""
    made = echo(pm.Pandas())
    with pytest.raises(InferenceTypeError, match="takes 1 inputs"):
        made.transform(FRAME, FRAME)
    with pytest.raises(InferenceTypeError, match="Did you mean 'value'"):
        made.transform(valu=FRAME)
    with pytest.raises(InferenceTypeError, match="twice"):
        made.transform(FRAME, value=FRAME)
    with pytest.raises(InferenceTypeError, match="needs its inputs 'value'"):
        made.transform()


def test_arrays_are_converted_and_checked() -> None:
    """A nested list becomes an array of the declared dtype; a shape that does not fit is refused."""
    made = echo(pm.Parameter(pm.NDArray([-1, 2], np.float32)))
    got = made.transform([[1, 2], [3, 4], [5, 6]]).out
    assert got.dtype == np.float32
    assert got.shape == (3, 2)
    for wrong in ([1, 2], [[1, 2, 3]], [["a", "b"]], "ab"):
        with pytest.raises(InferenceTypeError, match="input 'value' of Made"):
            made.transform(wrong)


def test_media_columns_are_converted_element_by_element() -> None:
    """A column of media references reaches ``predict`` as objects; the caller's frame is unchanged."""
    text = '{"mimeType": "a", "reference": {"mediaSetViewItem": {"mediaItemRid": "ri.mio.x"}}}'
    frame = pd.DataFrame({"m": [text]})
    item = echo(pm.Pandas([("m", pm.MediaReference)])).transform(frame).out["m"][0]
    assert item.media_item_rid == "ri.mio.x"
    assert frame["m"][0] == text
    single = echo(pm.MediaReference()).transform({"a": 1}).out
    assert isinstance(single, MediaItem)
    assert single.media_reference == '{"a": 1}'
    assert single.media_item_rid is None
    with pytest.raises(UnavailableError, match="Foundry's media service"):
        single.get_media_item_metadata()
    with pytest.raises(InferenceTypeError, match="names no item of a media set"):
        single.get_media_item()
    with pytest.raises(InferenceTypeError, match="not JSON"):
        echo(pm.MediaReference()).transform("plain")


def test_what_is_no_frame_is_refused() -> None:
    """A list, and a Spark DataFrame for pandas, are refused with what to do."""
    with pytest.raises(InferenceTypeError, match="declared as a table and got a list"):
        echo(pm.Pandas()).transform([1])
    with pytest.raises(InferenceTypeError, match="toPandas"):
        echo(pm.Pandas()).transform(DataFrame())


def test_spark_frames_pass_to_spark_inputs() -> None:
    """A Spark DataFrame reaches a Spark input as it is."""
    frame = DataFrame()
    assert echo(pm.Spark()).transform(frame).out is frame


def test_file_systems_objects_and_object_sets() -> None:
    """A dataset gives its file system; an object passes as itself, and only an ontology could look up a key."""
    assert echo(pm.FileSystem()).transform(LightweightLike()).out == "files"
    with pytest.raises(InferenceTypeError, match="pm.FileSystem"):
        echo(pm.FileSystem()).transform(FRAME)
    given = object()
    assert echo(pm.Object(object)).transform(given).out is given
    with pytest.raises(UnavailableError, match="ontology"):
        echo(pm.ObjectSet(object)).transform("ri.object-set")


class FileOutput:
    """Has what an output of a transform has."""

    def __init__(self) -> None:
        self.tables: list[Any] = []

    def write_table(self, frame: Any) -> None:
        self.tables.append(frame)

    def filesystem(self) -> FileOutput:
        return self


def test_transform_write_fills_outputs() -> None:
    """Tables are written into the outputs of their name, and file outputs are handed to ``run_inference``."""

    def run(self: Any, inputs: Any, outputs: Any) -> None:
        outputs.files.write_table("bytes")
        outputs.df_out.write(inputs.df_in)
        outputs.score.write(0.5)

    outputs = {"df_out": pm.Pandas(), "files": pm.FileSystem(), "score": pm.Parameter(float)}
    made = adapter({"df_in": pm.Pandas()}, outputs, run=run)
    table, files = FileOutput(), FileOutput()
    results = made.transform_write({"df_in": FRAME}, {"df_out": table, "files": files})
    assert table.tables == [FRAME] or table.tables[0] is FRAME
    assert files.tables == ["bytes"]
    assert results.score == 0.5
    with pytest.raises(AdapterError, match="transform_write"):
        made.transform(FRAME)
    with pytest.raises(AdapterError, match="no table or file system 'score'"):
        made.transform_write({"df_in": FRAME}, {"score": table})


class Legacy(pm.ModelAdapter):
    """Declares its API the older way, as an instance method."""

    def api(self) -> ModelApi:  # type: ignore[override]
        columns = [ModelApiColumn(name="x", type=float, required=True)]
        return ModelApi(
            inputs=[
                ModelInput.Tabular(name="df_in", df_type=DFType.PANDAS, columns=columns),
                ModelInput.Parameter("scale", float, 2.0),
            ],
            outputs=[ModelOutput.Tabular(name="df_out", columns=columns)],
        )

    def predict(self, df_in: Any, scale: float) -> Any:
        return df_in.assign(y=df_in["x"] * scale)


def test_legacy_api_of_an_instance_method_runs() -> None:
    """An adapter with a ``ModelApi`` from an instance method infers as any other."""
    assert Legacy().transform(pl.DataFrame(FRAME)).df_out["y"].tolist() == [2.0, 4.0]


def test_sklearn_adapter_predicts_the_same_after_a_round_trip(adapters: ModuleType, state: Path) -> None:
    """A fitted scikit-learn model predicts equally before and after it was saved."""
    from sklearn.linear_model import LinearRegression

    fitted = LinearRegression().fit(FRAME[["x"]], [3.0, 5.0])
    saved = save_adapter(adapters.Called(fitted), state)
    loaded: Any = load_adapter(state, saved.adapter, saved.sha256)
    assert loaded.model.predict(FRAME[["x"]]) == pytest.approx([3.0, 5.0])
    assert loaded.transform(LightweightLike()).df_out["y"].tolist() == [2.0, 4.0]
    assert "scikit-learn==" in saved.requirements


def test_a_failure_for_want_of_a_declared_column_names_it() -> None:
    """A column that is declared and not needed may be missing; one that is needed is told with the nearest there is."""

    class Doubling(pm.ModelAdapter):
        @pm.auto_serialize
        def __init__(self) -> None: ...

        @classmethod
        def api(cls) -> Any:
            return {"df_in": pm.Pandas([("width", float), ("unused", float)])}, {"df_out": pm.Pandas()}

        def predict(self, df_in: pd.DataFrame) -> pd.DataFrame:
            return df_in.assign(double=df_in["width"] * 2)

    fine = Doubling().transform(pd.DataFrame({"width": [1.0]})).df_out
    with pytest.raises(InferenceTypeError) as caught:
        Doubling().transform(pd.DataFrame({"Width": [1.0], "unused": [1.0]}))

    assert fine["double"].tolist() == [2.0]
    assert "'df_in' of Doubling has no 'width', which api() declares. Did you mean 'Width'?" in str(caught.value)
    assert isinstance(caught.value.__cause__, KeyError)
