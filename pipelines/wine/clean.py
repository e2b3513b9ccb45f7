"""Typed columns, and a split that is the same in every run."""

import polars as pl

from transforms.api import Input, Output, transform

DESCRIPTIONS = {
    "wine_id": "Number of the wine in the raw data",
    "cultivar": "Which of three cultivars the wine was made of: the label",
    "alcohol": "Percent by volume",
    "magnesium": "Milligrams per litre",
    "proline": "Milligrams per litre",
}


@transform.using(
    raw=Input("/examples/wine/raw"),
    train=Output("/examples/wine/train"),
    test=Output("/examples/wine/test"),
)
def wine_clean(raw, train, test):
    """Keep every fifth wine of each cultivar for the test."""
    wines = (
        raw.polars(lazy=True)
        .with_row_index("wine_id")
        .with_columns(pl.col("magnesium", "proline").cast(pl.Int32))
        .with_columns(place=pl.int_range(pl.len()).over("cultivar"))
    )
    held_out = pl.col("place") % 5 == 0
    train.write_table(wines.filter(~held_out).drop("place"), column_descriptions=DESCRIPTIONS)
    test.write_table(wines.filter(held_out).drop("place"), column_descriptions=DESCRIPTIONS)
