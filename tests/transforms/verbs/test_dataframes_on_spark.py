"""The verbs that real code takes from ``transforms.verbs.dataframes``, on Spark."""

from __future__ import annotations

import pytest

from transforms.errors import DataError, UsageError
from transforms.verbs.dataframes import sanitize_schema_for_parquet, union_many


def rows(frame):
    return [row.asDict(recursive=True) for row in frame.collect()]


def test_strict_takes_the_same_columns_in_any_order(spark) -> None:
    one, two = spark.sql("SELECT 1 AS a, 'x' AS b"), spark.sql("SELECT 'y' AS b, 2 AS A")

    assert rows(union_many(one, two, spark_session=spark)) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_strict_says_which_frame_has_other_columns(spark) -> None:
    same, other = spark.sql("SELECT 1 AS a, 2 AS b"), spark.sql("SELECT 1 AS a, 3 AS c")

    with pytest.raises(DataError, match="DataFrame 3 lacks 'b' and adds 'c'"):
        union_many(same, same, other)


def test_wide_fills_and_narrow_drops(spark) -> None:
    one, two = spark.sql("SELECT 1 AS `a.x`, 2 AS b"), spark.sql("SELECT 3 AS `a.x`, 4 AS c")

    assert rows(union_many(one, two, how="wide"))[1] == {"a.x": 3, "b": None, "c": 4}
    assert rows(union_many(one, two, how="narrow")) == [{"a.x": 1}, {"a.x": 3}]


def test_a_word_that_is_no_way_and_no_frames_are_refused(spark) -> None:
    with pytest.raises(UsageError, match="'strict', 'wide' or 'narrow'"):
        union_many(spark.range(1), how="loose")
    with pytest.raises(UsageError, match="at least one"):
        union_many()


def test_names_become_what_parquet_takes_also_inside(spark, tmp_path) -> None:
    frame = spark.sql(
        "SELECT 1 AS `a b`, named_struct('x;y', 2, 'z', array(named_struct('p(q)', 3))) AS `s=`, map('k', "
        "named_struct('m n', 4)) AS `m`, 5 AS `dots.stay`"
    )

    safe = sanitize_schema_for_parquet(frame)

    assert rows(safe) == [
        {"a_b": 1, "s_": {"x_y": 2, "z": [{"p_q_": 3}]}, "m": {"k": {"m_n": 4}}, "dots.stay": 5},
    ]
    safe.write.parquet(str(tmp_path / "out"))


def test_two_names_that_become_the_same_are_refused(spark) -> None:
    with pytest.raises(DataError, match="'a b' and 'a;b' of the frame would both be 'a_b'"):
        sanitize_schema_for_parquet(spark.sql("SELECT 1 AS `a b`, 2 AS `a;b`"))
