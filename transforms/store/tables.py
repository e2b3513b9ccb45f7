"""Reading Delta tables as they were at a point of the ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from transforms.common.json_text import from_json
from transforms.errors import NotFoundError, StoreError
from transforms.store import layout, raw_files
from transforms.store.features import reading_features
from transforms.store.storage.base import Storage
from transforms.store.storage.files import Found
from transforms.store.storage.patience import outlast
from transforms.store.table_row import Row, row_of

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from transforms.store.ledger import Ledger


@dataclass(frozen=True)
class TableView:
    """One version of a Delta table; what is read through it never changes.

    Attributes:
        storage: the store's storage.
        name: the table's folder, relative to the root.
        table: the table, loaded at the version.
        version: that version.
        seq: the ledger row that last wrote the table, 0 for a table that no job of this store wrote.
        ledger: the store's ledger.
        row: the same with its transaction; None for such a table.
        newest: the row that last wrote the newest version.
    """

    storage: Storage
    name: str
    table: DeltaTable
    version: int
    seq: int
    ledger: Ledger = dataclasses.field(repr=False, compare=False)
    row: Row | None = None
    newest: Row | None = None

    @property
    def uri(self) -> str:
        """The table's address."""
        return self.storage.uri(self.name)

    @cached_property
    def fields(self) -> list[dict[str, object]]:
        """The table's fields as Delta's schema JSON has them."""
        fields: list[dict[str, object]] = from_json(self.schema_json)["fields"]
        return fields

    @cached_property
    def schema_json(self) -> str:
        """The table's schema as Delta's schema JSON."""
        return str(self.table.schema().to_json())

    @property
    def column_names(self) -> tuple[str, ...]:
        """The table's columns in order."""
        return tuple(str(field["name"]) for field in self.fields)

    @cached_property
    def holds_files(self) -> bool:
        """Whether the dataset is one of raw files rather than of rows."""
        if self.column_names != raw_files.COLUMNS:
            return False
        return raw_files.is_marked(self.fields) or raw_files.was_committed(self.ledger, self.name, self.seq)

    @property
    def column_descriptions(self) -> dict[str, str]:
        """The comment of each column that has one."""
        described = {}
        for field in self.fields:
            metadata = field.get("metadata")
            if isinstance(metadata, dict) and metadata.get("comment"):
                described[str(field["name"])] = str(metadata["comment"])
        return described

    def file_paths(self) -> list[str]:
        """The data files of the version, relative to the table's folder."""
        return [path for path, _ in self.data_files()]

    def gone(self, paths: Sequence[str]) -> list[str]:
        """Return those of some files that are not there any more.

        :param paths: the files, relative to the table's folder.
        """
        sizes = self.storage.sizes([f"{self.name}/{path}" for path in paths])
        return [path for path, size in zip(paths, sizes, strict=True) if size is None]

    def data_files(self) -> list[tuple[str, Found]]:
        """The data files of the version, each with its size and time, relative to the table's folder."""
        return self.storage.delta.files(self.name, self.table)

    def check_paths(self) -> None:
        """Look whether the table's log names files outside of its folder, which readers would follow.

        :raises UnsupportedTableError: if it does.
        """
        # delta-rs spells dots that lead upwards as %2E; other readers of the same log follow them.
        if any("%2E" in address or "/../" in address for address in self.table.file_uris()):
            self.data_files()  # names the file, where its name is not merely odd

    def told_row_count(self) -> int | None:
        """How many rows the version has, from its log alone; None where that does not tell the rows of each file."""
        counts = self.table.get_add_actions().column("num_records").to_pylist()
        if None in counts or "deletionVectors" in reading_features(self.table):
            return None
        return int(sum(counts))

    def row_count(self) -> int:
        """How many rows the version has; they are counted where its log does not tell."""
        import pyarrow as pa

        told = self.told_row_count()
        if told is not None:
            return told
        from deltalake import QueryBuilder

        # COUNT(*) asks for no column, which delta-rs cannot read where columns have other names in the files.
        column = '"{}"'.format(str(self.fields[0]["name"]).replace('"', '""'))
        counted = f"SELECT COUNT({column}) + COUNT(CASE WHEN {column} IS NULL THEN 1 END) AS number FROM dataset"
        found = pa.table(QueryBuilder().register("dataset", self.table).execute(counted))
        return int(found["number"][0].as_py())


def refreshed(table: DeltaTable) -> DeltaTable:
    """Bring an opened table to its newest version, which is cheaper than opening it again."""
    outlast(table.update_incremental)
    return table


def view_table(ledger: Ledger, storage: Storage, name: str, app_id: str, until: int | None = None) -> TableView | None:
    """Open a table as it was after a row of the ledger.

    :param ledger: the store's ledger.
    :param storage: the store's storage.
    :param name: the table's folder, relative to the root.
    :param app_id: the store's name in Delta's transaction identifiers.
    :param until: the ledger row; None means the newest version. Versions that others wrote since count as later.
    :returns: the view, or None where there was no table yet.
    """
    table = storage.delta.open(name)
    if table is None:
        return None
    row = newest = row_of(storage, name, table, app_id)
    if until is not None and row is not None and row.seq > until:
        if not _load_until(storage, name, table, app_id, until):
            return None
        row = row_of(storage, name, table, app_id)
    return TableView(storage, name, table, table.version(), row.seq if row else 0, ledger, row, newest)


def at_version(view: TableView, version: int, app_id: str) -> TableView:
    """Open a table at one of its versions.

    :param view: the table.
    :param version: the version, no newer than the view.
    :param app_id: the store's name in Delta's transaction identifiers.
    :raises NotFoundError: if there is no such version, or it cannot be read any more.
    """
    from deltalake.exceptions import DeltaError

    name = layout.alias_of(view.name)
    if version > view.version:
        raise NotFoundError(f"dataset {name} has no version {version}; the newest is {view.version}.")
    try:
        outlast(partial(view.table.load_as_version, version))
    except DeltaError as error:
        raise NotFoundError(f"dataset {name} cannot be read at version {version} any more: {error}") from error
    row = row_of(view.storage, view.name, view.table, app_id)
    return TableView(view.storage, view.name, view.table, version, row.seq if row else 0, view.ledger, row, view.newest)


def _load_until(storage: Storage, name: str, table: DeltaTable, app_id: str, until: int) -> bool:
    """Load the newest version of a table that has no later ledger row; return whether there is one.

    Looks one version back, then two, four, and so on, as it mostly is one of the last.

    :raises StoreError: if the log was shortened beyond it.
    """
    from deltalake.exceptions import DeltaError

    later, wanted, gone, step = table.version(), -1, -1, 1
    while later - max(wanted, gone) > 1:
        version = max(later - step, gone + 1) if wanted < 0 else (later + wanted) // 2
        try:
            outlast(partial(table.load_as_version, version))
        except DeltaError:
            gone, step = version, max((later - version) // 2, 1)
            continue
        row = row_of(storage, name, table, app_id)
        if row is None or row.seq <= until:
            wanted = version
        else:
            later, step = version, step * 2
    if wanted >= 0:
        outlast(partial(table.load_as_version, wanted))
    elif gone >= 0:
        raise StoreError(
            f"{storage.uri(name)} cannot be read any more as it was at #{until}: its log before version {later} was deleted."
        )
    return wanted >= 0
