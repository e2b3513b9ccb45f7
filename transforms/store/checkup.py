"""Looking whether a store's ledger and tables are whole and belong together. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from transforms.errors import StoreError, UnsupportedTableError
from transforms.store import layout, machine
from transforms.store.belonging import check_owner, diverged
from transforms.store.change import TableChange
from transforms.store.entry import Entry
from transforms.store.features import check_writable
from transforms.store.finding import find_tables
from transforms.store.ledger_checkup import check_ledger
from transforms.store.table_row import row_of

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from transforms.store.store import Store

_THREADS = 16
_SHOWN = 5


class Trouble(NamedTuple):
    """Something that is not as it should be.

    Attributes:
        what: what was looked at: ``ledger``, ``commits`` or a table.
        kind: ``problem``, ``recovery`` where ``transforms recover`` mends it, ``unwritable`` where nothing is damaged and
            jobs that write are refused all the same, or ``note`` where they can do one thing and not another.
        detail: what was found, where, and what to do.
    """

    what: str
    kind: Literal["problem", "recovery", "unwritable", "note"]
    detail: str


def check_store(store: Store) -> Iterator[Trouble]:
    """Yield what is wrong with the ledger, then what is wrong with tables."""
    if store.ledger.head() < 0 and not any(find_tables(store.storage)):
        return  # a process died at beginning the store, which the next job goes on with
    damaged = list(_ledger(store))
    yield from damaged
    last: dict[str, tuple[Entry, TableChange]] = {}
    if not damaged:
        withdrawn = store.ledger.withdrawn(after=0)
        for entry in store.ledger.entries(after=0):
            if entry.seq not in withdrawn:
                last.update({change.table: (entry, change) for change in entry.changes})
        yield from _waiting(store)
    names = sorted({*find_tables(store.storage), *last})
    with machine.pool(_THREADS, "check") as pool:
        for found in pool.map(lambda name: _table(store, name, last.get(name), bool(damaged)), names):
            if found is not None:
                yield found


def _ledger(store: Store) -> Iterator[Trouble]:
    problems = [*check_ledger(store.storage, store.ledger)]
    try:
        if not problems:
            check_owner(store.storage, store.app_id, store.ledger)
    except StoreError as error:
        problems.append(str(error))
    for problem in problems:
        yield Trouble("ledger", "problem", problem)


def _waiting(store: Store) -> Iterator[Trouble]:
    refused = store.waiting()
    for entry in store.unpublished():
        name = f"#{entry.seq} {entry.transform}"
        if entry.seq not in refused:
            yield Trouble("commits", "recovery", f"{name} is not in every table yet; run 'transforms recover'")
            continue
        if store.publisher.holder(entry) is not None:
            yield Trouble(
                "commits",
                "recovery",
                f"{name} waits, because a table that it writes has it, or a later commit, already; jobs that touch "
                f"{_names(entry)} wait. 'transforms recover' says why and tries again",
            )
            continue
        yield Trouble(
            "commits",
            "recovery",
            f"{name} is in none of its tables, because one refuses it; jobs that touch {_names(entry)} wait. 'transforms "
            f"recover' says why and tries again; 'transforms recover --give-up {entry.seq}' does without it",
        )


def _names(entry: Entry) -> str:
    aliases = [resource.alias for resource in entry.resources]
    return ", ".join(aliases[:_SHOWN]) + (f" and {len(aliases) - _SHOWN} more" if len(aliases) > _SHOWN else "")


def _table(store: Store, name: str, last: tuple[Entry, TableChange] | None, is_damaged: bool) -> Trouble | None:
    try:
        table = store.storage.delta.open(name)
        if table is None:
            return _gone(store, name, last) if last is not None else None
        files = store.storage.delta.files(name, table)
        sizes = store.storage.sizes([f"{name}/{file}" for file, _ in files])
        for (file, found), size in zip(files, sizes, strict=True):
            if size != found.size:
                address = store.storage.uri(f"{name}/{file}")
                state = "is gone" if size is None else f"has {size} bytes instead of {found.size}"
                return Trouble(f"table {name}", "problem", f"{address} {state}; restore it from a backup of the store")
        row = row_of(store.storage, name, table, store.app_id)
        if not is_damaged and row is not None and not store.ledger.has(row, name):
            return Trouble(f"table {name}", "problem", str(diverged(store.storage, name, row)))
        if (
            not is_damaged
            and row is not None
            and last is not None
            and row.seq < last[0].seq
            and last[0].seq <= store.published()
        ):
            if last[0].seq in store.waiting():
                return None  # told above
            return Trouble(
                f"table {name}",
                "recovery",
                f"it lost commit #{last[0].seq} {last[0].transform}, which the ledger has; run 'transforms recover'",
            )
    except StoreError as error:
        return Trouble(f"table {name}", "problem", str(error))
    return _unwritable(table, name)


def _unwritable(table: DeltaTable, name: str) -> Trouble | None:
    """Tell what jobs cannot do with a table that can be read."""
    kinds: list[tuple[Literal["append", "overwrite"], Literal["unwritable", "note"]]] = [("append", "unwritable")]
    if layout.is_dataset(name):  # those of a model are only ever added to
        kinds.append(("overwrite", "note"))
    for mode, kind in kinds:
        try:
            check_writable(table, name, mode)
        except UnsupportedTableError as error:
            return Trouble(f"table {name}", kind, str(error).removesuffix(" Nothing was changed."))
    return None


def _gone(store: Store, name: str, last: tuple[Entry, TableChange]) -> Trouble | None:
    entry, change = last
    files = [f"{name}/{file.path}" for file in change.files]
    if entry.seq > store.published() or entry.seq in store.waiting():
        return None  # told above
    if files and any(size is not None for size in store.storage.sizes(files)):
        detail = (
            f"its log is gone, while files of commit #{entry.seq} {entry.transform} are there; run 'transforms recover'"
        )
        return Trouble(f"table {name}", "recovery", detail)
    return None  # deleted by hand, with its files
