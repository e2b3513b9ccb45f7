"""The values of partition columns, which Delta writes as text: in a table's log, and in the names of folders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    import pyarrow as pa

NULL = "__HIVE_DEFAULT_PARTITION__"
"""What stands in place of null."""


def partition_value(text: str | None, kind: pa.DataType) -> Any:
    """Return a partition value as a Python value of the column's type.

    :param text: the value as Delta writes it; it writes null as an empty text, too.
    :param kind: the type.
    """
    import pyarrow.types as t

    if not text:
        return None
    if t.is_timestamp(kind):
        time = dt.datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or dt.UTC) if kind.tz else time.replace(tzinfo=None)
    readers: Iterator[Any] = (
        read
        for is_such, read in (
            (t.is_boolean, lambda text: text.lower() == "true"),
            (t.is_integer, int),
            (t.is_floating, float),
            (t.is_decimal, Decimal),
            (t.is_date, dt.date.fromisoformat),
            (t.is_binary, str.encode),
        )
        if is_such(kind)
    )
    return next(readers, str)(text)


def partition_text(value: Any) -> str | None:
    """Return a partition value as Delta writes it: what :func:`partition_value` reads.

    :param value: a Python value of the column's type; times with a zone are in UTC.
    """
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, Decimal):
        return f"{value:f}"  # and no exponent
    return value.decode() if isinstance(value, bytes) else str(value)


def partition_of(folder: str, encoding: str = "utf-8") -> tuple[str, str | None]:
    """Return the column and the value that the name of a folder tells, such as ``day=2026-01-01``.

    :param folder: the name.
    :param encoding: of the bytes that are written as ``%C3``; Spark, which writes letters beyond ASCII as they are, takes each
        byte for a letter of ``latin-1`` where others wrote them so.
    """
    name, _, value = folder.partition("=")
    return unquote(name, encoding), None if value == NULL else unquote(value, encoding)
