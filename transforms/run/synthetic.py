"""Synthetic rows for an input, from what is known of its columns: a pure function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from transforms.errors import DataError
from transforms.spec.reveal.columns import Column, Revealed

_POLARS: dict[str, pl.DataType] = {
    "boolean": pl.Boolean(),
    "int": pl.Int32(),
    "long": pl.Int64(),
    "float": pl.Float32(),
    "double": pl.Float64(),
    "string": pl.String(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us", "UTC"),
}
_FIRST_DAY = date(2026, 1, 1)
_NUMBERS = ("int", "long", "float", "double")


def synthetic_rows(revealed: Revealed, rows: int) -> pl.DataFrame:
    """Return synthetic rows, the same at each call.

    Values that the code compares a column with occur, numbers also with their neighbours, so that conditions hold for some rows
    and not for others. Columns of one name have the same values in every input, so that joins find something.

    :param revealed: what is known of the columns. One whose type nothing tells becomes text.
    :param rows: how many rows.
    :raises DataError: if nothing is known, or a check declares another type than these few.
    """
    if not revealed.columns:
        raise DataError("the code tells none of its columns")
    odd = {name: column.type for name, column in revealed.columns.items() if column.type not in (None, *_POLARS)}
    if odd:
        told = ", ".join(f"{name} {type}" for name, type in odd.items())
        raise DataError(f"synthetic rows have simple types only, and it has {told}")
    return pl.DataFrame(
        [
            pl.Series(name, [_value(name, column, row) for row in range(rows)], _POLARS[column.type or "string"])
            for name, column in revealed.columns.items()
        ]
    )


def _value(name: str, column: Column, row: int) -> Any:
    type = column.type or "string"
    met = [] if column.is_key else _met(column.values, type, name)
    return met[row % len(met)] if met else _COUNTED[type](name, row)


def _met(values: list[Any], type: str, name: str) -> list[Any]:
    """Return values that were met in comparisons, as the column's type, and such as differ from them."""
    if type in _NUMBERS:
        numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
        whole = type in ("int", "long")
        return [int(value) + step if whole else float(value) + step for value in numbers for step in (1, 0, -1)]
    if type == "string":
        texts = [value for value in values if isinstance(value, str)]
        return [*texts, f"{name}-other"] if texts else []
    return []


_COUNTED: dict[str, Callable[[str, int], Any]] = {
    "boolean": lambda _, row: row % 2 == 0,
    "int": lambda _, row: row + 1,
    "long": lambda _, row: row + 1,
    "float": lambda _, row: row + 1.5,
    "double": lambda _, row: row + 1.5,
    "string": lambda name, row: f"{name}-{row + 1}",
    "date": lambda _, row: _FIRST_DAY + timedelta(days=row),
    "timestamp": lambda _, row: datetime.combine(_FIRST_DAY, datetime.min.time()) + timedelta(days=row),
}
