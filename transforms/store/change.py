"""What a transaction does to one Delta table: the part of a ledger row that can be redone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from transforms.common.paths import escape, shown
from transforms.errors import DataError


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A Parquet file that lies in its table's folder and is not yet in the table's log.

    Attributes:
        path: relative to the table, never encoded, never leaving the table.
        size: in bytes.
        rows: how many rows it holds.
        stats: Delta's file statistics as JSON.
        partition_values: the value of each partition column, as Delta writes them.
    """

    path: str
    size: int
    rows: int
    stats: str
    partition_values: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableChange:
    """New content for one Delta table.

    Attributes:
        table: the table's folder, relative to the store's root.
        mode: ``overwrite`` replaces every row, ``append`` adds to them.
        schema: the table's schema afterwards, as Delta's schema JSON.
        files: what is added.
        partition_by: the partition columns.
        base_version: the table's version that this change was computed from, where it was; None where it stands alone.
    """

    table: str
    mode: Literal["overwrite", "append"]
    schema: str
    files: tuple[StagedFile, ...] = ()
    partition_by: tuple[str, ...] = ()
    base_version: int | None = None

    @property
    def rows(self) -> int:
        """How many rows the change adds."""
        return sum(file.rows for file in self.files)

    def to_json(self) -> dict[str, Any]:
        """Return the change as plain JSON values."""
        return {**_values(self), "files": [_values(file) for file in self.files]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TableChange:
        """Read a change back from what :meth:`to_json` gave.

        :raises DataError: if it names a table outside of the store, or a file outside of its table.
        """
        change = cls(
            **{
                **value,
                "files": tuple(StagedFile(**file) for file in value["files"]),
                "partition_by": tuple(value["partition_by"]),
            }
        )
        for name in (change.table, *(file.path for file in change.files)):
            if reason := escape(name):
                raise DataError(f"it names {shown(name)}, which {reason}")
        return change


def joined(changes: Iterable[TableChange]) -> list[TableChange]:
    """Return changes of which those that only add rows to one table are one, as two parts of a job may add to a model's tables.

    :param changes: in any order; the first one of a table keeps its place.
    """
    found: list[TableChange] = []
    for change in changes:
        same = [
            index
            for index, other in enumerate(found)
            if replace(change, files=other.files) == other and _only_adds(other)
        ]
        if same:
            found[same[0]] = replace(change, files=(*found[same[0]].files, *change.files))
        else:
            found.append(change)
    return found


def _only_adds(change: TableChange) -> bool:
    return change.mode == "append" and change.base_version is None


def fields_of(schema: str) -> list[dict[str, Any]]:
    """Return the fields of a Delta schema in JSON."""
    fields: list[dict[str, Any]] = json.loads(schema)["fields"]
    return fields


def _values(instance: StagedFile | TableChange) -> dict[str, Any]:
    # Not dataclasses.asdict, which copies whatever it meets: it takes longest in a commit of a thousand files.
    return {name: getattr(instance, name) for name in instance.__slots__}
