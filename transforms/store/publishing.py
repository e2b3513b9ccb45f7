"""Rolling forward: whatever the ledger has ratified is brought into every table, in the ledger's order.

An entry comes into all of its tables or into none: all are asked first. One that a table refuses waits, and with it what
comes later to any of its tables; everything else goes on. It waits until the table takes it, or until it is withdrawn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from transforms.common.forks import is_panic
from transforms.errors import DivergedError, PublishError, StoreError
from transforms.store import layout, machine
from transforms.store.belonging import check_owner
from transforms.store.cache import sealed, unsealed
from transforms.store.change import TableChange
from transforms.store.entry import Entry
from transforms.store.identity import Identity
from transforms.store.layout import LEDGER
from transforms.store.ledger import Ledger
from transforms.store.order import Part, batches, waves
from transforms.store.storage.base import Storage
from transforms.store.storage.patience import outlast
from transforms.store.table_publishing import Examined, examine, publish_change, refusal
from transforms.store.table_row import Row, row_of

if TYPE_CHECKING:
    from deltalake import DeltaTable

_log = logging.getLogger(__name__)
MARK = f"{LEDGER}/_published"
_THREADS = 16
T = TypeVar("T")
R = TypeVar("R")


class Published(NamedTuple):
    """What the mark tells: everything up to a row is in its tables, but for the rows that wait.

    Attributes:
        seq: the row; 0 where there is no mark to be believed.
        transaction: the transaction that wrote the row.
        waiting: the rows up to it that their tables refused.
    """

    seq: int = 0
    transaction: str = ""
    waiting: tuple[int, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A ratified entry that is in none of its tables.

    Attributes:
        entry: the entry.
        first: what was raised when it was refused.
    """

    entry: Entry
    first: StoreError

    @property
    def error(self) -> StoreError:
        """What to tell a job: which table refuses it and why, and what to do. A new one for each, as each adds where it met it."""
        again = type(self.first)(str(self.first))
        again.__cause__ = self.first.__cause__
        return again


