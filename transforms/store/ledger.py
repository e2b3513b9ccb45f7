"""The ledger: a Delta table with a row per committed job, appended to by compare-and-swap.

The table's version numbers order all commits of the store. A commit is one new log file, put in place by an
exclusive link after its content is on the disk, or by a conditional put into a bucket; that is the commit point of
the whole transaction. The row is written twice: as a Parquet file of the table, for every Delta reader and for good,
and in the log file's ``commitInfo``, so that recovery and listings read one small JSON file. Versions without a row
are housekeeping.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from transforms.common.masking import masked_text
from transforms.errors import CommitError, ConflictError, OutcomeUnknownError, UnsupportedTableError
from transforms.store import ledger_rows, machine, merging
from transforms.store.delta_log import came_too_late
from transforms.store.entry import Entry
from transforms.store.hints import drop_false_hint
from transforms.store.layout import LEDGER
from transforms.store.ledger_log import (
    BLOCK,
    GIVEN_UP,
    LOG,
    WITHDRAWN,
    GivenUp,
    Note,
    Withdrawn,
    arrow_schema,
    first_content,
    gaps,
    log_content,
    log_file,
    note_content,
    note_in,
    numbers_in,
    unreadable,
)
from transforms.store.storage.base import Storage
from transforms.store.table_row import Row

if TYPE_CHECKING:
    import polars as pl
    from deltalake import DeltaTable

INDEX = f"{LEDGER}/_index"  # where saved copies of the index lie, each named after a version that existed
_AT_ONCE = 64  # log files that are read side by side


class Ledger:
    """The committed jobs of one store, in their global order.

    :param storage: the store's storage.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._head = -1
        self._is_made = False
        self._entries: dict[int, Note] = {}

    def __repr__(self) -> str:
        return f"<Ledger of {masked_text(self._storage.root)}>"

    def create(self, owner: str) -> None:
        """Make the table at version 0 unless it is there.

        The log that a ledger begins with is written last of all that a new store has, and may be missing where a process
        died before: nothing can be read without it, so it is put in its place also where the next one is there.

        :param owner: the name of the store that it belongs to.
        """
        if self._is_made:
            return
        drop_false_hint(self._storage, LEDGER)
        if not self._storage.exists(log_file(0)):
            names = self._storage.names(LOG)
            numbers = numbers_in(names)
            # A log that was shortened begins with a checkpoint. Where that is lost, a beginning would be a gap more.
            if not any(".checkpoint." in name for name in names) and (not numbers or numbers[0] == 1):
                self._storage.create(log_file(0), first_content(owner))
                self._storage.settle([log_file(0)], LEDGER)
        self._is_made = True

    def head(self) -> int:
        """Return the newest version of the table, -1 where there is none."""
        version = self._head
        if version < 0:
            version = self._newest_number(INDEX)  # two names instead of the whole log
            if version < 0 or not self._storage.exists(log_file(version)):  # a cache, and not to be believed
                version = self._newest_number(LOG)
        if version >= 0:
            version = self._storage.newest(log_file, version)
        self._head = version
        return version

    def knows(self, seq: int, transaction: str) -> bool:
        """Whether a row of the ledger is of this transaction."""
        entry = self.entry(seq)
        return entry is not None and entry.transaction == transaction

    def has(self, row: Row, table: str) -> bool:
        """Whether what a table knows of the row that last wrote it is true of this ledger, and of this table."""
        entry = self.entry(row.seq)
        return (
            entry is not None
            and row.is_of(entry.seq, entry.transaction)
            and any(change.table == table for change in entry.changes)
        )

    def append(self, entry: Entry, check: Callable[[int], None] = lambda seq: None) -> Entry:
        """Commit an entry: the commit point of its transaction.

        :param entry: the entry; its ``seq`` is decided here.
        :param check: is told each seq that is tried, after the newest entry below it is known; raising there commits
            nothing.
        :returns: the entry as it was committed.
        :raises OSError: if the disk or the object store refuses; then nothing is committed.
        :raises OutcomeUnknownError: if the disk or the object store does not say whether it took the entry.
        """
        while True:
            seq = self.head() + 1
            check(seq)
            placed = entry.at(seq)
            file, size = self._write_row(placed)
            try:
                # An object store refuses a put that it had taken, when its answer got lost and the put is tried again.
                is_done = self._place(seq, log_content(placed, file, size)) or self._committed(seq, placed)
            except OSError:
                if self._settled(seq, placed):  # the file may stand although that could not be told, or synced
                    return placed
                self._storage.delete(f"{LEDGER}/{file}")
                raise
            if is_done:
                self._head = seq
                self._entries[seq] = placed
                return placed
            self._storage.delete(f"{LEDGER}/{file}")

    def entries(self, after: int, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries with ``after < seq <= until`` in order; ``until`` None means the newest.

        :raises CommitError: if a part of the ledger cannot be read.
        """
        for found in self._notes(after, until):
            if isinstance(found, Entry):
                yield found

    def entry(self, seq: int) -> Entry | None:
        """Return the entry at one place of the order; None where there is none."""
        return next(self.entries(after=seq - 1, until=seq), None) if seq > 0 else None

    def withdrawn(self, after: int) -> dict[int, Withdrawn]:
        """Return the notes in this part of the order that withdraw a row, by that row."""
        return {found.seq: found for found in self._notes(after, None) if isinstance(found, Withdrawn)}

    def withdraw(self, entry: Entry) -> None:
        """Note for everyone that an entry comes into no table.

        Its row goes first: logs are shortened with time, and the table must not tell then what the note took back.
        """
        condition = f"block = {entry.seq // BLOCK} AND seq = {entry.seq}"
        merging.delete_rows(self._storage, LEDGER, self.table(), condition)
        self._note({WITHDRAWN: [entry.seq, entry.transaction]})

    def given_up(self, after: int, until: int) -> set[str]:
        """Return the transactions that were given up for dead in this part of the order.

        :raises CommitError: if the log was shortened beyond its beginning, so that nobody knows. What a live transaction may
            ask for is kept, so whoever asks was taken for dead.
        """
        given_up = set()
        for first in range(after + 1, until + 1, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, until + 1))
            batch = self._load(numbers)
            if len(batch) < len(numbers):
                raise ConflictError(
                    f"The ledger's log of #{first} is gone: this process stood still for so long that it was taken for dead. "
                    f"Nothing was committed; build again."
                )
            given_up |= {note.transaction for note in batch.values() if isinstance(note, GivenUp)}
        return given_up

    def give_up(self, transaction: str) -> None:
        """Note that a transaction is taken for dead: whoever knows this note cannot commit it, and all who commit know it.

        :raises OSError: if the note cannot be written; then nothing of the transaction may be deleted.
        """
        self._note({GIVEN_UP: transaction})

    def _note(self, note: Mapping[str, Any]) -> None:
        while True:
            seq = self.head() + 1
            if self._place(seq, note_content(note)):
                self._head = seq
                return

    def of_transactions(self, transactions: Collection[str]) -> dict[str, Entry]:
        """Return the entries of some transactions, by transaction; one that the ledger does not have is left out.

        :raises CommitError: if a part of the ledger cannot be read.
        """
        import polars as pl

        wanted = set(transactions)
        known = (note for note in self._entries.copy().values() if isinstance(note, Entry))
        found = {entry.transaction: entry for entry in known if entry.transaction in wanted}
        rest = sorted(wanted - found.keys())
        rows = self._rows(pl.col("transaction").is_in(rest)) if rest and self.head() >= 0 else ()
        return found | {entry.transaction: entry for entry in rows}

    def identifiers(self) -> set[str]:
        """Return every id that a row names: of its transaction, and of what its outputs tell, such as model versions.

        :raises CommitError: if a part of the ledger cannot be read.
        """
        return ledger_rows.identifiers(self._storage, self.table())

    def newest(self, limit: int, until: int | None = None) -> list[Entry]:
        """Return the newest entries, newest first, at most ``limit``.

        :param limit: how many.
        :param until: none after this row.
        """
        entries: list[Entry] = []
        head = self.head()
        seq = head if until is None else min(until, head)
        while seq > 0 and len(entries) < limit:
            numbers = range(seq, max(seq - min(limit - len(entries), _AT_ONCE), 0), -1)
            batch = self._load(numbers)
            entries.extend(entry for entry in batch.values() if isinstance(entry, Entry))
            if len(batch) < len(numbers):
                return entries + self._newest_rows(seq - len(batch), limit - len(entries))
            seq -= len(numbers)
        return entries

    def newest_at(self, moment: datetime) -> int | None:
        """Return the newest row that was committed at a time or before; None where there is none.

        :param moment: the time, compared with the clocks of those who committed.
        """
        return ledger_rows.newest_at(self._storage, self.table(), moment)

    def forget(self, until: int) -> None:
        """Drop cached entries up to a seq: a long process keeps no history in memory."""
        for seq in [seq for seq in self._entries if seq <= until]:
            del self._entries[seq]

    def table(self) -> DeltaTable:
        """Open the ledger as the Delta table it is.

        :raises CommitError: if there is none, or it cannot be opened.
        """
        try:
            table = self._storage.delta.open(LEDGER)
        except UnsupportedTableError as error:
            for seq in gaps(self._storage):
                raise unreadable(self._storage.uri(log_file(seq))) from error
            raise unreadable(self._storage.uri(LOG), error.__cause__) from error
        if table is None:
            raise CommitError(f"{self._storage.uri(LEDGER)} is no Delta table; restore it from a backup of the store.")
        return table

    def _write_row(self, entry: Entry) -> tuple[str, int]:
        import polars as pl
        import pyarrow.parquet as pq

        file = f"block={entry.seq // BLOCK}/{entry.seq:012}-{machine.unique()}.parquet"
        schema = arrow_schema()
        schema = schema.remove(schema.get_field_index("block"))
        row = pl.DataFrame([entry.to_row()])  # as Arrow, given plain values, imports pandas
        buffer = io.BytesIO()
        table = row.to_arrow(compat_level=pl.CompatLevel.oldest()).select(schema.names).cast(schema)
        pq.write_table(table, buffer, compression="zstd")
        name = f"{LEDGER}/{file}"
        try:
            self._storage.write(name, buffer.getvalue())
            self._storage.settle([name], LEDGER)
        except OSError:
            self._storage.delete(name)
            raise
        return file, len(buffer.getvalue())

    def _place(self, seq: int, content: bytes) -> bool:
        """Write a log file unless its place is taken, and return whether it got its place in the order for good.

        :raises CommitError: if its place is the next one, and the log file before it is gone: nobody could read what stands there.
        """
        if not self._storage.create(log_file(seq), content):
            return False
        if not came_too_late(self._storage, LEDGER, seq):
            return True
        self._storage.delete(log_file(seq))
        for _ in range(2):  # a listing that was made while others shorten the log may have missed some
            self._head = -1
            if self.head() >= seq:
                return False
        raise unreadable(self._storage.uri(log_file(seq - 1)))

    def _notes(self, after: int, until: int | None) -> Iterator[Note]:
        head = self.head()
        last = head if until is None else min(until, head)
        for first in range(after + 1, last + 1, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, last + 1))
            batch = self._load(numbers)
            yield from batch.values()
            if len(batch) < len(numbers):  # the log was cleaned up: the table has the rows
                yield from self._rows_between(first + len(batch) - 1, last)
                return

    def _load(self, numbers: range) -> dict[int, Note]:
        """Return what the log files of these versions hold, in their order; less, and maybe none, where some are gone.

        The log is shortened from its beginning on. So one that stands before a gap came late, to a place in the past; and so did
        one right before the rest of the log, which begins with the checkpoint that it was shortened to.
        """
        batch: dict[int, Note] = {}
        for seq in numbers:
            with suppress(KeyError):  # another thread may empty the memory meanwhile
                batch[seq] = self._entries[seq]
        unknown, before, behind = [seq for seq in numbers if seq not in batch], min(numbers) - 1, max(numbers) + 1
        around = {before} if before > 0 and before + 1 in unknown else set[int]()
        around |= {behind} if unknown and behind <= self._head else set()
        asked = [*unknown, *sorted(around)]
        try:
            contents = self._storage.read_many([log_file(seq) for seq in asked])
        except OSError as error:
            raise unreadable(self._storage.uri(LOG), error) from error
        for seq, content in zip(asked, contents, strict=True):
            if content is None and (seq != before or came_too_late(self._storage, LEDGER, before + 1)):
                return {}
            if seq in numbers and content is not None:
                batch[seq] = self._in_log(seq, content)
        self._entries |= batch
        return {seq: batch[seq] for seq in numbers}

    def _in_log(self, seq: int, content: bytes) -> Note:
        try:
            return note_in(content)
        except ValueError as error:
            raise unreadable(self._storage.uri(log_file(seq)), error) from error

    def _settled(self, seq: int, entry: Entry) -> bool:
        """Return whether an entry stands at its place; if not, it cannot come to stand there any more.

        :raises OutcomeUnknownError: if the disk or the object store does not tell.
        """
        is_local = self._storage.is_local
        try:
            # A put that got no answer may still be on its way; with its place taken, it comes to nothing.
            is_taken = is_local or not self._place(seq, note_content({GIVEN_UP: entry.transaction}))
            return is_taken and self._committed(seq, entry)
        except OSError as error:
            raise OutcomeUnknownError(
                f"{entry.transform} (transaction {entry.transaction}) may be committed or not: the "
                f"{'disk' if is_local else 'object store'} went away at its commit point ({error}). Nothing of it was deleted. "
                f"Once the store answers again, run 'transforms recover': it completes the commit, or clears it away."
            ) from error

    def _committed(self, seq: int, entry: Entry) -> bool:
        content, before = self._storage.read_many([log_file(seq), log_file(seq - 1)])
        if content is None or before is None:  # the log was shortened since, or before it came to a place in the past
            return self._is_in_table(seq, entry.transaction)
        there = self._in_log(seq, content)
        return isinstance(there, Entry) and there.transaction == entry.transaction

    def _is_in_table(self, seq: int, transaction: str) -> bool:
        return any(entry.transaction == transaction for entry in self._rows_between(seq - 1, seq))

    def _newest_number(self, folder: str) -> int:
        return max((int(name[:20]) for name in self._storage.names(folder) if name[:20].isdigit()), default=-1)

    def _newest_rows(self, until: int, limit: int) -> list[Entry]:
        """Return the newest entries up to a seq from the table, newest first: as many blocks of it as are needed."""
        rows: list[Entry] = []
        for block in range(until // BLOCK, -1, -1):
            if len(rows) >= limit:
                break
            rows += reversed(list(self._rows_between(block * BLOCK - 1, min(until, (block + 1) * BLOCK - 1))))
        return rows[:limit]

    def _rows_between(self, after: int, until: int) -> Iterator[Entry]:
        import polars as pl

        seq, block = pl.col("seq"), pl.col("block")
        yield from self._rows(
            (block >= (after + 1) // BLOCK) & (block <= until // BLOCK) & (seq > after) & (seq <= until)
        )

    def _rows(self, wanted: pl.Expr) -> Iterator[Entry]:
        return ledger_rows.entries_where(self._storage, self.table(), wanted)
