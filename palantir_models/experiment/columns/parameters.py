"""Hyperparameters as an experiment's row has them when it is kept apart: JSON, of which nothing of a value or its type is lost.

They stand in the hyperparameters table, too. In the row they cost a list of ten thousand experiments no file each.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from transforms.common.json_text import from_many_json

if TYPE_CHECKING:
    import pyarrow as pa

ParameterValue = bool | date | datetime | float | int | str

_MOST_CHARACTERS = 1 << 16  # in a row: lists read it with all of them
_UTC = ZoneInfo("UTC")  # as what is read from the table has it


def parameters_json(rows: pa.Table) -> str | None:
    """Return hyperparameters as text: a list of name, type and value of each, sorted by name.

    :param rows: an experiment's part of the hyperparameters table.
    :returns: the JSON; None where it is too long to stand in a row.
    """
    found = []
    for row in sorted(rows.to_pylist(), key=lambda row: row["name"]):
        kind, value = row["type"], row[f"{row['type']}_value"]
        if kind in ("date", "datetime"):
            value = value.isoformat()
        elif kind == "double" and not math.isfinite(value):  # JSON has no number for it
            value = repr(value)
        found.append([row["name"], kind, value])
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= _MOST_CHARACTERS else None


def parsed_parameters(text: object) -> dict[str, ParameterValue] | None:
    """Return hyperparameters by name, each of the type it was logged with.

    :param text: what :func:`parameters_json` returned.
    :returns: them; None where it says nothing, or not what was written: the table tells then.
    """
    if not isinstance(text, str):
        return None
    try:
        return {sys.intern(name): _READ[kind](value) for name, kind, value in from_many_json(text)}
    except (KeyError, TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _double(value: Any) -> float:
    return value if isinstance(value, float) else float(_text(value))


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _datetime(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(_UTC)


_READ: Mapping[str, Callable[[Any], ParameterValue]] = {
    "boolean": _truth,
    "date": date.fromisoformat,
    "datetime": _datetime,
    "double": _double,
    "integer": _whole,
    "string": _text,
}
