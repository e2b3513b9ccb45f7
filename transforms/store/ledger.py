"""The ledger: a Delta table with a row per committed job, appended to by compare-and-swap.

The table's version numbers order all commits of the store. A commit is one new log file, put in place by an
exclusive link after its content is on the disk; that link is the commit point of the whole transaction. The row
is written twice: as a Parquet file of the table, for every Delta reader and for good, and in the log file's
``commitInfo``, so that recovery and listings read one small JSON file. Versions without a row are housekeeping.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.errors import CommitError
from transforms.store.durable import create_exclusively, sync_folder, sync_tree
from transforms.store.entry import Entry
from transforms.store.publish import merge_small_files

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

INDEX = "_index"  # where saved copies of the index lie, each named after a version that existed
BLOCK = 1000  # rows are partitioned by seq // BLOCK, so that merging small files never rewrites old history
_PAYLOAD = "transforms"


class Ledger:
    """The committed jobs of one store, in their global order.

    :param folder: the folder of the ledger's Delta table.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "_delta_log"
        self._head = -1
        self._entries: dict[int, Entry | None] = {}

    def create(self) -> None:
        """Make the table at version 0 unless it is there."""
        from deltalake import CommitProperties, DeltaTable, Schema
        from deltalake.exceptions import DeltaError

        if self.log_file(0).exists() or self.head() >= 0:
            return
        try:
            DeltaTable.create(
                str(self.folder),
                Schema.from_arrow(_arrow_schema()),
                mode="error",
                partition_by=["block"],
                name="ledger",
                description="One row per committed job; the version that brought a row is its seq.",
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        except DeltaError:
            if not self.log_file(0).exists():
                raise
        sync_tree([self.log_file(0)], self.folder)

    def log_file(self, version: int) -> Path:
        """Return the log file that a version of the table is, or would be."""
        return self._log / f"{version:020}.json"

    def head(self, hint: int = -1) -> int:
        """Return the newest version of the table, -1 where there is none.

        :param hint: a version that is known to have existed; the search starts there instead of listing the log.
        """
        version = max(self._head, hint)
        if version < 0:
            version = _newest_number(self.folder / INDEX)  # two names instead of the whole log
        if version < 0:
            version = _newest_number(self._log)
        while self.log_file(version + 1).exists():
            version += 1
        self._head = version
        return version

    def append(self, entry: Entry) -> Entry:
        """Commit an entry: the commit point of its transaction.

        :param entry: the entry; its ``seq`` is decided here.
        :returns: the entry as it was committed.
        :raises OSError: if the disk refuses; then nothing is committed.
        """
        while True:
            seq = self.head() + 1
            placed = entry.at(seq)
            file = self._write_row(placed)
            try:
                if create_exclusively(self.log_file(seq), _log_content(placed, file, self.folder)):
                    self._head = seq
                    self._entries[seq] = placed
                    return placed
            except OSError:
                if self._committed(seq, placed):  # the link may stand although its folder could not be synced
                    return placed
                file.unlink(missing_ok=True)
                raise
            file.unlink()

    def entries(self, after: int, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries with ``after < seq <= until`` in order; ``until`` None means the newest.

        :raises CommitError: if a part of the ledger cannot be read.
        """
        head = self.head(hint=after)
        last = head if until is None else min(until, head)
        for seq in range(after + 1, last + 1):
            if seq not in self._entries and not self.log_file(seq).exists():
                yield from self._rows_between(seq - 1, last)  # the log was cleaned up: the table still has the rows
                return
            entry = self.entry(seq)
            if entry is not None:
                yield entry

    def newest(self, limit: int) -> list[Entry]:
        """Return the newest entries, newest first, at most ``limit``."""
        found: list[Entry] = []
        seq = self.head()
        while seq > 0 and len(found) < limit:
            if seq not in self._entries and not self.log_file(seq).exists():
                rows = list(self._rows_between(0, seq))
                return found + rows[::-1][: limit - len(found)]
            entry = self.entry(seq)
            if entry is not None:
                found.append(entry)
            seq -= 1
        return found

    def entry(self, seq: int) -> Entry | None:
        """Return the entry that a version brought, None for a version that is housekeeping."""
        if seq not in self._entries:
            self._entries[seq] = _entry_in_log(self.log_file(seq))
        return self._entries[seq]

    def forget(self, until: int) -> None:
        """Drop cached entries up to a seq: a long process keeps no history in memory."""
        for seq in [seq for seq in self._entries if seq <= until]:
            del self._entries[seq]

    def table(self) -> DeltaTable:
        """Open the ledger as the Delta table it is."""
        from deltalake import DeltaTable

        return DeltaTable(str(self.folder))

    def merge_small_files(self) -> None:
        """Compact the files of the newest block and write a checkpoint; rows and their order stay as they are."""
        block = max(self.head(), 0) // BLOCK
        for merged in {max(block - 1, 0), block}:
            merge_small_files(self.folder, ("block", str(merged)))
        self.table().create_checkpoint()
        sync_folder(self._log)

    def _write_row(self, entry: Entry) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        file = self.folder / f"block={entry.seq // BLOCK}" / f"{entry.seq:012}-{uuid.uuid4().hex}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        schema = _arrow_schema()
        schema = schema.remove(schema.get_field_index("block"))
        try:
            pq.write_table(pa.Table.from_pylist([entry.to_row()], schema=schema), file, compression="zstd")
            sync_tree([file], self.folder)
        except OSError:
            file.unlink(missing_ok=True)
            raise
        return file

    def _committed(self, seq: int, entry: Entry) -> bool:
        if not self.log_file(seq).exists():
            return False
        there = _entry_in_log(self.log_file(seq))
        return there is not None and there.transaction == entry.transaction

    def _rows_between(self, after: int, until: int) -> Iterator[Entry]:
        import polars as pl

        rows = pl.scan_delta(self.table()).filter(pl.col("seq") > after, pl.col("seq") <= until).sort("seq").collect()
        for row in rows.iter_rows(named=True):
            yield Entry.from_row(row)


def _newest_number(folder: Path) -> int:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return -1
    return max((int(name[:20]) for name in names if name[:20].isdigit()), default=-1)


@cache
def _arrow_schema() -> pa.Schema:
    import pyarrow as pa

    text, moment = pa.string(), pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            ("seq", pa.int64()),
            ("transaction", text),
            ("transform", text),
            ("branch", text),
            ("started_time", moment),
            ("ratified_time", moment),
            ("user", text),
            ("code_version", text),
            ("inputs", text),
            ("outputs", text),
            ("changes", text),
            ("block", pa.int64()),
        ]
    )


def _log_content(entry: Entry, file: Path, folder: Path) -> bytes:
    now = int(time.time() * 1000)
    row = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in entry.to_row().items()}
    bounds = {"seq": entry.seq}
    actions: list[dict[str, Any]] = [
        {
            "commitInfo": {
                "timestamp": now,
                "operation": "WRITE",
                "operationParameters": {"mode": "Append"},
                "engineInfo": "transforms-on-delta",
                _PAYLOAD: row,
            }
        },
        {
            "add": {
                "path": file.relative_to(folder).as_posix(),
                "partitionValues": {"block": str(entry.seq // BLOCK)},
                "size": file.stat().st_size,
                "modificationTime": now,
                "dataChange": True,
                "stats": json.dumps(
                    {"numRecords": 1, "minValues": bounds, "maxValues": bounds, "nullCount": {"seq": 0}}
                ),
            }
        },
    ]
    return "\n".join(json.dumps(action) for action in actions).encode()


def _entry_in_log(file: Path) -> Entry | None:
    try:
        first = file.read_bytes().split(b"\n", 1)[0]
        payload = json.loads(first).get("commitInfo", {}).get(_PAYLOAD) if first else None
    except (OSError, ValueError, AttributeError) as error:
        raise CommitError(
            f"The ledger's log file {file} cannot be read ({error}). Every commit so far is untouched; restore the "
            f"file from a backup, or run 'transforms doctor' to see what it held."
        ) from error
    return Entry.from_row(payload) if payload else None
