"""What a column may be compared with, by its type."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from transforms.checks.column_types import is_whole, kind_of, type_text
from transforms.errors import DataError
from transforms.expectations.expectation import shown

_EARLIEST, _LATEST = datetime.min, datetime.max


def comparable(value: Any, type: Any, what: str) -> Any:
    """Return a value as the engines compare it with a column.

    :param value: what the author declared.
    :param type: the column's type in Delta's schema JSON.
    :param what: the column, for messages.
    :returns: a number, text or truth as it is; a date; for timestamps a moment in UTC, without its zone where the column
        has none.
    :raises DataError: if values of this type cannot be compared with it.
    """
    read = _READERS.get(kind_of(type), _nothing)(value)
    if read is None:
        raise DataError(f"{what} is {type_text(type)}, which cannot be compared with {shown(value)}.")
    if type == "timestamp_ntz":
        return read.replace(tzinfo=None)
    if is_whole(type) and isinstance(read, int) and not -(2**63) <= read < 2**63:
        raise DataError(f"{what} is {type_text(type)}, which cannot be compared with {read}: it is beyond 64 bits.")
    return read


def check_comparable(one: Any, other: Any, what: str) -> None:
    """Check that two columns can be compared.

    :param one: a column's type in Delta's schema JSON.
    :param other: the other's.
    :param what: both columns, for messages.
    :raises DataError: if they are of different kinds, or of kinds that have no order.
    """
    same = kind_of(one) == kind_of(other) and kind_of(one) in _READERS
    if not same or (kind_of(one) == "timestamp" and one != other):
        raise DataError(f"{what} are {type_text(one)} and {type_text(other)}, which cannot be compared.")


def moved(moment: datetime, seconds: float) -> datetime:
    """Return a moment some seconds away, or the end of time where that lies nearer."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return (_LATEST if seconds > 0 else _EARLIEST).replace(tzinfo=moment.tzinfo)


def _number(value: Any) -> Any:
    return value if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) else None


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _truth(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _day(value: Any) -> Any:
    try:
        read = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return read if isinstance(read, date) and not isinstance(read, datetime) else None


def _moment(value: Any) -> Any:
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if not isinstance(read, datetime):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _nothing(value: Any) -> Any:
    return None


_READERS = {"number": _number, "string": _text, "boolean": _truth, "date": _day, "timestamp": _moment}
