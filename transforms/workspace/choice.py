"""Which rows and columns of a dataset somebody asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transforms.errors import NotFoundError, nearest
from transforms.run.reader import DatasetReader
from transforms.workspace.filters import Filter

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Choice:
    """A part of a dataset; all of it, where nothing is said.

    Attributes:
        filters: conditions that every row meets.
        columns: the columns, in their order; all when None.
        limit: how many rows at most.
    """

    filters: tuple[Filter, ...] = ()
    columns: Sequence[str] | None = None
    limit: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it leaves nothing out."""
        return self == Choice()

    def of(self, reader: DatasetReader) -> pa.Table:
        """Return the part, with the types of the dataset.

        :param reader: reads the dataset.
        :raises NotFoundError: if there is no such column; names the nearest.
        """
        import pyarrow as pa

        from transforms.engine.local.types import arrow_schema

        rows: Any = reader.polars(lazy=True)
        types = arrow_schema(reader.view.schema_json)
        columns = list(types.names if self.columns is None else self.columns)
        for name in [*columns, *(name for each in self.filters for name in sorted(each.columns))]:
            if name not in types.names:
                raise NotFoundError(f"{reader.name} has no column {name!r}.{nearest(name, types.names)}")
        for each in self.filters:
            rows = rows.filter(each.expression())
        rows = rows.select(columns)
        found = (rows if self.limit is None else rows.limit(self.limit)).collect()
        return found.to_arrow().cast(pa.schema([types.field(name) for name in columns]))
