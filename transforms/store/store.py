"""The store: one root folder with its ledger, tables, leases and recovery."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from transforms.errors import StoreError, TransformsError, UsageError
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.durable import create_exclusively
from transforms.store.entry import Entry
from transforms.store.index import Index, LastWrite
from transforms.store.leases import try_acquire
from transforms.store.ledger import INDEX, Ledger
from transforms.store.recovery import Publisher
from transforms.store.tables import TableView, view_table
from transforms.store.transaction import Transaction, remove_staging

_FORMAT = 1
_MAINTAIN_EVERY = 100
_log = logging.getLogger(__name__)


class Store:
    """Datasets, models and experiments below one root, committed together.

    :param root: the store's root, a local folder; it is made by the first transaction.
    :raises UsageError: if the root is an object-store address or a file.
    """

    def __init__(self, root: str | Path) -> None:
        if "://" in str(root):
            raise UsageError(f"The store's root must be a local folder in this version; got {root}.")
        self.root = Path(root).absolute()
        if re.search("%[0-9A-Fa-f]{2}", str(self.root)):
            raise UsageError(
                f"The store's root {self.root} has a % with two digits, which Delta readers decode; rename it."
            )
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(f"The store's root {self.root} is a file; name a folder with --root or TRANSFORMS_ROOT.")
        self.ledger = Ledger(self.root / layout.LEDGER)
        self.index = Index(self.ledger.folder / INDEX, self.ledger)

    @property
    def exists(self) -> bool:
        """Whether anything has ever been committed under the root."""
        return (self.root / layout.STORE_FILE).exists()

    @cached_property
    def app_id(self) -> str:
        """The store's name in Delta's transaction identifiers: constant, and different in every store."""
        file = self.root / layout.STORE_FILE
        if not file.exists():
            self._create_root()
            create_exclusively(file, json.dumps({"format": _FORMAT, "id": uuid.uuid4().hex}).encode())
        try:
            content = json.loads(file.read_bytes())
            version, identity = content["format"], content["id"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{file} cannot be read ({error}); restore it from a backup of the store.") from error
        if version != _FORMAT:
            raise StoreError(f"{self.root} has store format {version}; this version of the package reads {_FORMAT}.")
        return f"transforms.{identity}"

    @cached_property
    def publisher(self) -> Publisher:
        """Brings ratified entries into their tables."""
        return Publisher(self.root, self.app_id, self.ledger)

    def begin(self, transform: str, branch: str, outputs: Sequence[Resource], wait_seconds: float = 0.0) -> Transaction:
        """Begin a transaction: take its leases, finish what others left unpublished, pin its inputs.

        :param transform: the name of the job, for the ledger and for whoever finds an output taken.
        :param branch: the branch to write.
        :param outputs: everything the job may write.
        :param wait_seconds: how long to wait for outputs that others are building, in seconds.
        :raises LeaseHeldError: if another job is building one of the outputs.
        """
        layout.branch_folder(branch)
        _ = self.app_id
        self.ledger.create()
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
        candidates = [resource.branch] if resource.branch else [branch, *(b for b in fallbacks if b != branch)]
        for candidate in candidates:
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
        return view_table(self.root / table, app_id, until)

    def writes(self) -> Mapping[tuple[str, str], LastWrite]:
        """Return what last wrote each resource, by branch and resource key."""
        return self.index.refresh() if self.exists else {}

    def newest_entries(self, limit: int) -> list[Entry]:
        """Return the newest committed jobs, newest first."""
        return self.ledger.newest(limit) if self.exists else []

    def recover(self) -> tuple[list[Entry], list[str]]:
        """Finish what was ratified and delete what dead jobs left behind.

        :returns: the entries that were brought into their tables, and the transactions that were cleaned up.
        :raises PublishError: if a table refuses its part of a ratified entry.
        """
        if not self.exists:
            return [], []
        self.ledger.create()
        return self.publisher.publish_all(), self.collect_dead()

    def collect_dead(self) -> list[str]:
        """Delete what transactions staged whose process died before they were ratified.

        :returns: the ids of those transactions.
        """
        collected = []
        for file in sorted((self.root / layout.TRANSACTIONS).glob("*.json")):
            lease = try_acquire(file)
            if lease is None:
                continue  # alive
            try:
                if self._collect(file):
                    collected.append(file.stem)
            finally:
                lease.release(remove=True)
        return collected

    def maintain(self) -> None:
        """Keep history cheap after a commit: a merged ledger and a saved index. Failing costs only speed."""
        if self.ledger.head() - max(self.index.saved_seq(), 0) < _MAINTAIN_EVERY:
            return
        lease = try_acquire(self.root / layout.LOCKS / "maintenance.lock")
        if lease is None:
            return
        try:
            self.index.refresh()
            self.index.save()
            self.ledger.merge_small_files()
        except (OSError, TransformsError) as error:
            _log.warning("The ledger could not be tidied (%s); everything committed is safe.", error)
        finally:
            lease.release()

    def _collect(self, file: Path) -> bool:
        try:
            staging = json.loads(file.read_bytes()).get("staging", [])
        except (OSError, ValueError):
            staging = []  # it died before it staged anything
        if not staging or self._is_ratified(file.stem):
            return False
        for relative in staging:
            remove_staging(self.root, relative)
        return True

    def _is_ratified(self, transaction: str) -> bool:
        # Newest first: a dead transaction is a recent one, and its id tells when it began.
        began = int(transaction[:12], 16) / 1000
        limit = 64
        while True:
            entries = self.ledger.newest(limit)
            if any(entry.transaction == transaction for entry in entries):
                return True
            if len(entries) < limit or entries[-1].ratified_time.timestamp() < began - 86_400:
                return False
            limit *= 4

    def _create_root(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The store's root {self.root} cannot be made: {error}") from error
