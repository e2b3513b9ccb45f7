"""Virtual tables of a compute function: tables of the store, behind the names that virtual tables have."""

from __future__ import annotations

from typing import Any

from transforms.errors import UnavailableError, UsageError
from transforms.run.opening import open_input
from transforms.run.scope import JobScope


class TableTransformInput:
    """A virtual table that a plain ``@transform`` reads; it can whatever :class:`~transforms.api.TransformInput` can.

    Follows the public page transforms-python/api-tabletransforminput.

    :param rid: the table's RID.
    :param branch: the branch it is read on.
    :param table_dfreader: reads the table.
    """

    def __init__(self, rid: str, branch: str | None, table_dfreader: Any) -> None:
        self.rid = rid
        self.branch = branch
        self._table_dfreader = table_dfreader

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.rid}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # asked for by copy, pickle and others, who know how to do without
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._table_dfreader, name)

    @property
    def catalog(self) -> str:
        """Refuse with a ValueError, as for tables of a kind that has no catalog."""
        raise UsageError(f"{self.rid}: a table of a local store is in no catalog.")

    @property
    def identifier(self) -> str:
        """Refuse with a ValueError, as for tables of a kind that has no identifier."""
        raise UsageError(f"{self.rid}: a table of a local store has no identifier in another system.")

    def dataframe(self, options: dict[str, str] | None = None) -> Any:
        """Return the table as a Spark DataFrame.

        :param options: options of the other system's reader: none, as the store reads it.
        :raises UsageError: if there are some.
        """
        _need_no_options(self.rid, options)
        return self._table_dfreader.dataframe()


class IncrementalTableTransformInput(TableTransformInput):
    """A virtual table that an incremental ``@transform`` reads.

    Follows the public page transforms-python/api-incrementaltabletransforminput.

    :param table_tinput: the table.
    :param from_version: the version that the previous run read; None where there was none.
    """

    def __init__(self, table_tinput: TableTransformInput, from_version: Any) -> None:
        vars(self).update(vars(table_tinput))
        self.from_version = from_version

    def dataframe(  # type: ignore[override]
        self, mode: str = "added", options: dict[str, str] | None = None
    ) -> Any:
        """Return the table, or what is new in it, as a Spark DataFrame.

        :param mode: ``added``, ``current`` or ``previous``.
        :param options: options of the other system's reader: none, as the store reads it.
        :raises UsageError: if there are some, or there is no such mode.
        """
        _need_no_options(self.rid, options)
        return self._table_dfreader.dataframe(mode)

    def changelog(self, identifier_columns: Any = None) -> Any:
        """Refuse: only tables of Iceberg have one.

        :raises UnavailableError: always.
        """
        raise UnavailableError(
            f"{self.rid}: changelog() is for tables of Iceberg, and a local store has tables of Delta: read what is new with "
            f"dataframe()."
        )

    def filesystem(self, mode: str = "added") -> Any:
        """Return the table's files, or those with what is new, for reading.

        :param mode: ``added``, ``current`` or ``previous``.
        :raises UsageError: if there is no such mode.
        """
        return self._table_dfreader.filesystem(mode)


def open_table(param: Any, name: str, scope: JobScope) -> Any:
    """Return what a compute function receives for a ``TableInput``: on a single node, what it receives for an ``Input``."""
    opened = open_input(param, name, scope)
    if scope.transform.lightweight or scope.transform.form != "transform":
        return opened
    table = TableTransformInput(opened.rid, opened.branch, opened)
    if scope.increment is None:
        return table
    previous = scope.increment.window(name, param.resources[0]).previous
    return IncrementalTableTransformInput(table, None if previous is None else previous.version)


def _need_no_options(rid: str, options: Any) -> None:
    if options:
        raise UsageError(
            f"{rid}: dataframe(options={options!r}): the store reads the table itself; leave the options out."
        )