class Publisher:
    """Publishes ratified entries and remembers up to where everything is published.

    :param storage: the store's storage.
    :param identity: the store's name in Delta's transaction identifiers.
    :param ledger: the ledger.

    Attributes:
        refusals: the entries that were refused when it last looked, by each of their tables.
    """

    def __init__(self, storage: Storage, identity: Identity, ledger: Ledger) -> None:
        self._storage = storage
        self._identity = identity
        self._ledger = ledger
        self.refusals: Mapping[str, Refusal] = {}

    @property
    def refused(self) -> list[Refusal]:
        """The refusals, in the order of the ledger."""
        by_seq = {refusal.entry.seq: refusal for refusal in self.refusals.values()}
        return [by_seq[seq] for seq in sorted(by_seq)]

    def refusal_of(self, folder: str) -> Refusal | None:
        """Return why a table, or any table of a model, does not take what is committed; None where it does.

        :param folder: of the table or of the model, relative to the root.
        """
        is_model = layout.is_model(folder)
        for table, found in self.refusals.items():
            if table == folder or (is_model and table.startswith(f"{folder}/")):
                return found
        return None

    def published(self) -> Published:
        """Return up to where everything is published for sure; it may be behind the truth."""
        try:
            mark = unsealed(self._identity.read(), self._storage.read(MARK))
        except OSError:
            return Published()
        if mark is None or not self._ledger.knows(mark["seq"], mark["transaction"]):
            return Published()
        return Published(mark["seq"], mark["transaction"], tuple(mark["waiting"]))

    def unpublished(self) -> list[Entry]:
        """Return the ratified entries that are not in every table yet.

        The mark may lie behind, where two processes or threads published side by side, so the tables are asked.
        """
        pending = self._pending(self.published())
        missing = {entry.seq for entry in self._without_done(pending)} if pending else set()
        return [entry for entry in pending if entry.seq in missing]

    def publish_all(self, opened: Mapping[str, DeltaTable | None] | None = None, afresh: bool = False) -> list[Entry]:
        """Bring every ratified entry into its tables; what is there already is skipped, what is refused waits.

        :param opened: tables that were found to take their changes a moment ago, by their folder below the root; None for
            one that is not there yet.
        :param afresh: look at all tables, also where everything was published once.
        :returns: the entries that came into their tables since this was noted last.
        """
        published = self.published()
        known = 0 if afresh else published.seq
        entries = self._pending(published if known else Published())
        if not entries:
            self.refusals = {}
            return []
        if not known:  # another store's mark is not believed
            check_owner(self._storage, self._identity.read(), self._ledger)
        remaining = entries if known else self._without_done(entries)
        refusals: dict[str, Refusal] = {}
        for batch in batches(remaining):
            self._publish_batch(batch, opened or {}, refusals)
        self.refusals = refusals
        waiting = {refusal.entry.seq for refusal in refusals.values()}
        newest = max((entry.seq, entry.transaction) for entry in entries)
        self._remember(Published(*max(newest, published[:2]), tuple(sorted(waiting))), published)
        new = {entry.seq for entry in remaining} if afresh else set(published.waiting)
        return [
            entry for entry in entries if entry.seq not in waiting and (entry.seq > published.seq or entry.seq in new)
        ]

    def give_up(self, entry: Entry) -> None:
        """Withdraw an entry that is in none of its tables: it will be in none.

        :raises PublishError: if it is in one of them.
        """
        if (table := self.holder(entry)) is not None:
            raise PublishError(
                f"#{entry.seq} {entry.transform} cannot be given up, as {self._storage.uri(table)} has it already, or a later "
                f"commit, and maybe somebody read it. Nothing was changed. Repair the table that refuses it, then run "
                f"'transforms recover'."
            )
        self._ledger.withdraw(entry)
        self.publish_all()

    def holder(self, entry: Entry) -> str | None:
        """Return a table that has an entry already, or a later one, also one that is not this ledger's; None for none."""
        rows = self._rows({change.table for change in entry.changes})
        return next((table for table, row in rows.items() if row is not None and row.seq >= entry.seq), None)

    def _pending(self, published: Published) -> list[Entry]:
        waiting = [found for seq in published.waiting if (found := self._ledger.entry(seq)) is not None]
        entries = [*waiting, *self._ledger.entries(after=published.seq)]
        withdrawn = self._ledger.withdrawn(after=published.seq) if entries else {}
        return [entry for entry in entries if entry.seq not in withdrawn]

    def _without_done(self, entries: Sequence[Entry]) -> list[Entry]:
        """Leave out what tables have already, and what was deleted with its table: how far all is published is not known."""
        rows = self._rows({change.table for entry in entries for change in entry.changes})
        left: dict[str, list[tuple[int, TableChange]]] = {}
        for entry in entries:
            for change in entry.changes:
                row = rows[change.table]
                if row is not None and row.seq >= entry.seq:
                    if row.is_of(entry.seq, entry.transaction) or self._ledger.has(row, change.table):
                        continue
                elif row is None and change.mode == "overwrite":
                    left[change.table] = []  # what came before it is gone for good
                left.setdefault(change.table, []).append((entry.seq, change))
        wanted = {(seq, table) for table, parts in left.items() for seq, _ in parts}
        for table, parts in left.items():
            if rows[table] is None and not self._storage.is_table(table) and not self._has_files(table, parts):
                _log.warning("%s was deleted with its files, so nothing is published to it.", self._storage.uri(table))
                wanted -= {(seq, table) for seq, _ in parts}
        kept = [
            replace(entry, changes=tuple(change for change in entry.changes if (entry.seq, change.table) in wanted))
            for entry in entries
        ]
        return [entry for entry in kept if entry.changes]

    def _has_files(self, table: str, parts: Iterable[tuple[int, TableChange]]) -> bool:
        files = [f"{table}/{file.path}" for _, change in parts for file in change.files]
        return not files or any(size is not None for size in self._storage.sizes(files))

    def _rows(self, tables: Iterable[str]) -> dict[str, Row | None]:
        """Return what each table knows of the ledger; None also for one that cannot be opened, which refuses later."""

        def look(name: str) -> Row | None:
            try:
                table = self._storage.delta.open(name)
            except StoreError:
                return None
            return None if table is None else row_of(self._storage, name, table, self._identity.read())

        names = sorted(tables)
        return dict(zip(names, _side_by_side(look, names), strict=True))

    def _publish_batch(
        self, entries: Sequence[Entry], opened: Mapping[str, DeltaTable | None], refusals: dict[str, Refusal]
    ) -> None:
        """Publish entries of which no two write one table; note those that are refused."""
        refused = _waiting(entries, refusals)
        parts = [Part(entry, change) for entry in entries if entry.seq not in refused for change in entry.changes]
        examined: dict[str, Examined] = {}
        for part, found in zip(parts, _side_by_side(lambda part: self._examine(part, opened), parts), strict=True):
            if isinstance(found, StoreError):
                refused.setdefault(part.entry.seq, found)
            elif found is not None:
                examined[part.change.table] = found
        for wave in waves(entries):
            todo = [part for part in wave if part.entry.seq not in refused and part.change.table in examined]
            told = _side_by_side(lambda part: self._publish(part, examined[part.change.table]), todo)
            for part, error in zip(todo, told, strict=True):
                if error is not None:
                    refused.setdefault(part.entry.seq, error)
        for entry in entries:
            if entry.seq in refused:
                refusals.update({change.table: Refusal(entry, refused[entry.seq]) for change in entry.changes})

    def _examine(self, part: Part, opened: Mapping[str, DeltaTable | None]) -> Examined | StoreError | None:
        table = part.change.table
        validated = Examined(opened[table]) if table in opened else None
        app_id = self._identity.read()
        try:
            return outlast(lambda: examine(self._storage, app_id, part, self._ledger.has, validated))
        except DivergedError as error:
            return error
        except BaseException as error:
            if not (isinstance(error, Exception) or is_panic(error)):
                raise
            return refusal(self._storage, part.entry, table, error)

    def _publish(self, part: Part, examined: Examined) -> StoreError | None:
        try:
            publish_change(self._storage, self._identity.read(), part, examined)
        except (OSError, StoreError) as error:
            if isinstance(error, (DivergedError, PublishError)):
                return error
            return refusal(self._storage, part.entry, part.change.table, error)  # the entry is committed all the same
        return None

    def _remember(self, published: Published, before: Published) -> None:
        if published == before:
            return
        try:
            self._storage.write(MARK, sealed(self._identity.read(), published._asdict()))
        except OSError as error:  # without the mark the next one looks at these entries again
            _log.warning("What is published could not be noted (%s); everything committed is safe.", error)


def _waiting(entries: Iterable[Entry], refusals: Mapping[str, Refusal]) -> dict[int, StoreError]:
    """Return why entries have to wait, by their rows: those that write a table which refused an earlier one."""
    told: dict[int, StoreError] = {}
    for entry in entries:
        before = next((refusals[change.table] for change in entry.changes if change.table in refusals), None)
        if before is not None:
            told[entry.seq] = PublishError(
                f"#{entry.seq} {entry.transform} waits for #{before.entry.seq} {before.entry.transform}: {before.error}"
            )
    return told


def _side_by_side(function: Callable[[T], R], things: Sequence[T]) -> list[R]:
    if len(things) < 2:
        return [function(thing) for thing in things]
    with machine.pool(min(len(things), _THREADS), "publish") as pool:
        return list(pool.map(function, things))
