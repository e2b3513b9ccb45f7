"""Columns in a type that a person named, whatever they looked like; a value that does not fit is an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.errors import UsageError, nearest
from transforms.run.incoming.inferred_types import plain_numbers
from transforms.run.incoming.options import TableOptions

if TYPE_CHECKING:
    import polars as pl

_NUMBERS = {
    "byte": "Int8",
    "short": "Int16",
    "int": "Int32",
    "integer": "Int32",
    "long": "Int64",
    "bigint": "Int64",
    "float": "Float32",
    "double": "Float64",
}
_PLAIN = {"string": "String", "text": "String", "boolean": "Boolean", "date": "Date", "timestamp": "Datetime"}
_WRITTEN = re.compile(r"(?P<name>[a-z]+)\s*(?:\((?P<more>.*)\))?", re.IGNORECASE)
_YES, _NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


class Unfit(ValueError):
    """A value that does not fit the type.

    :param row: its row, from 0.
    :param value: the value.
    """

    def __init__(self, row: int, value: object) -> None:
        super().__init__(f"{value!r} in row {row + 1}")
        self.row = row
        self.value = value


def cast(column: pl.Series, kind: str, options: TableOptions) -> pl.Series:
    """Return a column in another type.

    :param column: the column.
    :param kind: the type: ``string``, ``boolean``, ``byte``, ``short``, ``integer``, ``long``, ``float``, ``double``,
        ``decimal(10,2)``, ``date``, ``timestamp``; ``date(%d.%m.%Y)`` and ``timestamp(%d.%m.%Y %H:%M)`` say how it is
        written.
    :param options: how numbers are written.
    :raises UsageError: if there is no such type.
    :raises Unfit: names the first value that is none of the type.
    """
    import polars as pl

    name, more = _parsed(kind)
    if name in ("string", "text"):
        return _fitting(column, column.cast(pl.String, strict=False))
    is_text = column.dtype == pl.String
    if name == "boolean" and is_text:
        lower = column.str.to_lowercase()
        made = pl.select(pl.when(lower.is_in(_YES)).then(True).when(lower.is_in(_NO)).then(False)).to_series()
        return _fitting(column, made.alias(column.name))
    if name in ("date", "timestamp"):
        if not is_text:
            return _fitting(column, column.cast(pl.Date if name == "date" else pl.Datetime("us"), strict=False))
        if name == "date":
            return _fitting(column, column.str.to_date(more or "%Y-%m-%d", strict=False))
        try:
            return _fitting(column, column.str.to_datetime(more, time_unit="us", strict=False, ambiguous="null"))
        except pl.exceptions.ComputeError as error:  # the first value is written in no way that is known
            row = int(column.is_not_null().arg_true()[0])
            raise Unfit(row, column[row]) from error
    numbers = plain_numbers(column, options) if is_text else column
    if name != "decimal":
        target = pl.Boolean if name == "boolean" else getattr(pl, _NUMBERS[name])
        made = numbers.cast(target, strict=False)
        return _fitting(column, made if is_text else made.set(_is_other(numbers, made), None))
    precision, scale = (int(part) for part in (more or "38,0").split(","))
    made = numbers.cast(pl.Decimal(precision, scale), strict=False)
    if is_text:
        made = made.set(~numbers.str.contains(rf"^[+-]?\d+(?:\.\d{{1,{scale}}}0*)?$" if scale else r"^[+-]?\d+$"), None)
    return _fitting(column, made)


def _parsed(kind: str) -> tuple[str, str | None]:
    found = _WRITTEN.fullmatch(kind.strip())
    name = found["name"].lower() if found else ""
    known = [*_PLAIN, *_NUMBERS, "decimal"]
    if found is None or name not in known:
        raise UsageError(f"{kind!r} is no type.{nearest(kind, known)} There are: {', '.join(known)}.")
    if found["more"] and name not in ("decimal", "date", "timestamp"):
        raise UsageError(f"{kind!r} is no type: {name} stands alone.")
    if name == "decimal" and found["more"] and not re.fullmatch(r"\s*[1-9]\d?\s*,\s*\d{1,2}\s*", found["more"]):
        raise UsageError(f"{kind!r} is no type: write decimal(10,2) for ten digits, two of them after the point.")
    return name, found["more"]


def _is_other(before: pl.Series, after: pl.Series) -> pl.Series:
    return (after.cast(before.dtype, strict=False) != before).fill_null(False)


def _fitting(before: pl.Series, after: pl.Series) -> pl.Series:
    lost = (after.is_null() & before.is_not_null()).arg_true()
    if len(lost):
        raise Unfit(int(lost[0]), before[int(lost[0])])
    return after
