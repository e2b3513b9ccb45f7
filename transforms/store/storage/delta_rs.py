"""The Delta tables below a store's root, read and committed by delta-rs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from transforms.common.forks import is_panic, need_threads, refusal
from transforms.common.paths import escape, shown
from transforms.errors import UnsupportedTableError
from transforms.store import machine
from transforms.store.change import TableChange
from transforms.store.hints import drop_false_hint
from transforms.store.layout import alias_of
from transforms.store.storage.base import Storage
from transforms.store.storage.delta import WEEK, Delta, Mark, apply
from transforms.store.storage.files import Found
from transforms.store.storage.patience import outlast

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable


_REHEARSED = Mark("rehearsal", 0, {})


_RETENTION = "delta.deletedFileRetentionDuration"


class DeltaRs(Delta):
    """:class:`Delta` by delta-rs.

    :param storage: where the tables lie.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def open(self, name: str) -> DeltaTable | None:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError, TableNotFoundError

        need_threads(f"Opening the table {name}")
        if not self._storage.is_table(name):
            return None
        try:
            return outlast(lambda: DeltaTable(self._storage.uri(name), storage_options=self._storage.options))
        except TableNotFoundError:
            return None
        except BaseException as error:
            if is_panic(error) and "orked process" in str(error):  # the parent used delta-rs, and not through us
                raise refusal(f"Opening the table {name}", None) from error
            if not (isinstance(error, DeltaError) or is_panic(error)):
                raise
            if drop_false_hint(self._storage, name):
                return self.open(name)
            raise UnsupportedTableError(
                f"{alias_of(name)}: the Delta table {self._storage.uri(name)} cannot be opened: {error}"
            ) from error

    def files(self, name: str, table: DeltaTable) -> list[tuple[str, Found]]:
        import pyarrow as pa

        need_threads(f"Reading the log of {name}")
        actions = pa.table(table.get_add_actions(flatten=True)).select(["path", "size_bytes", "modification_time"])
        found = []
        for path, size, modified in zip(*actions.to_pydict().values(), strict=True):
            # An address encodes some letters. Not every writer does so, hence the look at what is there.
            plain = unquote(path)
            if reason := escape(plain):
                raise UnsupportedTableError(f"The log of the Delta table {name} names {shown(plain)}, which {reason}.")
            there = plain if plain == path or self._storage.exists(f"{name}/{plain}") else path
            found.append((there, Found(size, modified / 1000 if isinstance(modified, int) else modified.timestamp())))
        return found

    def create(self, change: TableChange, mark: Mark) -> None:
        _create(self._storage.uri(change.table), self._storage.options, change, mark)

    def commit(self, table: DeltaTable, change: TableChange, mark: Mark) -> None:
        from deltalake import Schema

        table.create_write_transaction(
            _add_actions(change),
            mode=change.mode,
            schema=Schema.from_json(change.schema),
            partition_by=list(change.partition_by) or None,
            commit_properties=_properties(mark),
            post_commithook_properties=_no_hooks(),
        )

    def rehearse(self, table: DeltaTable | None, change: TableChange) -> None:
        from deltalake import DeltaTable

        change = replace(change, files=change.files if change.partition_by else ())
        if table is None:
            _create("memory:///rehearsal", {}, change, _REHEARSED)
            return
        with tempfile.TemporaryDirectory(prefix="transforms-") as folder:
            log = Path(folder, "_delta_log", f"{0:020}.json")
            log.parent.mkdir()
            log.write_text("\n".join(json.dumps(action) for action in _head(table)))
            apply(self, DeltaTable(folder), change, _REHEARSED)
            DeltaTable(folder)  # a table that took it can still be one that nobody can open

    def add_columns(self, table: DeltaTable, fields: Sequence[Mapping[str, Any]]) -> None:
        from deltalake import Schema

        table.alter.add_columns(Schema.from_json(json.dumps({"type": "struct", "fields": fields})).fields)
        table.update_incremental()

    def allow_naive_timestamps(self, table: DeltaTable) -> None:
        from deltalake import TableFeatures

        wanted, older = [TableFeatures.TimestampWithoutTimezone], table.protocol().min_writer_version
        if older < 7:
            meant = [(2, TableFeatures.AppendOnly), (2, TableFeatures.Invariants), (3, TableFeatures.CheckConstraints)]
            wanted += [feature for since, feature in [*meant, (4, TableFeatures.ChangeDataFeed)] if older >= since]
        table.alter.add_feature(wanted, allow_protocol_versions_increase=True)

    def compact(self, table: DeltaTable, partition: tuple[str, str] | None, target: int | None) -> None:
        # Nothing that others commit meanwhile is in its way.
        from deltalake import CommitProperties

        table.optimize.compact(
            partition_filters=None if partition is None else [(partition[0], "=", partition[1])],
            target_size=target,
            commit_properties=CommitProperties(max_commit_retries=15),
            post_commithook_properties=_no_hooks(),
        )
        table.update_incremental()

    def delete_rows(self, table: DeltaTable, condition: str) -> None:
        # What others append meanwhile is not in its way.
        from deltalake import CommitProperties

        table.delete(
            condition,
            commit_properties=CommitProperties(max_commit_retries=15),
            post_commithook_properties=_no_hooks(),
        )
        table.update_incremental()

    def checkpoint(self, table: DeltaTable) -> None:
        table.create_checkpoint()

    def keep_replaced(self, table: DeltaTable, interval: str) -> str:
        from deltalake import CommitProperties

        before = table.metadata().configuration.get(_RETENTION, WEEK)
        table.alter.set_table_properties(
            {_RETENTION: interval},
            commit_properties=CommitProperties(max_commit_retries=15),
            post_commithook_properties=_no_hooks(),
        )
        table.update_incremental()
        return before

    def replaced(self, table: DeltaTable, hours: int) -> list[str]:
        return table.vacuum(retention_hours=hours, dry_run=True, enforce_retention_duration=False, full=False)


