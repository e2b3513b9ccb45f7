"""A branch goes on from a partitioned dataset that Spark wrote."""

from __future__ import annotations

import pytest

from transforms.api import Output, transform


@pytest.mark.parametrize("has_delta", [True, False])
def test_a_branch_adds_partitions_to_those_of_the_branch_it_falls_back_to(
    has_delta, run_transform, spark_engine, monkeypatch
):
    """All readers find both, and the other branch stays as it is."""

    def adding(number):
        @transform(out=Output("/out"))
        def job(ctx, out):
            out.set_mode("append")
            rows = ctx.spark_session.sql(f"SELECT {number} AS a, explode(array('x', 'ä y', null)) AS p, 0.5BD AS d")
            out.write_dataframe(rows, partition_cols=["p", "d"])

        return job

    run_transform(adding(1))
    run_transform(adding(2))
    output = run_transform(adding(3), branch="dev").outputs["out"]
    monkeypatch.setattr(spark_engine, "_has_delta", has_delta)
    expected = sorted((number, p) for number in (1, 2, 3) for p in ("", "x", "ä y"))
    for rows in (output.arrow().to_pylist(), output.polars().to_dicts(), output.dataframe().toArrow().to_pylist()):
        assert sorted((row["a"], row["p"] or "") for row in rows) == expected
        assert {str(row["d"]) for row in rows} == {"0.5"}
    assert output.dataframe().where("p = 'ä y'").count() == 3
    assert run_transform(adding(4)).outputs["out"].polars().height == 9
