"""Outputs that a function returned without writing: an empty snapshot, as Foundry has it, and never without a word."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from transforms.api import Input, Output, OutputSet, transform
from transforms.errors import DataError, TransformsWarning
from transforms.store.store import Store
from transforms.testing import run_transform


def writing(value: Any, mode: str = "replace", alias: str = "/t/out") -> Any:
    """Return a transform that writes a frame, or returns it where it is told to."""

    @transform.using(out=Output(alias))
    def writes(out: Any) -> None:
        out.set_mode(mode)
        if value is not None:
            out.write_table(value)

    return writes


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with two rows in /t/out."""
    run_transform(writing(pl.DataFrame({"x": [1, 2]})), store=store)
    return store


def test_rows_that_become_none_are_counted(filled: Store) -> None:
    """The dataset keeps its columns, and whoever runs the job is told at the line of the call."""
    with pytest.warns(TransformsWarning) as told:
        result = run_transform(writing(None), store=filled)

    assert "returned without writing 'out' (/t/out): it had 2 rows, now 0" in str(told[0].message)
    assert told[0].filename == __file__
    assert result.outputs["out"].polars().schema == {"x": pl.Int64}
    assert result.outputs["out"].rows() == []
    assert result.entry is not None
    assert result.entry.outputs["dataset:/t/out"]["unwritten"] is True


@pytest.mark.parametrize("mode", ["append", "modify"])
@pytest.mark.filterwarnings("error")
def test_nothing_to_add_is_no_mistake(filled: Store, mode: str) -> None:
    """What was there is there."""
    assert run_transform(writing(None, mode), store=filled).outputs["out"].rows() == [{"x": 1}, {"x": 2}]


@pytest.mark.filterwarnings("error")
def test_a_frame_without_rows_is_written(filled: Store) -> None:
    """It was meant."""
    assert run_transform(writing(pl.DataFrame({"x": []})), store=filled).outputs["out"].rows() == []


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (pl.DataFrame({"x": [1]}), "a polars DataFrame"),
        (pl.LazyFrame({"x": [1]}), "a polars LazyFrame"),
        (pd.DataFrame({"x": [1]}), "a pandas DataFrame"),
        (pa.table({"x": [1]}), "a pyarrow Table"),
    ],
)
def test_a_returned_frame_is_named(frame: Any, kind: str) -> None:
    """Nothing takes it."""

    @transform.using(out=Output("/t/out"))
    def returns(out: Any) -> Any:
        return frame

    with pytest.warns(TransformsWarning, match=rf"{kind}, is ignored: use out.write_table\(df\)"):
        run_transform(returns)


@pytest.mark.filterwarnings("error")
def test_a_returned_frame_beside_a_written_one_is_nobodys_business(store: Store) -> None:
    """Much code ends with ``return output.write_dataframe(df)``, or gives the frame to its tests."""

    @transform.using(out=Output("/t/out"))
    def returns(out: Any) -> Any:
        frame = pl.DataFrame({"x": [1]})
        out.write_table(frame)
        return frame

    assert run_transform(returns, store=store).outputs["out"].rows() == [{"x": 1}]


def test_each_output_of_a_set_is_named() -> None:
    """One warning for each that was forgotten."""

    @transform.using(outs=OutputSet(["/t/a", "/t/b", "/t/c"]))
    def forgets(outs: Any) -> None:
        outs[1].write_table(pl.DataFrame({"x": [1]}))

    with pytest.warns(TransformsWarning) as told:
        run_transform(forgets)
    assert [("/t/a" in str(w.message), "/t/c" in str(w.message)) for w in told] == [(True, False), (False, True)]


@pytest.mark.parametrize("reader", ["polars", "pandas", "arrow"])
def test_a_reader_learns_why_there_is_nothing(store: Store, reader: str) -> None:
    """It is not blamed for what the transform before it left undone."""
    with pytest.warns(TransformsWarning, match="it is empty"):
        run_transform(writing(None), store=store)

    @transform.using(data=Input("/t/out"), after=Output("/t/after"))
    def reads(data: Any, after: Any) -> None:
        after.write_table(getattr(data, reader)())

    with pytest.raises(DataError, match="writes, which made it in commit #1, returned without writing it"):
        run_transform(reads, store=store)


def test_a_dataset_of_files_is_no_unwritten_one(store: Store) -> None:
    """Who reads rows from files is told so."""

    @transform.using(out=Output("/t/out"))
    def files(out: Any) -> None:
        with out.filesystem().open("a.txt", "w") as file:
            file.write("x")

    @transform.using(data=Input("/t/out"), after=Output("/t/after"))
    def reads(data: Any, after: Any) -> None:
        data.polars()

    run_transform(files, store=store)
    with pytest.raises(DataError, match="holds raw files"):
        run_transform(reads, store=store)
