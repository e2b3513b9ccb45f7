"""Whether a table's columns only grew, so that rows from before mean what they meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transforms.store.type_names import type_name


def lost_column(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], inside: str = ""
) -> str | None:
    """Return what became of a column that is no longer what it was; None where columns were added at most.

    Whether a column may hold nulls, and what is said about it, counts for nothing.

    :param before: fields as Delta's schema JSON has them.
    :param after: those of a later version.
    :param inside: the column that they are in, with a dot behind it.
    """
    now = {field["name"]: field["type"] for field in after}
    for field in before:
        name = f"{inside}{field['name']}"
        if field["name"] not in now:
            return f"the column {name!r} was removed or renamed"
        if found := _changed(name, field["type"], now[field["name"]]):
            return found
    return None


def _changed(name: str, before: Any, after: Any) -> str | None:
    kind = before["type"] if isinstance(before, Mapping) else before
    if kind != (after["type"] if isinstance(after, Mapping) else after):
        return f"the column {name!r} was {type_name(before)} and is {type_name(after)} now"
    if not isinstance(before, Mapping):
        return None
    if kind == "struct":
        return lost_column(before["fields"], after["fields"], f"{name}.")
    parts = {"array": ("elementType",), "map": ("keyType", "valueType")}[kind]
    return next((found for part in parts if (found := _changed(name, before[part], after[part]))), None)
