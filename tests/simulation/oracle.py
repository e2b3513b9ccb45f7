"""Knows what must be true at every moment, and looks at what happens to every file.

It believes nothing but the files: the ledger's log, as it stands, is the order of commits, and what a table must hold
after a row of it follows from the rows before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from deltalake.exceptions import DeltaError

from tests.simulation.disk import Disk, File
from tests.simulation.lake import NOTHING, Version, actions, load
from tests.simulation.world import Violation, World
from transforms.store.entry import Entry
from transforms.store.layout import LEDGER, TRANSACTIONS

_WHO_SEES = {"versions": "experiments", "experiments": "metrics"}
"""Who sees a row of the first table must see what belongs to it in the second."""


class Oracle:
    """The rules of one store.

    :param world: in which it is; told of what must never be.
    :param disk: what is looked at.
    """

    def __init__(self, world: World, disk: Disk) -> None:
        self.entries: dict[int, Entry] = {}  # by seq
        self.seqs: dict[str, int] = {}  # of transactions
        self.tables: dict[str, Version] = {}
        self._world = world
        self._disk = disk
        self._rows: dict[str, list[str]] = {}  # of every data file that ever was
        self._live: dict[str, str] = {}  # files that somebody needs, and who
        self._head = -1
        self._given_up: set[str] = set()
        self._acknowledged: dict[str, int] = {}
        self._failed: dict[str, str] = {}
        self._ghosts: set[tuple[str, int]] = set()
        self._late: set[str] = set()
        disk.watch = self._changed

    # What processes are told

    def acknowledged(self, transaction: str, seq: int) -> None:
        """A process was told that its job is committed."""
        self._acknowledged[transaction] = seq
        if self.seqs.get(transaction) != seq:
            self._broken("what is acknowledged is in the ledger", f"{transaction} is not at {seq}")

    def failed(self, transaction: str, error: Exception) -> None:
        """A process was told that nothing of its job is committed."""
        self._failed[transaction] = f"{type(error).__name__}: {error}"
        if transaction in self.seqs:
            self._broken(
                "what failed is not committed", f"{self._failed[transaction]} but it is #{self.seqs[transaction]}"
            )

    def crashed(self, error: BaseException) -> None:
        """A process met an error that no user should see."""
        self._broken("no surprise is met with a raw error", f"{type(error).__name__}: {error}")

    def read(self, table: str, seq: int, files: Iterable[str]) -> None:
        """A reader was given these files of a table as it was after a row of the ledger."""
        names = [f"{table}/{file}" for file in files]
        gone = [name for name in names if name not in self._disk.files and self._gone(table, name)]
        if gone:
            return  # a file that was replaced since may be collected
        found, right = self._content(names), self.expected(table, seq)
        if found != right:
            self._broken("a reader sees all of a job or none", f"{table} at #{seq} has {found} and not {right}")

    # What must be at the end

    def settled(self, is_collected: bool) -> None:
        """Everything was recovered: now plain readers see what the ledger says, and nothing else is there.

        :param is_collected: whether leftovers were looked for, so that nothing stays either of what came late.
        """
        for table in {change.table for entry in self.entries.values() for change in entry.changes}:
            version = self.tables.get(table, NOTHING)
            found, right = self._content(f"{table}/{path}" for path in version.files), self.expected(table)
            if found != right:
                self._broken("after recovery every table has every job once", f"{table} has {found} and not {right}")
        there = [
            json.loads(row)["seq"]
            for row in self._content(f"{LEDGER}/{path}" for path in load(self._disk, LEDGER).files)
        ]
        if sorted(there) != sorted(self.entries):
            self._broken(
                "the ledger's table has every commit once", f"it has {sorted(there)} and not {sorted(self.entries)}"
            )
        for name in self._disk.files:
            transaction = _owner(name)
            if transaction is None or transaction in self.seqs:
                continue
            # What was on its way came when everybody had gone, maybe after recovery, and what one staged that was given up for
            # dead and could not delete it is found by collection alone.
            if is_collected:
                self._broken("after collection nothing stays of a dead job", name)
            elif name not in self._late:
                self._broken("after recovery nothing of a dead job stays", name)
        for name in self._disk.right_below(TRANSACTIONS)[0]:
            self._broken("after recovery nothing of a dead job stays", f"{TRANSACTIONS}/{name}")

    def expected(self, table: str, until: int | None = None) -> list[str]:
        """Return the rows that a table must have after a row of the ledger, sorted."""
        rows: list[str] = []
        for seq, entry in sorted(self.entries.items()):
            for change in entry.changes:
                if change.table == table and (until is None or seq <= until):
                    rows = [] if change.mode == "overwrite" else rows
                    rows = rows + [row for file in change.files for row in self._rows[f"{table}/{file.path}"]]
        return sorted(rows)

    # What happens to files

    def _changed(self, name: str, before: File | None, after: File | None) -> None:
        folder, _, file = name.rpartition("/")
        if folder.endswith("/_delta_log") and file.endswith(".json"):
            if after is None:
                self._shortened(folder.removesuffix("/_delta_log"), int(file[:20]))
            elif before is not None:
                self._broken("the log of a table only grows", f"{name} was changed")
            elif folder == f"{LEDGER}/_delta_log":
                self._ledger_grew(int(file[:20]), after.content)
            else:
                self._table_grew(folder.removesuffix("/_delta_log"), int(file[:20]), after.content)
        elif after is None:
            if name in self._live:
                self._broken("nothing that is needed is deleted", f"{name} of {self._live[name]}")
        elif "/data/" in name or "/block=" in name or name.endswith(".merged"):
            # One that was given up for dead may only have stood still; it has no record any more that names what it stages.
            if self._world.is_late or _owner(name) in self._given_up:
                self._late.add(name)
            self._rows[name] = after.content.decode(errors="replace").splitlines()

    def _ledger_grew(self, number: int, content: bytes) -> None:
        if number <= self._head:
            self._ghosts.add(
                (LEDGER, number)
            )  # the log was shortened: nobody reads it, and who placed it has to see that
            return
        if number != self._head + 1:
            self._broken("the ledger has every version from 0 on", f"{number} came after {self._head}")
        self._head = number
        info = actions(content)[0].get("commitInfo", {})
        if "transformsGivenUp" in info:
            self._given_up.add(info["transformsGivenUp"])
        if "transforms" not in info:
            return
        entry = Entry.from_row(info["transforms"])
        if entry.transaction in self.seqs:
            self._broken(
                "no job is committed twice", f"{entry.transaction} at {self.seqs[entry.transaction]}, {number}"
            )
        if entry.transaction in self._given_up:
            self._broken("who was given up is not committed", entry.transaction)
        if entry.transaction in self._failed:
            self._broken("what failed is not committed", self._failed[entry.transaction])
        self.entries[number], self.seqs[entry.transaction] = entry, number
        for change in entry.changes:
            for staged in change.files:
                self._need(f"{change.table}/{staged.path}", f"the ledger's row {number}")

    def _shortened(self, table: str, number: int) -> None:
        if (table, number) in self._ghosts:
            self._ghosts.remove((table, number))
            return
        newest = self._head if table == LEDGER else self.tables[table].number
        try:
            reached = load(self._disk, table).number
        except DeltaError:
            reached = -1
        if reached != newest:
            self._broken("the log of a table only grows", f"version {number} of {table} was deleted, and it was needed")

    def _table_grew(self, table: str, number: int, content: bytes) -> None:
        before = self.tables.get(table, NOTHING)
        if number <= before.number:
            self._ghosts.add((table, number))  # as in the ledger
            return
        after = self.tables[table] = before.after(content)
        if number != after.number:
            self._broken("the log of a table only grows", f"version {number} of {table} came after {before.number}")
        for path in before.files.keys() - after.files.keys():
            self._live.pop(f"{table}/{path}", None)
        for path in sorted(after.files.keys() - before.files.keys()):
            self._need(f"{table}/{path}", f"version {number} of it")
        if before.marks != after.marks:
            self._published(table, before, after)
        elif _data_changed(content):
            self._broken("tables change by rows of the ledger alone", f"version {number} of {table}")
        else:
            self._same_rows(table, before, after)

    def _published(self, table: str, before: Version, after: Version) -> None:
        (seq,), was = after.marks.values(), max(before.marks.values(), default=0)
        entry = self.entries.get(seq)
        right = [change for change in entry.changes if change.table == table] if entry else []
        if not right or not {file.path for file in right[0].files} <= after.files.keys():
            self._broken("a table has what the ledger says", f"{table} has a row {seq} that is not in the ledger")
        if seq <= was or any(was < other < seq and _writes(self.entries[other], table) for other in self.entries):
            self._broken("a table's commits are in the ledger's order", f"{table} got #{seq} after #{was}")
        model, _, part = table.rpartition("/")
        if part in _WHO_SEES:
            missing = self._jobs(table) - self._jobs(f"{model}/{_WHO_SEES[part]}")
            if missing:
                self._broken("nothing is seen before what belongs to it", f"{table} before {_WHO_SEES[part]} at #{seq}")

    def _same_rows(self, table: str, before: Version, after: Version) -> None:
        was, now = (self._content(f"{table}/{path}" for path in version.files) for version in (before, after))
        if was != now:
            self._broken("merging changes no row", f"{table} had {was}, has {now}")

    def _need(self, name: str, who: str) -> None:
        self._live[name] = who
        if name not in self._disk.files:
            self._broken("nothing that is needed is deleted", f"{who} names {name}, which is gone")

    def _content(self, names: Iterable[str]) -> list[str]:
        return sorted(row for name in names for row in self._rows.get(name, [f"no file {name}"]))

    def _jobs(self, table: str) -> set[str]:
        rows = self._content(f"{table}/{path}" for path in self.tables.get(table, NOTHING).files)
        return {json.loads(row)["job"] for row in rows}

    def _gone(self, table: str, name: str) -> bool:
        return name.removeprefix(f"{table}/") in self.tables[table].gone

    def _broken(self, rule: str, what: str) -> None:
        self._world.broken(Violation(rule, what))


def _writes(entry: Entry, table: str) -> bool:
    return any(change.table == table for change in entry.changes)


def _data_changed(content: bytes) -> bool:
    return any(action["add"]["dataChange"] for action in actions(content) if "add" in action)


def _owner(name: str) -> str | None:
    """The transaction that staged a file, where one did."""
    parts = name.split("/data/")
    return parts[1].split("/")[0] if len(parts) == 2 and not name.endswith(".merged") else None
