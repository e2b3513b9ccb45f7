"""Virtual tables: tables of the store, under their aliases and with their calls."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.api import (
    IncrementalTableTransformInput,
    Input,
    Output,
    TableTransformInput,
    incremental,
    transform,
    transform_pandas,
)
from transforms.errors import MisuseError, UnavailableError, UsageError
from transforms.tables import TableInput, TableOutput

ROWS = [{"x": 1}]


@transform(table=TableInput("/virtual"), out=TableOutput("/written", "ri.source", {"schema": "s"}))
def copied(table: TableTransformInput, out) -> None:
    assert isinstance(table, TableTransformInput)
    out.write_pandas(table.pandas())


def test_a_table_is_read_and_written_as_a_dataset_is(run_transform) -> None:
    assert run_transform(copied, {"table": ROWS}).outputs["out"].rows() == ROWS

    @transform.using(table=TableInput("/written"), out=Output("/out"))
    def light(table, out) -> None:
        out.write_table(table.polars())

    assert run_transform(light).outputs["out"].rows() == ROWS
    assert run_transform(transform_pandas(Output("/out"), t=TableInput("/written"))(lambda t: t)).status == "committed"


def test_a_table_is_a_spark_frame(run_transform, spark) -> None:
    @transform(table=TableInput("/virtual"), out=Output("/out"))
    def compute(table, out) -> None:
        assert (table.path, table.branch) == ("/virtual", "master")
        out.write_dataframe(table.dataframe())

    assert run_transform(compute, {"table": ROWS}).outputs["out"].rows() == ROWS


def test_an_incremental_run_reads_what_is_new_on_spark(run_transform, spark) -> None:
    seen = []

    @transform.using(rows=Input("/rows"), out=Output("/virtual"))
    def grown(rows, out) -> None:
        out.set_mode("append")
        out.write_table(rows.polars())

    @incremental()
    @transform(table=TableInput("/virtual"), out=Output("/out"))
    def compute(table, out) -> None:
        assert isinstance(table, IncrementalTableTransformInput)
        seen.append((table.dataframe().count(), table.dataframe("current").count(), table.from_version is not None))
        out.write_dataframe(table.dataframe())
        with pytest.raises(UnavailableError, match="Iceberg"):
            table.changelog()

    run_transform(grown, {"rows": ROWS})
    run_transform(compute)
    run_transform(grown)
    run_transform(compute)

    assert seen == [(1, 1, False), (1, 2, True)]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda t: t.catalog, ValueError, "in no catalog"),
        (lambda t: t.identifier, ValueError, "no identifier"),
        (lambda t: t.dataframe(options={"a": "b"}), UsageError, "leave the options out"),
        (lambda t: t.panda(), MisuseError, "Did you mean 'pandas'"),
    ],
)
def test_what_only_other_systems_have_is_refused_at_the_call(run_transform, call, error, says: str) -> None:
    @transform(table=TableInput("/virtual"), out=Output("/out"))
    def compute(table, out) -> None:
        call(table)

    with pytest.raises(error, match=says):
        run_transform(compute, {"table": pl.DataFrame(ROWS)})
