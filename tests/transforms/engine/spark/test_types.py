"""Spark's column types as Delta has them; the others are refused by name, with what to do."""

from __future__ import annotations

import json

import pytest

from transforms.engine.spark.types import delta_schema, without_void
from transforms.errors import DataError

pytestmark = pytest.mark.usefixtures("spark")  # which a schema's text needs to be read


def struct(text: str):
    from pyspark.sql.types import StructType

    return StructType.fromDDL(text)


def test_every_column_is_nullable_and_described():
    from pyspark.sql.types import LongType, StructField, StructType

    schema = StructType(
        [StructField("a", LongType(), nullable=False, metadata={"comment": "old"}), StructField("b", LongType())]
    )
    fields = json.loads(delta_schema(schema, "/x", {"b": "the b"}))["fields"]
    assert fields == [
        {"name": "a", "type": "long", "nullable": True, "metadata": {}},
        {"name": "b", "type": "long", "nullable": True, "metadata": {"comment": "the b"}},
    ]


def test_nested_types_are_nullable_all_the_way():
    schema = struct("a array<struct<x: int not null, y: map<string, decimal(10,2)>>>, c char(3), v varchar(5)")
    text = delta_schema(schema, "/x", {})
    assert '"nullable": false' not in text
    assert '"containsNull": false' not in text
    kinds = {field["name"]: field["type"] for field in json.loads(text)["fields"]}
    assert (kinds["c"], kinds["v"]) == ("string", "string")


@pytest.mark.parametrize(
    ("ddl", "message"),
    [
        ("a interval day to second", "'a' has the type interval day to second.*number of seconds"),
        ("a interval year to month", "'a' has the type interval year to month"),
        ("a variant", "'a' has the type variant.*to_json"),
        ("A int, a int", "have one name"),
        ("`a b` int", "readers such as Spark refuse: 'a b'"),
        ("s struct<`a b`: int>", "inside column 's'"),
    ],
)
def test_what_delta_cannot_hold_is_refused_by_name(ddl, message):
    with pytest.raises(DataError, match=message):
        delta_schema(struct(ddl), "/x", {})


def test_vectors_of_spark_ml_are_refused_with_the_function_that_turns_them():
    from pyspark.ml.linalg import VectorUDT
    from pyspark.sql.types import StructField, StructType

    with pytest.raises(DataError, match="vector_to_array"):
        delta_schema(StructType([StructField("features", VectorUDT())]), "/x", {})


def test_a_frame_without_columns_is_refused():
    with pytest.raises(DataError, match="no columns"):
        delta_schema(struct(""), "/x", {})


def test_columns_of_nothing_but_nulls_have_the_type_that_the_dataset_has_else_text(spark):
    """Also inside of others, and whatever the columns are called."""
    frame = spark.sql("select null as `a.b`, null as n, array() as l, named_struct('x', null, 'y', 1) as s, 2 as kept")
    there = json.loads(delta_schema(struct("n bigint, l array<date>, s struct<x: double>"), "/x", {}))["fields"]
    found = without_void(frame, there)
    kinds = "string", "bigint", "array<date>", "struct<x:double,y:int>", "int"
    assert [kind for _, kind in found.dtypes] == list(kinds)
    assert found.collect()[0].asDict(recursive=True) == {
        "a.b": None,
        "n": None,
        "l": [],
        "s": {"x": None, "y": 1},
        "kept": 2,
    }
    fresh = without_void(frame, [])
    assert [kind for _, kind in fresh.dtypes] == ["string", "string", "array<string>", "struct<x:string,y:int>", "int"]
    plain = spark.range(1)
    assert without_void(plain, []) is plain
