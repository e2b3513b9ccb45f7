"""Which column types Delta can hold, and the nearest type for those it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from transforms.errors import DataError
from transforms.store.columns import check_names

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_DIGITS = 38
_ADVICE = {
    "time": "Delta has no time of day: keep it as a string, or as a number of microseconds",
    "duration": "Delta has no durations: keep it as a number of microseconds",
    "month_day_nano": "Delta has no intervals: keep it as a number of microseconds",
    "int128": "Delta's integers end at 64 bits: cast it to Int64 or to Decimal",
    "uint128": "Delta's integers end at 64 bits: cast it to Int64 or to Decimal",
    "object": "it holds Python objects: convert it to numbers, strings or a struct",
    "decimal": f"Delta's decimals have at most {_DIGITS} digits: round it, or cast it to a string",
    "extension<pandas": "keep both ends of an interval, or a period, as columns of their own or as text (.astype(str))",
    "extension": "cast it to the type that it is stored as (.storage)",
}


def stored_schema(schema: pa.Schema, there: Mapping[str, pa.DataType], what: str) -> pa.Schema:
    """Return the Arrow schema that a frame is stored with: every column nullable and of a type that Delta has.

    :param schema: the frame's.
    :param there: the types of the columns that the dataset has already.
    :param what: the dataset, for messages.
    :raises DataError: if Delta can hold nothing like a column; names it.
    """
    import pyarrow as pa

    return pa.schema([(f.name, arrow_type(f.type, f.name, what, there.get(f.name))) for f in schema])


def arrow_type(kind: pa.DataType, column: str, what: str, there: pa.DataType | None = None) -> pa.DataType:
    """Return the Arrow type that a column is stored as.

    :param kind: the type it has.
    :param column: its name, for messages.
    :param what: the dataset, for messages.
    :param there: the type that the dataset has for it. It decides where the column can hold nothing but nulls, text where
        there is none.
    :raises DataError: if Delta can hold nothing like it; names the column.
    """
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_null(kind):
        return pa.string() if there is None else there
    stored = _leaf(kind)
    if stored is None and (inner := _inner(kind)) is not None:
        stored = arrow_type(inner, column, what, there)
    if stored is None:
        stored = _nested(kind, column, what, there)
    if stored is None:
        raise _unstorable(column, str(kind), what)
    return stored


@cache
def _leaves() -> tuple[tuple[tuple[Callable[[pa.DataType], bool], ...], pa.DataType | None], ...]:
    """Return which types without parts and parameters are stored as which; None where as they are."""
    import pyarrow as pa
    import pyarrow.types as t

    return (
        ((t.is_uint8,), pa.int16()),
        ((t.is_uint16,), pa.int32()),
        ((t.is_uint32, t.is_uint64), pa.int64()),
        ((t.is_string, t.is_large_string, t.is_string_view), pa.string()),
        ((t.is_binary, t.is_large_binary, t.is_binary_view, t.is_fixed_size_binary), pa.binary()),
        ((t.is_date,), pa.date32()),
        ((t.is_float16,), pa.float32()),
        ((t.is_signed_integer, t.is_floating, t.is_boolean), None),
    )


def _leaf(kind: pa.DataType) -> pa.DataType | None:
    """Return what a type without parts is stored as; None for any other, and for a decimal that is too fine."""
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if t.is_decimal(kind):
        precision, scale = kind.precision + max(-kind.scale, 0), max(kind.scale, 0)  # thousands have a negative scale
        return pa.decimal128(min(max(precision, scale), _DIGITS), scale) if scale <= _DIGITS else None
    for are_such, stored in _leaves():
        if any(is_such(kind) for is_such in are_such):
            return kind if stored is None else stored
    return None


def _inner(kind: pa.DataType) -> pa.DataType | None:
    """Return the type that says all of one that only writes it in another way."""
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
        return kind.value_type
    return plain_type(kind) if isinstance(kind, pa.BaseExtensionType) else None


def _nested(kind: pa.DataType, column: str, what: str, there: pa.DataType | None) -> pa.DataType | None:
    """Return what a type with parts is stored as; each part looks at that of the type that is there."""
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_map(kind):
        key, item = (there.key_type, there.item_type) if there is not None and t.is_map(there) else (None, None)
        return pa.map_(arrow_type(kind.key_type, column, what, key), arrow_type(kind.item_type, column, what, item))
    if is_list(kind):
        item = there.value_type if there is not None and t.is_list(there) else None
        return pa.list_(arrow_type(kind.value_type, column, what, item))
    if t.is_struct(kind):
        return _struct(kind, column, what, there if there is not None and t.is_struct(there) else None)
    return None


def _struct(kind: pa.DataType, column: str, what: str, there: pa.DataType | None) -> pa.DataType:
    import pyarrow as pa

    fields = [kind.field(index) for index in range(kind.num_fields)]
    if not fields:  # {} in JSON: a struct of nothing but nulls where the dataset has a struct, else text
        return pa.string() if there is None else there
    check_names((field.name for field in fields), f"{what}, inside column {column!r}")
    known = {} if there is None else {f.name: f.type for f in (there.field(i) for i in range(there.num_fields))}
    return pa.struct([(f.name, arrow_type(f.type, f"{column}.{f.name}", what, known.get(f.name))) for f in fields])


def plain_type(kind: pa.BaseExtensionType) -> pa.DataType | None:
    """Return the type that says all of an extension type; None where its storage alone would say less."""
    import pyarrow as pa

    if kind.extension_name == "arrow.uuid":
        return pa.string()
    if kind.extension_name == "arrow.bool8":
        return pa.bool_()
    return kind.storage_type if kind.extension_name in ("arrow.json", "arrow.fixed_shape_tensor") else None


def is_list(kind: pa.DataType) -> bool:
    """Whether a type is one of Arrow's lists of any layout."""
    import pyarrow.types as t

    views = t.is_list_view(kind) or t.is_large_list_view(kind)
    return bool(t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind) or views)


