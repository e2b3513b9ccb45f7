"""Python values of several kinds, of which Arrow would make one kind without a word.

Arrow refuses most of them. What it lets through changes values: a time becomes its day, a time with a zone one without, a
truth a number, a text bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from transforms.engine.local.types import is_list

if TYPE_CHECKING:
    import pyarrow as pa


def mixture(values: Iterable[Any], kind: pa.DataType) -> str | None:
    """Return which kinds of value are mixed, or None if every value stays what it is.

    Numbers in lists and structs are not looked through, as there may be very many.

    :param values: what Arrow makes a column of; None and other nulls count for nothing.
    :param kind: the type that it makes.
    """
    import pyarrow.types as t

    if t.is_floating(kind) or t.is_integer(kind):
        return _mixed(_numbers(set(map(type, values))))
    return _mixed_inside(values, kind)


def _mixed_inside(values: Iterable[Any], kind: pa.DataType) -> str | None:
    import pyarrow.types as t

    if is_list(kind):
        if not _is_doubtful(kind.value_type):
            return None
        return _mixed_inside(chain.from_iterable(value for value in values if _is_iterable(value)), kind.value_type)
    if t.is_struct(kind):
        rows = [value for value in values if isinstance(value, Mapping)]
        fields = [field for field in kind if _is_doubtful(field.type)]
        inside = (_mixed_inside((row.get(field.name) for row in rows), field.type) for field in fields)
        return next((each for each in inside if each is not None), None)
    if not _is_doubtful(kind):
        return None
    there = list(values)
    found = {_KINDS[name] for name in map(_name, set(map(type, there))) if name}
    return _mixed(found - {"times"} | _zones(there) if t.is_timestamp(kind) else found)


def _is_doubtful(kind: pa.DataType) -> bool:
    import pyarrow.types as t

    if is_list(kind):
        return _is_doubtful(kind.value_type)
    if t.is_struct(kind):
        return any(_is_doubtful(field.type) for field in kind)
    return bool(t.is_temporal(kind) or t.is_binary(kind))


_KINDS = {
    "date": "dates",
    "datetime": "times",
    "timedelta": "durations",
    "int": "numbers",
    "str": "texts",
    "bytes": "bytes",
}


def _name(kind: type) -> str:
    """The name of the first class that a class comes from and that we know; a null has none."""
    if kind.__name__ in ("NaTType", "bool"):
        return ""
    return next((each.__name__ for each in kind.__mro__ if each.__name__ in _KINDS), "")


def _numbers(kinds: set[type]) -> set[str]:
    truths = {kind for kind in kinds if kind.__name__ in ("bool", "bool_")}
    return {"truths"} if truths == kinds else ({"numbers"} | ({"truths"} if truths else set()))


def _zones(values: Iterable[Any]) -> set[str]:
    times = (value for value in values if isinstance(value, dt.datetime) and value == value)  # NaT is no time
    return {"times without a zone" if value.tzinfo is None else "times with a zone" for value in times}


def _is_iterable(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes))


def _mixed(kinds: Iterable[str]) -> str | None:
    found = sorted(kinds)
    return " and ".join(found) if len(found) > 1 else None
