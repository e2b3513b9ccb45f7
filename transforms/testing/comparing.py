"""Whether two tables hold the same rows, and where they differ, in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from transforms.common.text import counted
from transforms.errors import DataError, nearest
from transforms.testing.frames import as_frame

if TYPE_CHECKING:
    import polars as pl

_REL_TOL, _ABS_TOL = 1e-5, 1e-8
_SHOWN = 10
_LONGEST = 80
_KINDS = {"Boolean": "truth values", "Date": "dates", "Datetime": "times", "Struct": "structs", "Binary": "bytes"}


def assert_table_equal(left: Any, right: Any, *, ignore_order: bool = False) -> None:
    """Assert that two tables hold the same rows, whatever library each comes from.

    Columns must have the same names in the same order, and values of one kind: numbers are numbers, whatever their types, and
    neither texts nor truth values. Floats are equal that differ by a hundred-thousandth of their size at most; NaN equals NaN.

    :param left: a table in any form that :func:`run_transform` takes as input, or one of its outputs.
    :param right: the other one, which is what is expected.
    :param ignore_order: whether rows may come in another order.
    :raises AssertionError: says where they differ.
    :raises DataError: if one of them is no table.
    """
    __tracebackhide__ = True
    one, other = _polars(left), _polars(right)
    if differences := _differences(one, other, ignore_order):
        raise AssertionError("\n".join(["The tables differ.", *differences]))


def _differences(left: pl.DataFrame, right: pl.DataFrame, ignore_order: bool) -> list[str]:
    """Return what differs, a line each."""
    if lines := _in_columns(left.columns, right.columns) or _in_kinds(left, right):
        return lines
    if left.schema == right.schema and left.equals(right):  # the way that is short for many rows
        return []
    return _in_any_order(left.rows(), right.rows(), left.columns) if ignore_order else _in_rows(left, right)


def _in_columns(left: Sequence[str], right: Sequence[str]) -> list[str]:
    missing = [name for name in right if name not in left]
    unexpected = [name for name in left if name not in right]
    lines = [f"Column {name!r} is missing on the left.{nearest(name, unexpected)}" for name in missing]
    lines += [f"Column {name!r} is missing on the right.{nearest(name, missing)}" for name in unexpected]
    if not lines and list(left) != list(right):
        lines.append(
            f"The columns are in another order: {', '.join(left)} on the left, {', '.join(right)} on the right."
        )
    return lines


def _in_kinds(left: pl.DataFrame, right: pl.DataFrame) -> list[str]:
    lines = []
    for name in left.columns:
        one, other = (_kind(frame[name]) for frame in (left, right))
        if one is not None and other is not None and one != other:
            lines.append(f"Column {name!r} holds {one} on the left, {other} on the right.")
    return lines


def _kind(column: pl.Series) -> str | None:
    """Return what a column holds; None where that is nothing but nulls, which are of every kind."""
    import polars as pl

    kind = column.dtype
    if column.null_count() == len(column):
        return None
    if kind.is_numeric():
        return "numbers"
    if isinstance(kind, (pl.String, pl.Categorical, pl.Enum)):
        return "texts"
    if isinstance(kind, (pl.List, pl.Array)):
        return "lists"
    return _KINDS.get(type(kind).__name__, f"values of type {type(kind).__name__}")


def _in_rows(left: pl.DataFrame, right: pl.DataFrame) -> list[str]:
    found = []
    for number, (one, other) in enumerate(zip(left.iter_rows(), right.iter_rows(), strict=False), 1):
        cells = [
            f"{name} {_shown(a)} != {_shown(b)}"
            for name, a, b in zip(left.columns, one, other, strict=True)
            if not _is_same(a, b)
        ]
        if cells:
            found.append(f"Row {number}: {', '.join(cells)}")
    lines = _first(found, "row differs", "rows differ")
    if left.height != right.height:
        longer, side = (left, "left") if left.height > right.height else (right, "right")
        rest = longer.rows()[min(left.height, right.height) :]
        lines.append(f"The left has {counted(left.height, 'row')}, the right {right.height:,}.")
        lines += _only(rest, longer.columns, side)
    return lines


def _in_any_order(left: list[tuple[Any, ...]], right: list[tuple[Any, ...]], columns: Sequence[str]) -> list[str]:
    """Return the rows of which either side has more; those that only nearly are the same go with each other."""
    there = Counter(map(repr, right))
    unmatched = []
    for row in left:
        if there[repr(row)]:
            there[repr(row)] -= 1
        else:
            unmatched.append(row)
    rest = []
    for row in right:
        if there[repr(row)]:
            there[repr(row)] -= 1
            rest.append(row)
    only_left = []
    for row in unmatched:
        same = next((other for other in rest if _is_same(row, other)), None)
        if same is None:
            only_left.append(row)
        else:
            rest.remove(same)
    lines = []
    if len(left) != len(right):
        lines.append(f"The left has {counted(len(left), 'row')}, the right {len(right):,}.")
    return lines + _only(only_left, columns, "left") + _only(rest, columns, "right")


def _only(rows: Sequence[tuple[Any, ...]], columns: Sequence[str], side: str) -> list[str]:
    shown = [f"Only on the {side}: {', '.join(map(_pair, columns, row))}" for row in rows]
    return _first(shown, f"row is only on the {side}", f"rows are only on the {side}")


def _first(lines: list[str], one: str, several: str) -> list[str]:
    left = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"… {left:,} more {one if left == 1 else several}."] if left > 0 else [])


def _pair(name: str, value: Any) -> str:
    return f"{name}={_shown(value)}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        try:
            both = math.isnan(left) and math.isnan(right)
            return both or math.isclose(left, right, rel_tol=_REL_TOL, abs_tol=_ABS_TOL)
        except TypeError:
            return False
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_is_same(value, right[name]) for name, value in left.items())
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(_is_same, left, right))
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _polars(data: Any) -> pl.DataFrame:
    import polars as pl

    frame = as_frame(data)
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if type(frame).__module__.startswith("pandas"):
        frame = pl.from_pandas(frame)
    if type(frame).__module__.startswith("pyarrow"):
        frame = pl.from_arrow(frame)
    if callable(getattr(frame, "pl", None)):  # DuckDB's
        frame = frame.pl()
    if not isinstance(frame, pl.DataFrame):
        raise DataError(f"assert_table_equal() compares tables; got {type(data).__qualname__}.")
    return frame
