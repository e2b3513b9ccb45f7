"""Which library a frame is of, told without importing that library."""

from __future__ import annotations


def is_spark_frame(value: object) -> bool:
    """Whether a value is a Spark DataFrame, classic or Connect, or of a class that somebody derived from it."""
    return any(
        kind.__module__.startswith("pyspark.sql") and kind.__name__ == "DataFrame" for kind in type(value).__mro__
    )
