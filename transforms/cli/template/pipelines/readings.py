"""Daily means of a thermometer."""

import polars as pl
from transforms import expectations as E
from transforms.api import Check, Input, Output, transform


@transform.using(
    means=Output(
        "/sample/daily_means",
        checks=[
            Check(E.primary_key("day"), "one row a day"),
            Check(E.all(E.col("celsius").gt(-90), E.col("celsius").lt(60)), "weather on Earth", on_error="WARN"),
        ],
    ),
    readings=Input("/sample/readings"),
)
def daily_means(readings, means):
    """Leave out what the thermometer missed."""
    frame = readings.polars()
    means.write_table(
        frame.drop_nulls("celsius").group_by("day").agg(pl.col("celsius").mean()).sort("day"),
        column_descriptions={"celsius": "mean of the day, in degrees Celsius"},
    )
