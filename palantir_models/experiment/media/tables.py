"""What may be logged as a table, as the Parquet that is stored."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.experiment.errors import ExperimentError, ExperimentLimitError, ExperimentTypeError
from palantir_models.experiment.limits import advice
from palantir_models.experiment.media.portable import portable
from palantir_models.experiment.names import storable
from transforms.common.paths import shown
from transforms.engine.local.types import polars_to_arrow
from transforms.engine.local.writing import arrow_of_pandas
from transforms.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


class Table(NamedTuple):
    """A logged table as it is stored.

    Attributes:
        description: its description, if any.
        row_count: how many rows it has.
        columns: a JSON list of the name and Arrow type of each column.
        parquet: its rows, a whole Parquet file.
    """

    description: str | None
    row_count: int
    columns: str
    parquet: bytes


def encoded(name: str, table: object, description: str | None, rows: int) -> Table:
    """Return a pandas or Polars table as it is stored, a copy as of now.

    Column names become ``str``; those of several levels are joined with ``/``. A pandas index that only
    counts rows from 0 is dropped, any other becomes columns in front, as ``reset_index`` names them.

    :param name: the table's name, for messages.
    :param table: a pandas or Polars ``DataFrame``.
    :param description: kept beside the table.
    :param rows: most rows it may have.
    :returns: the stored form.
    :raises ExperimentTypeError: for another type.
    :raises ExperimentError: for columns of one name, or values that Parquet cannot hold.
    :raises ExperimentLimitError: for more rows than allowed.
    """
    if (pandas := sys.modules.get("pandas")) and isinstance(table, pandas.DataFrame):
        return _stored(name, _from_pandas, table, description, rows)
    if (polars := sys.modules.get("polars")) and isinstance(table, polars.DataFrame):
        return _stored(name, _from_polars, table, description, rows)
    kind = type(table)
    raise ExperimentTypeError(
        f"Table {name!r} must be a pandas or Polars DataFrame, not {kind.__module__}.{kind.__qualname__}."
        f"{_ADVICE.get(kind.__name__, '')}"
    )


_ADVICE = {"LazyFrame": " Pass table.collect().", "Series": " Pass series.to_frame()."}


def _stored(name: str, convert: Any, table: Any, description: str | None, rows: int) -> Table:
    height = table.shape[0]
    if height > rows:
        raise ExperimentLimitError(
            f"Table {name!r} has {height:,} rows and may have {rows:,}. Log a part of it, or {advice('table_rows')}."
        )
    try:
        arrow = portable(convert(name, table), f"Table {name!r}")
        columns = json.dumps([{"name": field.name, "type": str(field.type)} for field in arrow.schema])
        return Table(description, height, columns, _parquet(arrow))
    except ExperimentError:
        raise
    except DataError as error:
        raise ExperimentError(str(error)) from error
    except (ValueError, TypeError, NotImplementedError, OverflowError, OSError) as error:  # of PyArrow, for its Parquet
        raise ExperimentError(
            f"Table {name!r} cannot be stored as Parquet: {shown(str(error))}. Give each column values of one type, "
            "for example with table[column].astype(str)."
        ) from error


def _from_pandas(name: str, table: Any) -> pa.Table:
    import pandas as pd

    if not _counts_rows(table.index):
        table = table.reset_index(allow_duplicates=True)
    table = table.set_axis(_names(name, table.columns), axis=1)
    for column, dtype in table.dtypes.items():
        kind = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
        if isinstance(kind, pd.PeriodDtype):  # to other readers a number
            table = table.assign(**{column: table[column].astype(kind).astype("string")})
        elif isinstance(kind, pd.IntervalDtype):  # as pd.cut gives it, in categories, Arrow does not have it
            table = table.assign(**{column: table[column].astype(kind)})
    return arrow_of_pandas(table, f"Table {name!r}")


def _counts_rows(index: Any) -> bool:
    return type(index).__name__ == "RangeIndex" and (index.start, index.step, index.name) == (0, 1, None)


def _from_polars(name: str, table: Any) -> pa.Table:
    import polars

    _names(name, table.columns)
    polars_to_arrow(table.schema, f"Table {name!r}")  # refuses what would be addresses in memory
    return table.to_arrow(compat_level=polars.CompatLevel.oldest())


def _names(name: str, columns: Any) -> list[str]:
    """Return a table's column names as text, refusing names that are not distinct."""
    texts = [
        storable(f"A column name of table {name!r}", "/".join(str(part) for part in column if str(part)))
        if isinstance(column, tuple)
        else storable(f"A column name of table {name!r}", str(column))
        for column in columns
    ]
    twice = [text for text, count in Counter(texts).items() if count > 1]
    if twice:
        raise ExperimentError(
            f"Table {name!r} has more than one column named {', '.join(map(repr, twice))} "
            "(names are compared as text, and a pandas index counts as a column): rename them."
        )
    return texts


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
