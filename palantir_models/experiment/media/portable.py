"""Logged tables in types that every reader has: PyArrow, pandas and Polars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.engine.local.conversion import stored_column
from transforms.engine.local.types import is_list, plain_type
from transforms.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_DIGITS = 38
_OFFSET = re.compile(r"([+-]\d\d):?(\d\d)")


class _NotPortable(ValueError):
    """A type that not every reader has."""


def portable(table: pa.Table, what: str, *, wide_as_text: bool = False) -> pa.Table:
    """Return a table whose types every reader has, and whose values are the same.

    A time with an offset that no zone has, such as +05:30, is the same moment in UTC; a UUID is text.

    :param table: the table.
    :param what: the table, for messages.
    :param wide_as_text: give decimals of more than 38 digits as text, rather than refuse those that do not fit.
    :raises DataError: if a value or type cannot be kept; names its column.
    """
    import pyarrow as pa

    kinds: list[tuple[str, pa.DataType]] = []
    for field in table.schema:
        try:
            kinds.append((_name(field.name), _type(field.type, wide_as_text)))
        except _NotPortable as error:
            raise DataError(f"{what}: column {field.name!r} {error}.") from error
    columns = [stored_column(table.column(i), kind, name, what) for i, (name, kind) in enumerate(kinds)]
    return pa.Table.from_arrays(columns, schema=pa.schema(kinds))


def _type(kind: pa.DataType, wide_as_text: bool) -> pa.DataType:
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_timestamp(kind) or t.is_duration(kind):
        unit = "ms" if kind.unit == "s" else kind.unit  # Polars has no seconds, and multiplies without a look
        if t.is_duration(kind):
            return pa.duration(unit)
        return pa.timestamp(unit, "UTC" if kind.tz and not _has_zone(kind.tz) else kind.tz)
    if t.is_decimal256(kind):
        return pa.string() if wide_as_text else pa.decimal128(_DIGITS, min(kind.scale, _DIGITS))
    if isinstance(kind, pa.BaseExtensionType):
        plain = plain_type(kind)
        return kind if plain is None else plain
    if t.is_dictionary(kind):
        plain = _type(kind.value_type, wide_as_text)
        return kind if plain == kind.value_type else plain
    if t.is_map(kind):
        return pa.map_(_type(kind.key_type, wide_as_text), _type(kind.item_type, wide_as_text))
    if is_list(kind):
        plain = _type(kind.value_type, wide_as_text)
        return kind if plain == kind.value_type else pa.list_(plain)
    if t.is_struct(kind):
        if not kind.num_fields:
            raise _NotPortable(
                "has a struct without fields, which Parquet cannot hold: write it as text, or give it one"
            )
        fields = [kind.field(index) for index in range(kind.num_fields)]
        return pa.struct([(_name(field.name), _type(field.type, wide_as_text)) for field in fields])
    return kind


def _name(name: str) -> str:
    if "\0" in name:  # at which a name ends where readers hand columns to each other
        raise _NotPortable(f"has a NUL in the name {name!r}: rename it")
    return name


def _has_zone(name: str) -> bool:
    offset = _OFFSET.fullmatch(name)
    return offset is None or (offset[2] == "00" and -12 <= int(offset[1]) <= 14)
