"""Declaring virtual tables; a job that has one refuses to run, as there are none here."""

from __future__ import annotations

from typing import Any

from transforms.spec.unavailable import UnavailableParam

__all__ = ["TableInput", "TableOutput"]


class _VirtualTable(UnavailableParam):
    naming = "a table is named by its path or RID"
    refusal = "virtual tables such as {name} are not available in this version; use Input and Output of a dataset."

    def __init__(self, alias: str) -> None:
        super().__init__(alias)
        self.alias = alias


class TableInput(_VirtualTable):
    """A virtual table that a transform reads.

    Follows the public page transforms-python/tables-api.

    :param alias: its path or RID.
    :raises TransformTypeError: if it is not named by text.
    """


class TableOutput(_VirtualTable):
    """A virtual table that a transform writes.

    Follows the public page transforms-python/tables-api.

    :param alias: its path or RID.
    :param source: the system that it lies in.
    :param table: what it is there.
    :raises TransformTypeError: if it is not named by text.
    """

    def __init__(self, alias: str, source: Any = None, table: Any = None) -> None:
        super().__init__(alias)
        self.source = source
        self.table = table
