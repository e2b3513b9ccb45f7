"""Declaring virtual tables; a job that has one refuses to run, as there are none here."""

from __future__ import annotations

from typing import Any

from transforms.errors import TransformTypeError, UnavailableError
from transforms.spec.params import Param

__all__ = ["TableInput", "TableOutput"]


class _VirtualTable(Param):
    role = "value"
    runtime = "transforms.tables:open_table"

    def __init__(self, alias: str) -> None:
        super().__init__()
        if not isinstance(alias, str) or not alias:
            raise TransformTypeError(f"{type(self).__name__}({alias!r}): a table is named by its path or RID.")
        self.alias = alias

    @property
    def json_value(self) -> Any:
        """The table's path or RID."""
        return self.alias

    @property
    def unavailable(self) -> str:
        """What of the declaration this version cannot do."""
        return (
            f"virtual tables such as {self.alias} are not available in this version; use Input and Output of a dataset."
        )


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


def open_table(param: _VirtualTable, name: str, scope: Any) -> None:
    """Refuse: there are no virtual tables here."""
    raise UnavailableError(f"{name}: {param.unavailable}")
