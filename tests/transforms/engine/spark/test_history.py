"""Going back to what was, with tables that Spark wrote: rollback, builds as of a commit and differences."""

from __future__ import annotations

from typing import Any

import polars as pl

from tests.transforms.cli.conftest import shell
from tests.transforms.cli.test_rollback import built, put, rows

Shell = Any
__all__ = ["shell"]

COUNTED = """
    from pyspark.sql import functions as F
    from transforms.api import Input, Output, Pipeline, transform_df

    @transform_df(Output("/t/a"), raw=Input("/t/raw"))
    def twice(raw):
        return raw.select((F.col("x") * 2).alias("x"))

    pipeline = Pipeline()
    pipeline.add_transforms(twice)
"""


def test_what_spark_wrote_goes_back_and_what_was_is_read_by_it(shell: Shell, spark: Any) -> None:
    """And a version that was taken back can still be read, compared with, and built on."""
    shell.write(COUNTED)
    put(shell, 1)
    first = built(shell)["twice"]["seq"]
    put(shell, 2, 3)
    second = built(shell)["twice"]["seq"]
    assert rows(shell, "t/a") == [4, 6]
    assert shell.json("diff", "/t/a")["sample"] == {"added": [{"x": 4}, {"x": 6}], "removed": [{"x": 2}], "changed": []}

    assert shell.run("rollback", str(second)).exit_code == 0
    assert rows(shell, "t/a") == [2]
    table = str(shell.folder / ".transforms/master/datasets/t/a")
    assert spark.read.format("delta").load(table).collect()[0].x == 2
    assert sorted(pl.read_delta(table, version=1)["x"]) == [4, 6]

    assert built(shell, "--as-of", str(second))["twice"]["status"] == "committed"
    assert rows(shell, "t/a") == [4, 6]
    assert built(shell, "--as-of", str(first))["twice"]["status"] == "committed"
    assert rows(shell, "t/a") == [2]
    assert shell.json("lineage", "/t/a")["inputs"][0]["table_version"] == 0
