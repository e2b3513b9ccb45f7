"""A dataset as it will be once a change is committed, read before it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from transforms.engine.local.reading import scan_polars
from transforms.engine.local.types import arrow_to_polars, types_there
from transforms.store.change import TableChange, fields_of
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import polars as pl


def scan_changed(storage: Storage, change: TableChange, before: TableView | None) -> pl.LazyFrame:
    """Return the rows that a dataset will have.

    :param storage: where the staged files lie.
    :param change: the change.
    :param before: the dataset that it changes; None where there is none.
    """
    import polars as pl

    staged = _scan_staged(storage, change)
    if change.mode == "overwrite" or before is None:
        return staged
    return pl.concat([scan_polars(before), staged], how="diagonal_relaxed")


def _scan_staged(storage: Storage, change: TableChange) -> pl.LazyFrame:
    import polars as pl

    schema = {name: arrow_to_polars(kind) for name, kind in types_there(fields_of(change.schema)).items()}
    places: dict[tuple[tuple[str, str | None], ...], list[str]] = {}
    for file in change.files:
        if file.rows:
            place = str(storage.local(f"{change.table}/{file.path}"))
            places.setdefault(tuple(sorted(file.partition_values.items())), []).append(place)
    frames = [_partition(files, dict(values), schema) for values, files in places.items()]
    return pl.concat(frames, how="diagonal_relaxed") if frames else pl.LazyFrame(schema=schema)


def _partition(files: list[str], values: Mapping[str, str | None], schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """Return the rows of files that have the same partition values, which their names tell and not they themselves."""
    import polars as pl

    inside = {name: kind for name, kind in schema.items() if name not in values}
    frame = pl.scan_parquet(
        files,
        glob=False,
        hive_partitioning=False,
        schema=inside,
        missing_columns="insert",
        cast_options=pl.ScanCastOptions(
            integer_cast="upcast",
            float_cast="upcast",
            datetime_cast=["nanosecond-downcast"],
            missing_struct_fields="insert",
        ),
    )
    return frame.with_columns(pl.lit(value).cast(schema[name]).alias(name) for name, value in values.items())
