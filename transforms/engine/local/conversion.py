"""Columns as the types that they are stored as: each value stays what it is, or the column is refused.

One thing is cut, as the documentation says: what a time has beyond microseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.engine.local.types import is_list
from transforms.errors import DataError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


def stored_column(column: pa.ChunkedArray, kind: pa.DataType, name: str, what: str) -> pa.ChunkedArray:
    """Return a column as the type that it is stored as.

    :param column: the values.
    :param kind: what :func:`~transforms.engine.local.types.arrow_type` gave for their type.
    :param name: the column's name, for messages.
    :param what: the dataset, for messages.
    :raises DataError: if a value does not fit.
    """
    import pyarrow as pa

    try:
        return pa.chunked_array([_converted(chunk, kind) for chunk in column.chunks], kind)
    except (pa.ArrowException, ValueError, OverflowError, TypeError) as error:
        raise DataError(
            f"{what}: column {name!r} does not fit {kind}: {error}. Leave such values out, or make the column a text, for "
            f"example with .cast(str) or .astype(str)."
        ) from error


def stored_series(series: pl.Series, kind: pa.DataType, what: str) -> pl.Series:
    """Return a Polars series as the type that it is stored as; see :func:`stored_column`."""
    import polars as pl
    import pyarrow as pa

    array = series.to_arrow(compat_level=pl.CompatLevel.oldest())
    made = pl.from_arrow(stored_column(pa.chunked_array([array]), kind, series.name, what))
    assert isinstance(made, pl.Series)
    return made.rename(series.name)


def _converted(array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as t

    there = array.type
    if there == kind:
        return array
    if t.is_null(there):
        return pa.nulls(len(array), kind)
    if isinstance(there, pa.BaseExtensionType):
        return _converted(_unwrapped(array), kind)
    if t.is_dictionary(there):
        return _converted(array.dictionary_decode(), kind)
    if t.is_run_end_encoded(there):
        return _converted(pc.run_end_decode(array), kind)
    if t.is_map(there):
        return _map(array, kind)
    if is_list(there):
        offsets, values = _taken_apart(array)
        return pa.ListArray.from_arrays(offsets, _converted(values, kind.value_type), kind, mask=array.is_null())
    if t.is_struct(there):
        return _struct(array, kind)
    if t.is_timestamp(there):
        return _microseconds(array, kind)
    return array.cast(kind)  # what does not fit is an error


def _struct(array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as t

    if array.type.num_fields:
        parts = [_converted(array.field(index), kind.field(index).type) for index in range(kind.num_fields)]
    elif t.is_struct(kind):
        parts = [pa.nulls(len(array), kind.field(index).type) for index in range(kind.num_fields)]
    else:
        return pc.if_else(array.is_valid(), pa.scalar("{}"), pa.scalar(None, pa.string()))
    return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())


def _map(array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    entries = array.cast(pa.list_(pa.struct([("key", array.type.key_type), ("value", array.type.item_type)])))
    offsets, pairs = _taken_apart(entries)
    keys, items = _converted(pairs.field(0), kind.key_type), _converted(pairs.field(1), kind.item_type)
    return pa.MapArray.from_arrays(offsets, keys, items, kind, mask=array.is_null())


def _taken_apart(array: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the offsets of a list array of any layout, from 0 on, and the values in them, those of null lists left out."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    offsets = np.zeros(len(array) + 1, np.int64)
    np.cumsum(pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False), out=offsets[1:])
    return pa.array(offsets).cast(pa.int32()), array.flatten()


def _microseconds(array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if array.type.unit != "ns":
        return array.cast(kind)
    try:
        return array.cast(kind)
    except pa.ArrowInvalid:  # it has nanoseconds, which are cut: down, also before 1970
        ticks = array.cast(pa.int64())
        whole = pc.divide(ticks, 1000)  # towards 1970
        return pc.if_else(pc.less(ticks, pc.multiply(whole, 1000)), pc.subtract(whole, 1), whole).cast(kind)


def _unwrapped(array: Any) -> pa.Array:
    import pyarrow as pa

    kind = array.type.extension_name
    if kind == "arrow.uuid":
        return pa.array([None if value is None else str(value) for value in array.to_pylist()], pa.string())
    return array.storage.cast(pa.bool_()) if kind == "arrow.bool8" else array.storage