def polars_to_arrow(schema: Mapping[str, pl.DataType], what: str) -> pa.Schema:
    """Return the Arrow schema of a Polars one.

    :raises DataError: if Arrow, and so Delta, has nothing like a column's type; names the column.
    """
    import pyarrow as pa

    fields = []
    for name, dtype in schema.items():
        kind = _polars_to_arrow(dtype)
        if isinstance(kind, str):
            raise _unstorable(name, kind, what)
        fields.append((name, kind))
    return pa.schema(fields)


@lru_cache(maxsize=256)
def _polars_to_arrow(dtype: pl.DataType) -> pa.DataType | str:
    """Return the Arrow type of a Polars one, or the name of that in it which Arrow does not have."""
    import polars as pl
    import pyarrow as pa

    foreign = re.search(r"Object|U?Int128", str(dtype))  # Polars would hand over addresses in memory
    if foreign is not None:
        return foreign[0]
    try:
        return pl.DataFrame(schema={"c": dtype}).to_arrow(compat_level=pl.CompatLevel.oldest()).schema.field(0).type
    except (pa.ArrowException, pl.exceptions.PolarsError):
        return str(dtype)


@lru_cache(maxsize=256)
def arrow_to_polars(kind: pa.DataType) -> pl.DataType:
    """Return the Polars type of a stored Arrow one."""
    import polars as pl
    import pyarrow as pa

    column = pl.from_arrow(pa.nulls(0, kind))
    assert isinstance(column, pl.Series)
    return column.dtype


def types_there(fields: Sequence[Mapping[str, Any]]) -> dict[str, pa.DataType]:
    """Return the Arrow types of a dataset's columns.

    :param fields: the fields of its Delta schema; a type that is not known here is left out.
    """
    found = {}
    for field in fields:
        kind = _arrow_of(field["type"])
        if kind is not None:
            found[field["name"]] = kind
    return found


def delta_schema(schema: pa.Schema, descriptions: Mapping[str, str] | None = None) -> str:
    """Return a stored Arrow schema as Delta's schema JSON: every column nullable, descriptions as column comments."""
    from deltalake import Field, Schema

    comments = descriptions or {}
    fields = [
        Field(f.name, f.type, nullable=True, metadata={"comment": comments[f.name]} if f.name in comments else {})
        for f in Schema.from_arrow(schema).fields
    ]
    return str(Schema(fields).to_json())


def arrow_schema(schema: str) -> pa.Schema:
    """Return the Arrow schema of a table with this schema, Delta's as JSON."""
    import pyarrow as pa
    from deltalake import Schema

    return pa.schema(Schema.from_json(schema).to_arrow())


def _arrow_of(kind: Any) -> pa.DataType | None:
    import pyarrow as pa

    if isinstance(kind, str):
        if match := re.fullmatch(r"decimal\((\d+), *(\d+)\)", kind):
            return pa.decimal128(int(match[1]), int(match[2]))
        if kind == "timestamp":
            return pa.timestamp("us", "UTC")
        alias = _ARROW.get(kind)
        return None if alias is None else pa.type_for_alias(alias)
    if kind["type"] == "array":
        inner = _arrow_of(kind["elementType"])
        return None if inner is None else pa.list_(inner)
    if kind["type"] == "map":
        sides = _arrow_of(kind["keyType"]), _arrow_of(kind["valueType"])
        return None if None in sides else pa.map_(*sides)
    fields = [(field["name"], _arrow_of(field["type"])) for field in kind["fields"]]
    return None if any(inner is None for _, inner in fields) else pa.struct(fields)


_ARROW = {
    "byte": "int8",
    "short": "int16",
    "integer": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "boolean": "bool",
    "string": "string",
    "binary": "binary",
    "date": "date32",
    "timestamp_ntz": "timestamp[us]",
}


def _unstorable(column: str, kind: str, what: str) -> DataError:
    advice = next((text for key, text in _ADVICE.items() if kind.lower().startswith(key)), "cast it to another type")
    return DataError(f"{what}: column {column!r} has the type {kind}, which Delta cannot hold; {advice}.")