def _create(uri: str, options: Any, change: TableChange, mark: Mark) -> None:
    from deltalake import Schema
    from deltalake.transaction import create_table_with_add_actions

    create_table_with_add_actions(
        uri,
        Schema.from_json(change.schema),
        _add_actions(change),
        mode="error",
        partition_by=list(change.partition_by),
        storage_options=options,
        commit_properties=_properties(mark),
        post_commithook_properties=_no_hooks(),
    )


def _head(table: DeltaTable) -> list[dict[str, Any]]:
    """Return what the log of an empty table with the same columns, protocol and properties says."""
    protocol, metadata = table.protocol(), table.metadata()
    named = {"readerFeatures": protocol.reader_features, "writerFeatures": protocol.writer_features}
    versions = {"minReaderVersion": protocol.min_reader_version, "minWriterVersion": protocol.min_writer_version}
    described = {
        "id": str(metadata.id),
        "format": {"provider": "parquet", "options": {}},
        "schemaString": table.schema().to_json(),
        "partitionColumns": metadata.partition_columns,
        "configuration": metadata.configuration,
        "createdTime": metadata.created_time,
    }
    return [{"protocol": versions | {k: v for k, v in named.items() if v is not None}}, {"metaData": described}]


def _add_actions(change: TableChange) -> list[Any]:
    from deltalake.transaction import AddAction

    now = machine.milliseconds()
    return [
        AddAction(file.path, file.size, dict(file.partition_values), now, True, file.stats) for file in change.files
    ]


def _properties(mark: Mark) -> CommitProperties:
    from deltalake import CommitProperties, Transaction

    return CommitProperties(
        max_commit_retries=0,  # compare-and-swap: never on top of a version that was not looked at
        app_transactions=[Transaction(name, number) for name, number in mark.identifiers.items()],
        custom_metadata=dict(mark.info),
    )


def _no_hooks() -> Any:
    from deltalake import PostCommitHookProperties

    return PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
