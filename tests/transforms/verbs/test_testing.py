"""Tests as Foundry repositories have them: a runner over frames, frames by position, and mocks in the place of datasets."""

from __future__ import annotations

from unittest.mock import MagicMock

import pandas as pd
import polars as pl
import pytest

from transforms.api import Input, Output, Pipeline, transform, transform_df, transform_pandas, transform_polars
from transforms.errors import NotFoundError
from transforms.verbs.testing.datastores import InMemoryDatastore
from transforms.verbs.testing.TransformRunner import TransformRunner


@transform_polars(Output("/clean"), raw=Input("/raw"))
def clean(raw):
    """Drop what has no value."""
    return raw.drop_nulls()


@transform_pandas(Output("/total"), rows=Input("/clean"))
def total(rows):
    """Sum up."""
    return pd.DataFrame({"x": [rows["x"].sum()]})


@pytest.fixture
def runner():
    """Both, with rows for what they read from outside."""
    pipeline = Pipeline()
    pipeline.add_transforms(total, clean)
    datastore = InMemoryDatastore()
    datastore.store_dataframe(clean.inputs["raw"].alias, pd.DataFrame({"x": [1.0, None, 2.0]}))
    return TransformRunner(pipeline, datastore=datastore)


def test_a_dataset_is_built_with_what_it_needs(runner) -> None:
    """Of what the test has not stored itself."""
    assert runner.build_dataset(None, "/total").to_dicts() == [{"x": 3.0}]
    runner._datastore.store_dataframe("/clean", [{"x": 10.0}])
    assert runner.build_dataset(None, "/total").to_dicts() == [{"x": 10.0}]
    assert repr(runner._datastore) == "<InMemoryDatastore: /clean, /raw, /total>"


def test_what_is_not_there_is_told(runner) -> None:
    with pytest.raises(NotFoundError, match="No transform of the pipeline makes /totl. Did you mean '/total'"):
        runner.build_dataset(None, "/totl")
    alone = Pipeline()
    alone.add_transforms(clean)
    with pytest.raises(NotFoundError, match="/raw"):
        TransformRunner(alone).build_dataset(None, "/clean")


def test_spark_frames_go_in_and_come_out(needs_spark, spark_session) -> None:
    @transform_df(Output("/adults"), people=Input("/people"))
    def adults(people):
        return people.filter("age >= 18")

    pipeline = Pipeline()
    pipeline.add_transforms(adults)
    datastore = InMemoryDatastore()
    people = spark_session.createDataFrame([("Ann", 30), ("Bo", 5)], "name string, age int")
    datastore.store_dataframe(adults.inputs["people"].alias, people)
    built = TransformRunner(pipeline, datastore=datastore).build_dataset(spark_session, "/adults")
    assert [row.asDict() for row in built.collect()] == [{"name": "Ann", "age": 30}]


def test_a_function_is_called_with_frames_by_their_places() -> None:
    """As it was written; nothing is read or written."""
    frame = pl.DataFrame({"x": [1, None]})
    assert clean(frame).to_dicts() == clean(raw=frame).to_dicts() == [{"x": 1}]


def test_mocks_stand_for_datasets() -> None:
    """By place or by name, with a context where the function has one."""

    @transform.using(results=Output("/results"), aircraft=Input("/aircraft"))
    def compute(ctx, results, aircraft):
        if not ctx.is_incremental:
            results.write_table(aircraft.polars().filter(pl.col("year") > 2000))

    frame = pl.DataFrame({"year": [1999, 2001]})
    for given in (lambda *mocks: compute(*mocks), lambda c, o, i: compute(c, aircraft=i, results=o)):
        context, output, aircraft = MagicMock(is_incremental=False), MagicMock(), MagicMock()
        aircraft.polars.return_value = frame
        given(context, output, aircraft)
        (written,), _ = output.write_table.call_args
        assert written.to_dicts() == [{"year": 2001}]


def test_methods_of_an_input_and_an_output_are_put_there_by_a_test() -> None:
    """On objects that the test makes without an alias."""

    @transform(results=Output("/results"), aircraft=Input("/aircraft"))
    def compute(results, aircraft):
        results.write_dataframe(aircraft.dataframe().query("year > 2000"))

    results, aircraft = Output(), Input()
    results.write_dataframe = MagicMock()
    aircraft.dataframe = MagicMock(return_value=pd.DataFrame({"year": [1999, 2001]}))
    compute(results=results, aircraft=aircraft)
    assert results.write_dataframe.call_args[0][0]["year"].tolist() == [2001]
    assert set(compute.compute(results=results, aircraft=aircraft)) == {"results"}
