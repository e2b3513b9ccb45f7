"""What code and checks reveal of inputs: columns, types, values; and what cannot be told is said."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest

from transforms import expectations as E
from transforms.api import Check, Input, Output, transform, transform_df, transform_pandas, transform_polars
from transforms.spec.reveal.reading import revealed_inputs

F: Any = None  # Spark's functions, once a test runs


@pytest.fixture(scope="module", autouse=True)
def functions_of_spark() -> None:
    """Load what the code below names; collecting it loads no Spark."""
    global F
    F = pytest.importorskip("pyspark.sql.functions")


def told(made, name):
    """Return the type of each column of an input."""
    return {column: known.type for column, known in revealed_inputs(made)[name].columns.items()}


@transform_df(Output("/spark"), orders=Input("/orders"), shops=Input("/shops"))
def on_spark(orders, shops):
    paid = orders.filter((F.col("state") == "paid") & (orders.amount > 0.5)).withColumn("year", F.year("day"))
    named = paid.withColumnRenamed("shop_number", "shop").join(shops.select("shop", "town"), on="shop", how="left")
    return named.groupBy("year").agg(F.sum("amount").alias("total"))


@transform_polars(Output("/methods"), raw=Input("/raw"))
def by_methods(raw):
    return raw.filter(pl.col("name").str.len_chars() > 3, pl.col("gap").is_null() == True)  # noqa: E712


@transform.using(out=Output("/polars"), raw=Input("/raw"))
def on_polars(raw, out):
    frame = raw.polars().drop_nulls("celsius").with_columns(kelvin=pl.col("celsius") + 273.15)
    out.write_table(frame.filter(pl.col("kelvin") > 0).group_by("day").agg(pl.col("kelvin").mean()))


@transform_pandas(Output("/pandas"), people=Input("/people"))
def on_pandas(people):
    people["adult"] = people["age"] >= 18
    people = people[people["country"].isin(["at", "de"])]
    renamed = people[people["adult"]].rename(columns={"nickname": "name"})
    return renamed.assign(upper=renamed["name"].str.upper())


def test_columns_are_those_that_the_inputs_must_have():
    """Not those that are made on the way; types come from comparisons, functions and arithmetic."""
    assert told(on_spark, "orders") == {
        "state": "string",
        "amount": "double",
        "day": "timestamp",
        "shop_number": None,
    }
    assert told(on_spark, "shops") == {"shop": None, "town": None}
    assert told(on_polars, "raw") == {"celsius": "double", "day": None}
    assert told(by_methods, "raw") == {"name": "string", "gap": None}
    assert told(on_pandas, "people") == {"age": "long", "country": "string", "nickname": None}


def test_values_that_columns_are_compared_with_are_kept():
    """So that made-up rows can pass a filter."""
    assert revealed_inputs(on_pandas)["people"].columns["country"].values == ["at", "de"]
    assert revealed_inputs(on_spark)["orders"].columns["state"].values == ["paid"]


def test_checks_say_more_than_code():
    """Their types stand, whatever use the code makes of a column."""

    @transform_polars(
        Output("/checked"),
        raw=Input(
            "/raw",
            checks=[
                Check(E.primary_key("id"), "key"),
                Check(
                    E.schema().contains({"id": pl.Int32, "at": pl.Datetime("us"), "price": pl.Decimal(9, 2)}), "schema"
                ),
                Check(E.all(E.col("kind").is_in("a", "b"), E.col("share").lt(1.5)), "values", "WARN"),
            ],
        ),
    )
    def checked(raw):
        return raw.filter(pl.col("id") > 2.5)

    found = revealed_inputs(checked)["raw"].columns
    assert {name: column.type for name, column in found.items()} == {
        "id": "int",
        "at": "timestamp",
        "price": "Decimal(precision=9, scale=2)",
        "kind": "string",
        "share": "double",
    }
    assert found["id"].is_key
    assert found["kind"].values == ["a", "b"]


def test_windows_and_inputs_that_come_in_a_dictionary_are_read():
    """Windows of both libraries, also those that a variable holds; one that is not found is said."""
    Window = pytest.importorskip("pyspark.sql").Window

    @transform_df(Output("/windows"), **{"0": Input("/a"), "1": Input("/b"), "2": Input("/c")})
    def windows(**frames):
        newest = Window.partitionBy("key").orderBy(F.desc("updated"))
        ranked = frames["0"].withColumn("rank", F.row_number().over(newest)).filter(F.col("rank") == 1)
        summed = frames["1"].with_columns(pl.col("x").sum().over("group"))
        return ranked.union(summed), frames["2"].select(F.row_number().over(outside))

    assert told(windows, "0") == {"key": None, "updated": None}
    assert told(windows, "1") == {"x": "double", "group": None}
    assert list(revealed_inputs(windows)["2"].doubts) == ["the columns of the window outside were not read"]


outside = None
chosen = ["one"]


def test_functions_of_several_columns_are_read_and_sql_is_said():
    """Texts in them are columns; in an expression of SQL they are not taken apart."""

    @transform_df(Output("/several"), raw=Input("/raw"))
    def several(raw):
        return raw.select(F.coalesce("a", F.col("b")).alias("c"), F.expr("d + 1").alias("e"))

    assert told(several, "raw") == {"a": None, "b": None}
    assert list(revealed_inputs(several)["raw"].doubts) == ["conditions and expressions in SQL were not read"]


def adults(frame, *, least):
    """Choose rows."""
    if least:
        return frame.filter(pl.col("age") > 17)
    return adults(frame, least=least)


def test_functions_of_the_project_are_followed():
    """With what they give back, also into those that call themselves."""

    @transform_polars(Output("/followed"), people=Input("/people"))
    def followed(people):
        return adults(people.with_columns(made=1), least=True).select("name", "made")

    assert told(followed, "people") == {"age": "long", "name": None}


def test_what_cannot_be_told_is_said():
    """Other functions, columns of one of several frames, ``**`` and files."""

    @transform.using(
        out=Output("/doubts"), one=Input("/one"), two=Input("/two"), three=Input("/three"), rest=Input("/r")
    )
    def doubtful(one, two, three, out, **rest):
        frame = pl.concat([one.polars(), two.polars()])
        pl.sql_expr(three.polars())
        list(three.filesystem().ls())
        out.write_table(frame.select("either").select(*chosen))

    found = revealed_inputs(doubtful)
    assert list(found["one"].doubts) == [
        "column either is of one of one, two",
        "the columns that chosen names were not read",
    ]
    assert list(found["three"].doubts) == [
        "what pl.sql_expr() does with it was not read",
        "its files are read, whose content the code does not tell",
    ]
    assert list(found["rest"].doubts) == ["the function takes it by **rest and does not name it"]
    assert not any(revealed.columns for revealed in found.values())


def test_code_that_cannot_be_found_is_said():
    """As that of a function which was made of text."""
    space: dict[str, object] = {}
    exec("def made(raw):\n    return raw", space)
    made = transform_pandas(Output("/made"), raw=Input("/raw"))(space["made"])
    assert list(revealed_inputs(made)["raw"].doubts) == ["the code of the function cannot be read"]
    assert made(pd.DataFrame({"x": [1]})).x.to_list() == [1]
