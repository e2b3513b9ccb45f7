"""A transaction: the only way anything enters the store.

begin (leases, recovery, pinned inputs), stage, seal, validate, ratify, publish: see ``docs/architecture.md``.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from transforms.common.forks import is_panic, need_owner, need_threads
from transforms.errors import CommitError, ConflictError, OutcomeUnknownError, PublishError, StoreError, UsageError
from transforms.spec.resource import Resource
from transforms.store import layout, leases, machine, process
from transforms.store.belonging import diverged
from transforms.store.change import TableChange
from transforms.store.contents import Contents
from transforms.store.durable import is_full
from transforms.store.entry import Entry, Lineage
from transforms.store.identifiers import new_transaction_id
from transforms.store.index import LastWrite
from transforms.store.interrupts import InterruptedAfterCommit, held_interrupts, remember
from transforms.store.ledger_upkeep import maintain
from transforms.store.lookup import candidates, first_found
from transforms.store.recorded_parameters import recorded
from transforms.store.recovery import discard
from transforms.store.storage.base import Lease
from transforms.store.tables import TableView
from transforms.store.validation import validate_changes

if TYPE_CHECKING:
    from deltalake import DeltaTable


_log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 10.0
_FROM_NOTHING = Lineage()


class Transaction:
    """One job's work on the store: everything it stages becomes visible in one step, or nothing does.

    Made by :meth:`Store.begin`, which takes the leases. Ends with :meth:`commit` or :meth:`abandon`.

    Attributes:
        id: names the transaction for good; ids rise with time.
        branch: the branch that is written.
        pinned: the ledger row at which every input is read.
        outputs: what it may write.
    """

    def __init__(
        self, store: Contents, transform: str, branch: str, outputs: Sequence[Resource], wait_seconds: float
    ) -> None:
        need_threads(f"{transform}: writing to the store")
        self.id = new_transaction_id()
        self._process = os.getpid()
        self.store = store
        self.transform = transform
        self.branch = branch
        self.started_time = machine.now()
        self.pinned = 0
        self._ratifying = False
        self._ratified = False
        self._is_unknown = False
        self._staging: dict[str, None] = {}
        self._outputs: dict[str, TableView | None] = {}
        self.outputs = tuple(outputs)
        self._writes: Mapping[tuple[str, str], LastWrite] = {}
        self._keys = frozenset(resource.key for resource in outputs)
        self._own: Lease | None = None
        self._leases: list[Lease] = []
        try:
            with self.explaining():
                self._begin(outputs, wait_seconds)
        except BaseException:
            self.abandon()
            raise

    def __repr__(self) -> str:
        state = "outcome unknown" if self._is_unknown else "committed" if self._ratified else f"reads at #{self.pinned}"
        writes = ", ".join(resource.alias for resource in self.outputs)
        return f"<Transaction {self.id[:8]} of {self.transform} on {self.branch}: writes {writes}; {state}>"

    def _begin(self, outputs: Sequence[Resource], wait_seconds: float) -> None:
        self._take_leases(outputs, wait_seconds)
        # Before publishing, as what is ratified meanwhile may not be in every table. Noted from the start, so that
        # whoever shortens a log knows.
        self.pinned = self.store.ledger.head()
        self._own = leases.acquire(
            self.store.storage,
            f"{layout.TRANSACTIONS}/{self.id}.json",
            "transaction",
            {"transform": self.transform, "pinned": self.pinned},
            _PATIENCE_SECONDS,  # somebody who looks for dead transactions may lock it for a moment
        )
        self.store.publisher.publish_all()
        self._writes = self.store.writes()
        self._open_outputs(outputs)

    def view(
        self, resource: Resource, fallbacks: Iterable[str] = (), until: int | None = None
    ) -> tuple[TableView, str] | None:
        """Open a dataset, or a model's versions, as it was when the transaction began, or earlier.

        :param resource: what to read; its own branch, if it names one, is the only one looked at.
        :param fallbacks: the branches to look at after the transaction's own.
        :param until: an earlier ledger row to read at.
        :returns: the view and the branch it was found on; None where no branch has it.
        """
        pinned = self.pinned if until is None else min(until, self.pinned)

        def look(branch: str) -> TableView | None:
            table = self.store.table_of(resource, branch)
            view = self.store.view_table(table, pinned)
            return view if self._is_current(resource, view, branch) else self.store.view_table(table, pinned)

        return first_found(candidates(resource, self.branch, fallbacks), look)

    def open_output(self, table: str) -> TableView | None:
        """Open a table that this transaction will write, at its newest version; None where there is none yet."""
        if table not in self._outputs:
            self._outputs[table] = self.store.view_table(table)
        return self._outputs[table]

    def hold(self, name: str, what: str, wait_seconds: float, done: str) -> None:
        """Take one more lease, which the transaction has until it ends.

        :param name: the name of the lease.
        :param what: what it is for, as an error names it.
        :param wait_seconds: how long to wait for another holder, in seconds.
        :param done: what is done to it under the lease, for messages.
        :raises LeaseHeldError: if another job holds it for longer than that.
        """
        holder = {"transform": self.transform}
        self._leases.append(leases.acquire(self.store.storage, name, what, holder, wait_seconds, done))

    def staging(self, table: str, kind: str = layout.DATA, name: str | None = None) -> Path:
        """Return the local folder in which this transaction writes files of a table, made on first use.

        :param table: the table's folder relative to the root.
        :param kind: what is staged: ``data``, ``files`` or ``artifacts``.
        :param name: the name of the folder; the id of the transaction when None.
        """
        with self.explaining():
            return self.store.storage.make_folder(self.staging_name(table, kind, name))

    def staging_name(self, table: str, kind: str = layout.DATA, name: str | None = None) -> str:
        """Return the name of the same folder below the root, and take note that something may be staged in it."""
        relative = f"{table}/{kind}/{name or self.id}"
        if relative not in self._staging:
            need_owner(f"{self.transform}: staging the first files of an output", self._process)
            self._staging[relative] = None
            assert self._own is not None
            record = {"transform": self.transform, **process.whoami(), "pinned": self.pinned}
            with self.explaining():
                self._own.write({**record, "staging": list(self._staging)})
        return relative

    def commit(
        self,
        changes: Sequence[TableChange],
        outputs: Mapping[str, Mapping[str, Any]],
        lineage: Lineage = _FROM_NOTHING,
        may_commit: Callable[[], None] = lambda: None,
    ) -> Entry:
        """Make everything that was staged visible in one step.

        :param changes: what happens to each table.
        :param outputs: what became of each output, by resource key, for people.
        :param lineage: what they were made from.
        :param may_commit: called right before the commit point; raising there commits nothing.
        :returns: the committed entry.
        :raises StoreError: if nothing was committed, or, as :class:`PublishError`, if recovery has to finish it.
        :raises InterruptedAfterCommit: if the user interrupted once the commit had begun; it is made then, all the same.
        """
        need_owner(f"{self.transform}: committing", self._process)
        with self.explaining():
            self._seal(changes)
            opened = {table: view.table for table, view in self._outputs.items() if view is not None}
            opened = validate_changes(self.store.storage, changes, opened)
            self._check_leases()
        may_commit()
        entry = Entry(
            seq=0,
            transaction=self.id,
            transform=self.transform,
            branch=self.branch,
            started_time=self.started_time,
            ratified_time=machine.now(),
            user=process.user_name(),
            code_version=lineage.code_version,
            inputs=lineage.inputs,
            outputs=outputs,
            changes=tuple(changes),
            parameters=recorded(lineage.parameters),
        )
        with held_interrupts() as held:
            entry = self._ratify(entry, opened)
            remember(entry)
        if held.came:
            raise InterruptedAfterCommit(entry)
        return entry

    def _ratify(self, entry: Entry, opened: Mapping[str, DeltaTable]) -> Entry:
        self._ratifying = True
        try:
            with self.explaining():
                entry = self.store.ledger.append(entry, self._check_nobody_else)
        except OutcomeUnknownError:
            self._is_unknown = True
            raise
        self._ratified = True
        self._staging.clear()  # from here on these files belong to their tables
        try:
            self._publish(entry, opened)
        finally:
            self._release()
        maintain(self.store)
        return entry

    def _publish(self, entry: Entry, opened: Mapping[str, DeltaTable]) -> None:
        try:
            self.store.publisher.publish_all({change.table: opened.get(change.table) for change in entry.changes})
        except BaseException as error:
            if not (isinstance(error, Exception) or is_panic(error)):
                raise
            raise PublishError(
                f"{self.transform} is committed (#{entry.seq}, transaction {self.id}), but could not be brought into every "
                f"table: {error} Nothing is lost. Run 'transforms recover' when that is mended."
            ) from error
        for found in self.store.publisher.refused:
            if found.entry.transaction == self.id:
                raise found.error

    def unwritable(self, error: Exception) -> CommitError:
        """Return the error for a store that the system does not let us write to, after what the system said."""
        remedy = "'transforms gc' gives space back; build" if is_full(error) else "Build"
        return CommitError(
            f"{self.transform}: the store at {self.store.root} cannot be written ({error}). Nothing was committed. {remedy} "
            f"again when that is mended."
        )

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Say of what the system refuses which job it stopped, and what to do."""
        try:
            yield
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise self.unwritable(error) from error

    @property
    def ratified(self) -> bool:
        """Whether the commit point is behind it; then nothing can undo it.

        An interruption may come right after the commit point, before anybody took note of it: the ledger knows.
        """
        if self._ratifying and not self._ratified and not self._is_unknown:
            try:
                later = self.store.ledger.entries(after=self.pinned)
                self._ratified = any(entry.transaction == self.id for entry in later)
            except (OSError, StoreError):
                self._is_unknown = True
        return self._ratified

    def abandon(self) -> None:
        """Give everything up: staged files are deleted, leases released, nothing was ever visible.

        What is ratified stays, and recovery brings it into its tables; so does what may be ratified, and recovery finds out.
        What cannot be deleted now, recovery deletes. In a forked child it does nothing: all of it is the parent's.
        """
        if os.getpid() != self._process:
            return
        left = True
        try:
            if not self.ratified and not self._is_unknown:
                discard(self.store.storage, self._staging)
                left = False
        except OSError as error:
            _log.warning("What transaction %s had staged is deleted by 'transforms recover': %s", self.id, error)
        finally:
            self._release(keep_record=left and not self._ratified)

    def _open_outputs(self, outputs: Sequence[Resource]) -> None:
        tables = {self.store.table_of(output, self.branch): output for output in outputs if output.has_table}
        if len(tables) > 1:
            with machine.pool(min(len(tables), 16), "open") as pool:
                self._outputs.update(zip(tables, pool.map(self.store.view_table, tables), strict=True))
        else:
            self._outputs.update({table: self.store.view_table(table) for table in tables})
        for table, output in tables.items():
            if not self._is_current(output, self._outputs[table], self.branch):
                self._outputs[table] = self.store.view_table(table)

    def _is_current(self, resource: Resource, view: TableView | None, branch: str) -> bool:
        """Look whether a table and the ledger belong together; False if the table got what it had lost and must be opened anew.

        :raises PublishError: if a commit that concerns it waits, because a table refuses it.
        :raises DivergedError: if the table has commits that the ledger does not have.
        """
        store = self.store
        waits = store.publisher.refusal_of(layout.resource_path(resource, branch))
        if waits is not None:
            raise waits.error
        if view is None or view.newest is None:
            return True  # deleted by hand, or somebody else's
        last = self._writes.get((branch, resource.key))
        if last is not None and view.newest.is_of(last.seq, last.transaction):
            return True
        if not store.ledger.has(view.newest, view.name):
            raise diverged(store.storage, view.name, view.newest)
        if last is None or not view.newest.seq < last.seq <= self.pinned or not self._concerns(last.seq, view.name):
            return True  # somebody commits it at this moment
        # The ledger has a commit that the table lost, though it was published once.
        store.publisher.publish_all(afresh=True)
        waits = store.publisher.refusal_of(layout.resource_path(resource, branch))
        if waits is not None:
            raise waits.error
        return False

    def _concerns(self, seq: int, table: str) -> bool:
        entry = self.store.ledger.entry(seq)
        return entry is not None and any(change.table == table for change in entry.changes)

    def _take_leases(self, outputs: Sequence[Resource], wait_seconds: float) -> None:
        for resource in sorted(set(outputs)):  # one order for all jobs, so that two never wait for each other
            self._refuse_nesting(resource)
            name, what = layout.lease_path(resource, self.branch), f"{resource} on branch {self.branch}"
            holder = {"transform": self.transform}
            self._leases.append(leases.acquire(self.store.storage, name, what, holder, wait_seconds))

    def _refuse_nesting(self, resource: Resource) -> None:
        path = PurePosixPath(layout.resource_path(resource, self.branch))
        for parent in list(path.parents)[:-3]:
            if any(self.store.storage.is_table(str(parent / table)) for table in ("", layout.VERSIONS)):
                raise UsageError(
                    f"{resource} would lie inside the {resource.kind} of a shorter alias; choose another one."
                )

    def _check_leases(self) -> None:
        held = [*self._leases, *([] if self._own is None else [self._own])]
        if not all(lease.is_ours for lease in held):
            raise ConflictError(
                f"{self.transform} lost the lock on one of its outputs: somebody deleted what lies under "
                f"{self.store.storage.uri(layout.LOCKS)}, or this process stood still for so long that its lock ran out. "
                f"Nothing was committed; build again."
            )

    def _check_nobody_else(self, seq: int) -> None:
        # Where a lease has a time limit, a job that stood still may go on after others took it for dead.
        if self.id in self.store.ledger.given_up(after=self.pinned, until=seq - 1):
            raise ConflictError(
                f"{self.transform} was taken for dead, because it stood still for too long, and what it had staged was "
                f"deleted. Nothing was committed; build again."
            )
        for entry in self.store.ledger.entries(after=self.pinned, until=seq - 1):
            twice = sorted(self._keys.intersection(entry.outputs)) if entry.branch == self.branch else []
            if twice:
                raise ConflictError(
                    f"{self.transform}: while it ran, {entry.transform} committed {twice[0]} (commit #{entry.seq}). "
                    f"Nothing was committed; build again."
                )

    def _seal(self, changes: Sequence[TableChange]) -> None:
        storage = self.store.storage
        staged = [f"{change.table}/{file.path}" for change in changes for file in change.files]
        for relative in self._staging:
            if relative.rsplit("/", 2)[-2] != layout.DATA:
                staged.extend(f"{relative}/{name}" for name in storage.files(relative))
        try:
            storage.seal(staged)
        except FileNotFoundError as error:
            raise ConflictError(
                f"The staged file {error.filename} is gone; nothing was committed. Build again."
            ) from error

    def _release(self, keep_record: bool = False) -> None:
        own, held = self._own, self._leases
        self._own, self._leases = None, []
        for lease, remove in [*([] if own is None else [(own, not keep_record)]), *((lease, False) for lease in held)]:
            try:
                lease.release(remove=remove)
            except OSError as error:  # what was committed is committed; the lock ends with this process at the latest
                _log.warning("A lock of transaction %s could not be given back: %s", self.id, error)
