"""Columns of the inputs of transforms, as far as code and checks reveal them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

TYPES = ("boolean", "int", "long", "float", "double", "string", "date", "timestamp")
"""The types that are told apart, by Foundry's names."""

_PYTHON = {bool: "boolean", int: "long", float: "double", str: "string", date: "date", datetime: "timestamp"}
_DECLARED = {
    **{name: name for name in TYPES},
    "bigint": "long",
    "int64": "long",
    "int32": "int",
    "float32": "float",
    "float64": "double",
    "utf8": "string",
    "datetime": "timestamp",
    "timestamp_ntz": "timestamp",
}


@dataclass
class Column:
    """What is known of a column.

    Attributes:
        type: one of :data:`TYPES`; the name of another that a check declares; None while nothing tells it.
        is_declared: whether a check says the type, and not how the column is used.
        values: values that it is compared with, in the order in which they were met.
        is_key: whether no value may come twice.
    """

    type: str | None = None
    is_declared: bool = False
    values: list[Any] = field(default_factory=list)
    is_key: bool = False

    def note_use(self, type: str | None) -> None:
        """Note which type a use fits, unless a check has said it; whole numbers are numbers with fractions, too."""
        if not self.is_declared and (self.type is None or (self.type, type) == ("long", "double")):
            self.type = type

    def declare(self, type: Any) -> None:
        """Note a type that a check says, of Polars or of Spark."""
        made = type() if inspect.isclass(type) else type
        text = made.simpleString() if hasattr(made, "simpleString") else str(made)
        name = text.partition("(")[0].lower() if text.lower().startswith("datetime") else text.lower()
        self.type, self.is_declared = _DECLARED.get(name, text), True

    def compare(self, values: Iterable[Any]) -> None:
        """Note values that it is compared with."""
        for value in values:
            self.note_use(_PYTHON.get(value.__class__))
            if value is not None and value not in self.values:
                self.values.append(value)


@dataclass
class Revealed:
    """What is known of an input.

    Attributes:
        columns: its columns by their names.
        doubts: sentences about what cannot be told, each once, as keys.
    """

    columns: dict[str, Column] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """Return a column, which is there from now on."""
        return self.columns.setdefault(name, Column())

    def doubt(self, sentence: str) -> None:
        """Note what cannot be told."""
        self.doubts[sentence] = None

    def join(self, other: Revealed) -> None:
        """Add what another reader of the same dataset reveals."""
        for name, theirs in other.columns.items():
            mine = self.column(name)
            if theirs.is_declared and not mine.is_declared:
                mine.type, mine.is_declared = theirs.type, True
            else:
                mine.note_use(theirs.type)
            mine.compare(theirs.values)
            mine.is_key |= theirs.is_key
        self.doubts |= other.doubts
