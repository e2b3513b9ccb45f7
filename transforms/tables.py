"""Foundry's ``transforms.tables``: virtual tables, which are here tables of the store under their aliases."""

from __future__ import annotations

from typing import Any

from transforms.spec.params import (
    FoundryInputParam,
    FoundryOutputParam,
    LightweightInputParam,
    LightweightOutputParam,
    named,
)

__all__ = ["TableInput", "TableOutput"]


class TableInput(FoundryInputParam, LightweightInputParam):
    """A virtual table that a transform reads.

    Follows the public page transforms-python/tables-api.

    :param alias: its path or RID.
    :raises TransformTypeError: if it is not named by text.
    """

    runtime = "transforms.run.virtual_tables:open_table"

    def __init__(self, alias: str) -> None:
        super().__init__(named(alias), type="table")
        self.alias = alias


class TableOutput(FoundryOutputParam, LightweightOutputParam):
    """A virtual table that a transform writes: a table of the store, as no other system is written.

    Follows the public page transforms-python/tables-api.

    :param alias: its path or RID.
    :param source: the system that it lies in; kept as it is.
    :param table: what it is there; kept as it is.
    :raises TransformTypeError: if it is not named by text.
    """

    runtime = "transforms.run.opening:open_output"

    def __init__(self, alias: str, source: Any = None, table: Any = None) -> None:
        super().__init__(named(alias), type="table")
        self.alias = alias
        self.source = source
        self.table = table
