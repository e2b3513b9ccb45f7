"""Which column types Delta can hold, and the nearest type for those it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.errors import DataError
from transforms.store.columns import check_names

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_ADVICE = {
    "null": "it holds nothing but nulls, so its type is unknown: cast it, for example to a string",
    "time": "Delta has no time of day: keep it as a string, or as a number of microseconds",
    "duration": "Delta has no durations: keep it as a number of microseconds",
    "int128": "Delta's integers end at 64 bits: cast it to Int64 or to Decimal",
    "object": "it holds Python objects: convert it to numbers, strings or a struct",
}


def polars_type(dtype: pl.DataType, column: str, what: str) -> pl.DataType:
    """Return the Polars type that a column is stored as.

    :raises DataError: if Delta can hold nothing like it; names the column.
    """
    import polars as pl

    widened: dict[pl.DataType, pl.DataType] = {
        pl.UInt8(): pl.Int16(),
        pl.UInt16(): pl.Int32(),
        pl.UInt32(): pl.Int64(),
        pl.UInt64(): pl.Int64(),
    }
    if dtype in widened:
        return widened[dtype]
    if isinstance(dtype, pl.Datetime):
        return pl.Datetime("us", "UTC" if dtype.time_zone else None)
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        return pl.String()
    if isinstance(dtype, (pl.List, pl.Array)):
        return pl.List(polars_type(_instance(dtype.inner), column, what))
    if isinstance(dtype, pl.Struct):
        check_names((field.name for field in dtype.fields), f"{what}, inside column {column!r}")
        return pl.Struct({f.name: polars_type(_instance(f.dtype), f"{column}.{f.name}", what) for f in dtype.fields})
    kept = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Float32, pl.Float64, pl.Boolean, pl.String, pl.Binary, pl.Date)
    if isinstance(dtype, (*kept, pl.Decimal)):
        return dtype
    if str(dtype) == "Float16":
        return pl.Float32()
    raise _unstorable(column, str(dtype), what)


def arrow_type(kind: pa.DataType, column: str, what: str) -> pa.DataType:
    """Return the Arrow type that a column is stored as.

    :raises DataError: if Delta can hold nothing like it; names the column.
    """
    import pyarrow as pa
    import pyarrow.types as t

    widened = {pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64(), pa.uint64(): pa.int64()}
    if kind in widened:
        return widened[kind]
    if t.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if t.is_dictionary(kind):
        return arrow_type(kind.value_type, column, what)
    if t.is_large_string(kind) or t.is_string(kind) or t.is_string_view(kind):
        return pa.string()
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_binary_view(kind) or t.is_fixed_size_binary(kind):
        return pa.binary()
    if t.is_date(kind):
        return pa.date32()
    if t.is_float16(kind):
        return pa.float32()
    if t.is_map(kind):
        return pa.map_(arrow_type(kind.key_type, column, what), arrow_type(kind.item_type, column, what))
    if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind) or t.is_list_view(kind):
        return pa.list_(arrow_type(kind.value_type, column, what))
    if t.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        check_names((field.name for field in fields), f"{what}, inside column {column!r}")
        return pa.struct([(f.name, arrow_type(f.type, f"{column}.{f.name}", what)) for f in fields])
    if t.is_decimal128(kind) or t.is_signed_integer(kind) or t.is_floating(kind) or t.is_boolean(kind):
        return kind
    if t.is_decimal(kind):
        return pa.decimal128(min(kind.precision, 38), kind.scale)
    raise _unstorable(column, str(kind), what)


def delta_schema(schema: pa.Schema, descriptions: dict[str, str] | None = None) -> str:
    """Return a stored Arrow schema as Delta's schema JSON: every column nullable, descriptions as column comments."""
    import pyarrow as pa
    from deltalake import Field, Schema

    plain = pa.schema([(field.name, field.type) for field in schema])
    fields = Schema.from_arrow(plain).fields
    comments = descriptions or {}
    return str(
        Schema(
            [
                Field(
                    f.name, f.type, nullable=True, metadata={"comment": comments[f.name]} if f.name in comments else {}
                )
                for f in fields
            ]
        ).to_json()
    )


def _instance(dtype: Any) -> pl.DataType:
    made: pl.DataType = dtype() if isinstance(dtype, type) else dtype
    return made


def _unstorable(column: str, kind: str, what: str) -> DataError:
    advice = next((text for key, text in _ADVICE.items() if kind.lower().startswith(key)), "cast it to another type")
    return DataError(f"{what}: column {column!r} has the type {kind}, which Delta cannot hold; {advice}.")
