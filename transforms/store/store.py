"""The store: one root folder with its ledger, tables, leases and recovery."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from transforms.common.json_text import from_json
from transforms.common.masking import masked_text
from transforms.errors import StoreError, UsageError
from transforms.spec.resource import Resource
from transforms.store import layout, leases, machine, upkeep
from transforms.store.belonging import diverged
from transforms.store.entry import Entry
from transforms.store.index import Index, LastWrite
from transforms.store.ledger import Ledger
from transforms.store.lookup import candidates
from transforms.store.publishing import Publisher
from transforms.store.storage.address import open_storage
from transforms.store.table_folders import find_tables
from transforms.store.table_row import row_of
from transforms.store.tables import TableView, view_table
from transforms.store.transaction import Transaction

_FORMAT = 1
_MAINTAIN_EVERY = 100
_AT_ONCE = 8
_log = logging.getLogger(__name__)


class Store:
    """Datasets, models and experiments below one root, committed together.

    :param root: the store's root, a local folder or ``s3://bucket/prefix``; the first transaction begins it.
    :raises UsageError: if the root is a file, or the address of something else.

    Attributes:
        storage: where its bytes lie.
        root: the root's folder; its address where it is no local one.

    >>> import tempfile
    >>> import polars as pl
    >>> from transforms.run.put_frame import put_frame
    >>> store = Store(tempfile.mkdtemp(prefix="store-"))
    >>> store
    <Store /.../store-...>
    >>> store.exists
    False
    >>> put_frame(store, "master", "/examples/rows", pl.DataFrame({"x": [1, 2]})).seq
    1
    >>> view, branch = store.view(Resource("dataset", "/examples/rows"), "feature", ["master"])
    >>> branch, view.row_count()
    ('master', 2)
    """

    def __init__(self, root: str | Path) -> None:
        self.storage = open_storage(root)
        self.root: Path | str = self.storage.shareable("") or self.storage.root
        self.ledger = Ledger(self.storage)
        self.index = Index(self.storage, self.ledger, lambda: self.app_id)

    def __repr__(self) -> str:
        return f"<Store {masked_text(str(self.root))}>"

    @property
    def exists(self) -> bool:
        """Whether anything has ever been committed under the root."""
        return "app_id" in self.__dict__ or self.storage.exists(layout.STORE_FILE)

    @cached_property
    def app_id(self) -> str:
        """The store's name in Delta's transaction identifiers: constant, and different in every store."""
        address = self.storage.uri(layout.STORE_FILE)
        try:
            if not self.storage.exists(layout.STORE_FILE):
                self._begin()
            content = from_json(self.storage.read(layout.STORE_FILE))
            version, identity = content["format"], str(content["id"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"{address} cannot be read ({error}); restore it from a backup of the store.") from error
        if version != _FORMAT:
            raise StoreError(f"{self.root} has store format {version}; this version of the package reads {_FORMAT}.")
        return f"transforms.{identity}"

    @cached_property
    def publisher(self) -> Publisher:
        """Brings ratified entries into their tables."""
        return Publisher(self.storage, self.app_id, self.ledger)

    def begin(self, transform: str, branch: str, outputs: Sequence[Resource], wait_seconds: float = 0.0) -> Transaction:
        """Begin a transaction: take its leases, finish what others left unpublished, pin its inputs.

        :param transform: the name of the job, for the ledger and for whoever finds an output taken.
        :param branch: the branch to write.
        :param outputs: everything the job may write.
        :param wait_seconds: how long to wait for outputs that others are building, in seconds.
        :raises LeaseHeldError: if another job is building one of the outputs.
        """
        layout.branch_folder(branch)
        self._make_ready()
        return Transaction(self, transform, branch, outputs, wait_seconds)

    def view(
        self, resource: Resource, branch: str, fallbacks: Iterable[str] = (), until: int | None = None
    ) -> tuple[TableView, str] | None:
        """Open the table of a dataset, or of a model's versions.

        :param resource: what to read; a branch of its own is the only one looked at.
        :param branch: the branch to look at first.
        :param fallbacks: the branches to look at next, in order.
        :param until: the ledger row to read at; None means the newest that is published.
        :returns: the view and the branch it was found on; None where no branch has it.
        """
        for candidate in candidates(resource, branch, fallbacks):
            view = self.view_table(self.table_of(resource, candidate), until)
            if view is not None:
                return view, candidate
        return None

    def table_of(self, resource: Resource, branch: str) -> str:
        """Return the folder, relative to the root, of the Delta table that stands for a resource."""
        path = layout.resource_path(resource, branch)
        return path if resource.kind == "dataset" else f"{path}/{layout.VERSIONS}"

    def view_table(self, table: str, until: int | None = None) -> TableView | None:
        """Open a Delta table by its folder below the root, as it was at a ledger row."""
        app_id = self.app_id if self.exists else ""  # reading makes no store
        return view_table(self.ledger, self.storage, table, app_id, until)

    def writes(self) -> Mapping[tuple[str, str], LastWrite]:
        """Return what last wrote each resource, by branch and resource key."""
        return self.index.refresh() if self.exists else {}

    def published(self) -> int:
        """Return a ledger row up to which every entry is in its tables for sure; 0 where nothing tells."""
        return self.publisher.published().seq if self.exists else 0

    def newest_entries(self, limit: int) -> list[Entry]:
        """Return the newest committed jobs, newest first."""
        return self.ledger.newest(limit) if self.exists else []

    def waiting(self) -> frozenset[int]:
        """Return the ledger rows of committed jobs that a table refused, and that are in none of their tables so far."""
        return frozenset(self.publisher.published().waiting) if self.exists else frozenset()

    def unpublished(self, since: int = 0) -> dict[int, str]:
        """Return in words what is with the committed jobs from a row on that are in none of their tables, by row."""
        if not self.exists:
            return {}
        given_up = dict.fromkeys(self.ledger.withdrawn(after=since), "given up")
        return given_up | {entry.seq: "not published yet" for entry in self.publisher.unpublished()}

    def recover(self) -> tuple[list[Entry], list[str]]:
        """Finish what was ratified and delete what dead jobs left behind.

        :returns: the entries that were brought into their tables, and the transactions that were cleaned up.
        :raises PublishError: if a table refuses its part of a ratified entry; everything else is done then.
        """
        done = self.finish(afresh=True)
        for found in self.publisher.refused if self.exists else ():
            raise found.error
        return done

    def finish(self, afresh: bool = False) -> tuple[list[Entry], list[str]]:
        """Do what :meth:`recover` does; what a table refuses waits and is told to the jobs that touch it.

        :param afresh: look at all tables, also where everything was published once.
        """
        if not self.exists:
            return [], []
        self._make_ready()
        published = self.publisher.publish_all(afresh=afresh)
        for found in () if afresh else self.publisher.refused:
            _log.warning("%s", found.error)
        return published, self.collect_dead()

    def give_up(self, seq: int) -> Entry:
        """Withdraw a committed job that a table refuses, and delete what it had staged; nothing else is lost.

        What was committed later to the same tables is published then.

        :param seq: the ledger row.
        :returns: the entry that was withdrawn.
        :raises UsageError: if there is no such row, or none of its tables refuses it.
        :raises PublishError: if it is in one of its tables already.
        :raises LeaseHeldError: if one of its outputs is being built.
        """
        entry = self.ledger.entry(seq) if self.exists else None
        if entry is None:
            raise UsageError(f"There is no commit #{seq}; 'transforms log' lists those there are.")
        with ExitStack() as held:
            for resource in sorted(entry.resources):
                what = f"{resource} on branch {entry.branch}"
                lease = leases.acquire(
                    self.storage, layout.lease_path(resource, entry.branch), what, {"transform": "recover --give-up"}
                )
                held.callback(lease.release)
            self.publisher.publish_all(afresh=True)
            if all(found.entry.seq != seq for found in self.publisher.refused):
                raise UsageError(
                    f"#{seq} {entry.transform} is in its tables, or was given up before; there is nothing to give up."
                )
            self.publisher.give_up(entry)
            self.discard(entry.staged_folders)
        return entry

    def discard(self, folders: Iterable[str]) -> None:
        """Delete what was staged, all that can be.

        :param folders: relative to the root.
        :raises OSError: what kept the first of those that are left from being deleted.
        """
        failed: list[OSError] = []
        for folder in folders:
            try:
                self.storage.delete_folder(folder)
            except OSError as error:
                failed.append(error)
        if failed:
            raise failed[0]

    def collect_dead(self) -> list[str]:
        """Delete what transactions staged whose process died before they were ratified.

        :returns: the ids of those transactions.
        """
        names = self.storage.names(layout.TRANSACTIONS)
        if self.storage.is_local:
            found = map(self._collect, names)
            return [name for name in found if name is not None]
        with machine.pool(_AT_ONCE, "collect") as pool:  # each may take time to be sure
            return [name for name in pool.map(self._collect, names) if name is not None]

    def maintain(self, kept_days: float | None = None) -> None:
        """Keep history cheap: a merged ledger and a saved index. Failing costs only speed.

        :param kept_days: do it now, and keep files of the ledger that were merged for so long; None for when it is due.
        """

        try:
            is_due = self.ledger.head() - max(self.index.saved_seq(), 0) >= _MAINTAIN_EVERY
            if not is_due and kept_days is None:
                return
            lease = self.storage.try_acquire(f"{layout.LOCKS}/maintenance.lock")
            if lease is None:
                return
            try:
                self.index.refresh()
                self.index.save()
                self.ledger.tidy(upkeep.KEPT_HOURS if kept_days is None else int(kept_days * 24))
            finally:
                lease.release()
        except Exception as error:  # noqa: BLE001 - the job is committed, whatever goes wrong here
            _log.warning("The ledger could not be tidied (%s); everything committed is safe.", error)

    def _collect(self, name: str) -> str | None:
        """Collect what one transaction had staged if its process is dead; return its id if there was something."""
        transaction = name.removesuffix(".json")
        if not layout.is_identifier(transaction):
            return None  # no record of ours
        lease = self.storage.try_acquire(f"{layout.TRANSACTIONS}/{name}")
        if lease is None:
            return None  # alive
        done = False
        try:
            staging = lease.content.get("staging", [])
            if not isinstance(staging, list) or not all(layout.is_staging(one, transaction) for one in staging):
                _log.warning(
                    "%s names folders that transaction %s cannot have staged into, so nothing of it was deleted. Look at "
                    "the file, and delete it and what is left over by hand.",
                    self.storage.uri(f"{layout.TRANSACTIONS}/{name}"),
                    transaction,
                )
                return None
            if staging and not self.storage.is_local:
                # It may only have stood still. Whoever wants to commit it from here on meets this note, so that nothing
                # is deleted that a commit names; a commit that came before is found below.
                self.ledger.give_up(transaction)
            # It committed nothing before it noted what it pinned. No clock tells as much.
            pinned = lease.content.get("pinned")
            is_collected = bool(staging) and not self._is_ratified(
                transaction, pinned if isinstance(pinned, int) else 0
            )
            if is_collected:
                self.discard(staging)
            done = True
            return transaction if is_collected else None
        except OSError as error:
            _log.warning("What transaction %s had staged could not be deleted yet: %s", transaction, error)
            return None  # its record stays, so that it is not forgotten
        finally:
            lease.release(remove=done)

    def _is_ratified(self, transaction: str, pinned: int) -> bool:
        return any(entry.transaction == transaction for entry in self.ledger.entries(after=pinned))

    def _begin(self) -> None:
        # With a new id, no table would know any more what it has of the ledger that is there.
        if self.ledger.head() >= 0 and not self.storage.exists(layout.STORE_FILE):
            raise StoreError(
                f"{self.storage.uri(layout.STORE_FILE)} is gone, while the store's ledger is there. Restore it from a backup "
                f"of the store."
            )
        content = json.dumps({"format": _FORMAT, "id": machine.unique()}).encode()
        try:
            if not self.storage.is_local:
                self._probe()
            self.storage.create(layout.STORE_FILE, content)
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"The store's root {self.root} cannot be made: {error}") from error

    def _make_ready(self) -> None:
        """Begin the store, or what a process left of that which died at it."""
        existed = self.exists
        app_id = self.app_id
        if existed and self.ledger.head() < 0:
            for name in find_tables(self.storage):
                table = self.storage.delta.open(name)
                row = None if table is None else row_of(table, app_id)
                if row is not None:
                    raise diverged(self.storage, name, row)
        self.ledger.create(app_id)

    def _probe(self) -> None:
        name = f"{layout.LOCKS}/probe-{machine.unique()}"
        self.storage.create(name, b"")
        is_exclusive = not self.storage.create(name, b"")
        self.storage.delete(name)
        if not is_exclusive:
            raise StoreError(
                f"{self.root}: the object store passes over 'If-None-Match: *', so two jobs could overwrite each other's "
                "commits. Use a service, or a newer version of this one, that has conditional writes."
            )
