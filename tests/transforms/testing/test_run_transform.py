"""The testing helpers themselves."""

from __future__ import annotations

import gc
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from transforms.api import Input, Output, transform, transform_polars
from transforms.errors import DataError, DeclarationError, NotFoundError
from transforms.testing import assert_table_equal, run_transform


@transform_polars(Output("/out"), raw=Input("/raw"))
def copy(raw):
    """Copy."""
    return raw


def test_a_run_without_a_store_has_one_of_its_own_that_goes_with_the_result():
    """Nothing is left behind."""
    result = run_transform(copy, {"raw": {"x": [1, 2]}})
    folder = Path(result.outputs["output"]._reader.view.uri)
    assert folder.exists()
    del result
    gc.collect()
    assert not folder.exists()


def test_inputs_may_be_files(tmp_path):
    """CSV, Parquet, NDJSON, and Delta tables; anything else is refused."""
    frame = pl.DataFrame({"x": [1, 2]})
    frame.write_csv(tmp_path / "a.csv")
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ndjson(tmp_path / "a.ndjson")
    frame.write_delta(str(tmp_path / "delta"))
    for name in ("a.csv", "a.parquet", "a.ndjson", "delta"):
        result = run_transform(copy, {"raw": tmp_path / name})
        assert_table_equal(result.outputs["output"], frame)
    with pytest.raises(DataError, match="no CSV"):
        run_transform(copy, {"raw": tmp_path / "missing.csv"})


def test_a_wrong_output_name_is_answered_with_the_nearest():
    """Also where the test reads what the job left."""
    result = run_transform(copy, {"raw": [{"x": 1}]})
    with pytest.raises(KeyError, match="no output 'outptu'. Did you mean 'output'"):
        _ = result.outputs["outptu"]


def test_what_was_not_given_must_be_in_the_store():
    """An input without data is an error and not an empty table."""
    with pytest.raises(NotFoundError, match="/raw"):
        run_transform(copy)


def test_only_transforms_are_run():
    """A plain function is refused."""
    with pytest.raises(DeclarationError, match="what a decorator made"):
        run_transform(lambda: None)


def test_the_fixtures_share_a_store(run_transform, store):
    """What one run wrote, the next one reads."""

    @transform.using(out=Output("/raw"))
    def first(out):
        out.write_table(pl.DataFrame({"x": [5]}))

    run_transform(first)
    assert run_transform(copy).outputs["output"].pandas()["x"].tolist() == [5]
    assert len(store.newest_entries(9)) == 2


def test_tables_are_compared_whatever_library_they_come_from():
    """Order counts unless told otherwise; a difference is an AssertionError."""
    rows = [{"x": 1}, {"x": 2}]
    assert_table_equal(rows, pd.DataFrame(rows))
    assert_table_equal(pl.DataFrame(rows).to_arrow(), rows[::-1], ignore_order=True)
    with pytest.raises(AssertionError):
        assert_table_equal(rows, rows[::-1])
