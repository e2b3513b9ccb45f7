"""The digits as scikit-learn ships them."""

import polars as pl
from sklearn.datasets import load_digits

from transforms.api import Output, transform


@transform.using(raw=Output("/examples/digits/raw"))
def digits_raw(raw):
    """Write 1,797 digits of 8 x 8 pixels, each pixel from 0 to 16."""
    bunch = load_digits()
    raw.write_table(
        pl.DataFrame(
            {
                "digit_id": range(len(bunch.target)),
                "pixels": bunch.data.astype("int8").tolist(),
                "digit": bunch.target.astype("int32"),
            }
        ).with_columns(pl.col("pixels").cast(pl.List(pl.Int8))),
        column_descriptions={"pixels": "64 values from 0 to 16, row by row", "digit": "What was written: the label"},
    )
