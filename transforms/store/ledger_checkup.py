"""Looking whether every part of a ledger is there and can be read. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.common.json_text import from_json
from transforms.errors import StoreError
from transforms.store.entry import Entry
from transforms.store.layout import LEDGER
from transforms.store.ledger import Ledger
from transforms.store.ledger_log import LOG, Withdrawn, gaps, log_file, note_in, numbers_in, unreadable
from transforms.store.storage.base import Storage

_AT_ONCE = 64  # log files that are read side by side


def check_ledger(storage: Storage, ledger: Ledger) -> Iterator[str]:
    """Yield what is damaged: log files that are gone or cannot be read, rows that the table does not have."""
    numbers = numbers_in(storage.names(LOG))
    if not numbers:
        yield f"{storage.uri(LOG)} has no log file; restore it from a backup of the store."
        return
    gone = gaps(storage)
    for seq in gone:
        yield f"{storage.uri(log_file(seq))} is gone; restore it from a backup of the store."
    known: set[int] = set()
    for first in range(0, len(numbers), _AT_ONCE):
        batch = numbers[first : first + _AT_ONCE]
        for seq, content in zip(batch, storage.read_many([log_file(seq) for seq in batch]), strict=True):
            try:
                note = note_in(content or b"")
                for line in (content or b"").splitlines():
                    from_json(line)
            except ValueError as error:
                yield str(unreadable(storage.uri(log_file(seq)), error))
                continue
            if isinstance(note, Entry):
                known.add(seq)
            elif isinstance(note, Withdrawn):
                known.discard(note.seq)
    if not gone:  # no reader gets at the rows then
        yield from _missing_rows(storage, ledger, known)


def _missing_rows(storage: Storage, ledger: Ledger, known: set[int]) -> Iterator[str]:
    import pyarrow.parquet as pq

    rows: set[int] = set()
    try:
        files = storage.delta.files(LEDGER, ledger.table())
    except StoreError as error:
        yield str(error)
        return
    for file, _ in files:
        try:
            rows.update(pq.read_table(storage.open(f"{LEDGER}/{file}"), columns=["seq"])["seq"].to_pylist())
        except (OSError, ValueError) as error:
            yield f"{storage.uri(f'{LEDGER}/{file}')} cannot be read ({error}); restore it from a backup of the store."
            return
    for seq in sorted(known - rows):
        yield f"The ledger's table has no row #{seq}, which its log has; restore {storage.uri(LEDGER)} from a backup."
