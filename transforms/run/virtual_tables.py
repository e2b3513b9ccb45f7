"""Virtual tables: declared for annotations, refused when they are used."""

from __future__ import annotations

from typing import Any

from transforms.errors import UnavailableError, UsageError


class TableTransformInput:
    """A virtual table that a transform reads; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-tabletransforminput.

    :param rid: the table's RID.
    :param branch: the branch it is read on.
    :param table_dfreader: reads the table.
    """

    def __init__(self, rid: str, branch: str | None, table_dfreader: Any) -> None:
        self.rid = rid
        self.branch = branch
        self._table_dfreader = table_dfreader

    @property
    def catalog(self) -> str:
        """Refuse with a ValueError, as for tables of a kind that has no catalog."""
        raise UsageError(f"{self.rid}: virtual tables have no catalog here.")

    @property
    def identifier(self) -> str:
        """Refuse with a ValueError, as for tables of a kind that has no identifier."""
        raise UsageError(f"{self.rid}: virtual tables have no identifier here.")

    def dataframe(self, options: dict[str, str] | None = None) -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")


class IncrementalTableTransformInput(TableTransformInput):
    """A virtual table that is read incrementally; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-incrementaltabletransforminput.

    :param table_tinput: the table.
    :param from_version: the version that the previous run read.
    """

    def __init__(self, table_tinput: TableTransformInput, from_version: Any) -> None:
        vars(self).update(vars(table_tinput))
        self.from_version = from_version

    def dataframe(  # type: ignore[override]
        self, mode: str = "added", options: dict[str, str] | None = None
    ) -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")

    def changelog(self, identifier_columns: Any = None) -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")

    def filesystem(self, mode: str = "added") -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")
