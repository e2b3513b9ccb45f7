"""Spark's frames are told from all others without Spark."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

from transforms.common.frames import is_spark_frame

classic = type("DataFrame", (), {"__module__": "pyspark.sql.classic.dataframe"})
connect = type("DataFrame", (), {"__module__": "pyspark.sql.connect.dataframe"})


class Derived(classic):  # type: ignore[misc, valid-type]
    """What a project makes of Spark's own class."""


@pytest.mark.parametrize("frame", [classic(), connect(), Derived()], ids=["classic", "connect", "derived"])
def test_every_kind_of_sparks_frames_is_one(frame: object) -> None:
    """By the module and the name of its class, or of one that it is derived from."""
    assert is_spark_frame(frame)


@pytest.mark.parametrize(
    "other",
    [
        pd.DataFrame(),
        pl.DataFrame(),
        type("Column", (), {"__module__": "pyspark.sql.column"})(),
        type("DataFrame", (), {"__module__": "pyspark.pandas.frame", "toPandas": None})(),
        None,
    ],
    ids=["pandas", "polars", "a column", "pandas on Spark", "nothing"],
)
def test_what_is_no_frame_of_spark_is_none(other: object) -> None:
    """Neither other libraries' frames nor other things of Spark's."""
    assert not is_spark_frame(other)
