"""What is known of a dataset before any of its rows is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from transforms.errors import DataError, nearest


@dataclass(frozen=True)
class Referred:
    """Another input that checks of a dataset name.

    Attributes:
        name: the dataset, for messages.
        rows: how many rows it has.
        columns: the type of each column in Delta's schema JSON, by name.
    """

    name: str
    rows: int
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset whose checks are planned.

    Attributes:
        name: the dataset, for messages.
        columns: the type of each column in Delta's schema JSON, by name.
        now: the time at which the checks are made, in UTC.
        referred: the other inputs that the checks name, by parameter.
    """

    name: str
    columns: Mapping[str, Any]
    now: datetime
    referred: Mapping[str, Referred] = field(default_factory=dict)

    def type_of(self, column: str) -> Any:
        """Return the type of a column.

        :raises DataError: if there is none; names the nearest.
        """
        return _found(column, self.columns, self.name)

    def foreign_type(self, param: str, column: str) -> Any:
        """Return the type of a column of another input.

        :raises DataError: if there is none; names the nearest.
        """
        other = self.referred[param]
        return _found(column, other.columns, other.name)


def columns_of_fields(fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the type of each column by name.

    :param fields: the fields of Delta's schema JSON.
    """
    return {str(one["name"]): one["type"] for one in fields}


def _found(column: str, columns: Mapping[str, Any], name: str) -> Any:
    if column not in columns:
        raise DataError(f"{name} has no column {column!r}.{nearest(column, columns)} It has: {', '.join(columns)}.")
    return columns[column]
