"""What a store holds: its ledger, its tables, and what of the one is in the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from transforms.common.masking import masked_text
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.entry import Entry
from transforms.store.identity import Identity
from transforms.store.index import Index, LastWrite
from transforms.store.ledger import Ledger
from transforms.store.lookup import candidates, first_found
from transforms.store.publishing import Publisher
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView, view_table


class Contents:
    """What is committed below one root, for whoever reads it; asking makes nothing.

    :param storage: where its bytes lie.

    Attributes:
        storage: the same.
        root: the root's folder; its address where it is no local one.
        ledger: the committed jobs.
        identity: the store's name.
        index: what last wrote each dataset and model.
        publisher: brings ratified entries into their tables.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.root: Path | str = storage.shareable("") or storage.root
        self.ledger = Ledger(storage)
        self.identity = Identity(storage, self.ledger)
        self.index = Index(storage, self.ledger, self.identity.read)
        self.publisher = Publisher(storage, self.identity, self.ledger)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {masked_text(str(self.root))}>"

    @property
    def exists(self) -> bool:
        """Whether anything has ever been committed under the root."""
        return self.identity.exists

    @property
    def app_id(self) -> str:
        """The store's name in Delta's transaction identifiers; empty where nothing was ever committed."""
        return self.identity.read()

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
        return first_found(
            candidates(resource, branch, fallbacks),
            lambda candidate: self.view_table(self.table_of(resource, candidate), until),
        )

    def table_of(self, resource: Resource, branch: str) -> str:
        """Return the folder, relative to the root, of the Delta table that stands for a resource."""
        path = layout.resource_path(resource, branch)
        return path if resource.kind == "dataset" else f"{path}/{layout.VERSIONS}"

    def view_table(self, table: str, until: int | None = None) -> TableView | None:
        """Open a Delta table by its folder below the root, as it was at a ledger row."""
        return view_table(self.ledger, self.storage, table, self.app_id, until)

    def writes(self) -> Mapping[tuple[str, str], LastWrite]:
        """Return what last wrote each resource, by branch and resource key."""
        return self.index.refresh() if self.exists else {}

    def tables_of(self, write: LastWrite) -> list[str]:
        """Return the Delta tables without which what a job wrote is not there any more, relative to the root."""
        if write.kind == "evaluation":
            paths = (layout.resource_path(model, write.branch) for model in write.evaluated)
            return [f"{path}/{layout.EVALUATIONS}" for path in paths]
        return [self.table_of(write.resource, write.branch)]

    def written(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the leases of each dataset and model that a job wrote, by its folder relative to the root.

        Whoever has all of them is alone there: evaluations of a model come in beside whoever trains it.
        """
        leases = {}
        for (branch, _), write in self.writes().items():
            for resource in [write.resource] if write.resource.has_table else write.evaluated:
                names = [layout.lease_path(resource, branch)]
                if resource.kind == "model":
                    names.append(layout.evaluations_lease(resource, branch))
                leases[layout.resource_path(resource, branch)] = tuple(names)
        return leases

    def published(self) -> int:
        """Return a ledger row up to which every entry is in its tables for sure; 0 where nothing tells."""
        return self.publisher.published().seq if self.exists else 0

    def newest_entries(self, limit: int) -> list[Entry]:
        """Return the newest committed jobs, newest first."""
        return self.ledger.newest(limit) if self.exists else []

    def entries_of(self, transactions: Iterable[str | None]) -> dict[str, Entry]:
        """Return the committed jobs of some transactions, by transaction; one that was not committed is left out."""
        wanted = {transaction for transaction in transactions if transaction}
        return self.ledger.of_transactions(wanted) if wanted and self.exists else {}

    def waiting(self) -> frozenset[int]:
        """Return the ledger rows of committed jobs that a table refused, and that are in none of their tables so far."""
        return frozenset(self.publisher.published().waiting) if self.exists else frozenset()

    def unpublished(self) -> list[Entry]:
        """Return the committed jobs that are not in every table yet, in the order of the ledger."""
        return self.publisher.unpublished() if self.exists else []

    def missing(self, entries: Sequence[Entry], unpublished: Iterable[Entry]) -> dict[int, str]:
        """Return in words what is with committed jobs that nobody sees in tables, by their ledger rows.

        :param entries: the jobs that are asked for.
        :param unpublished: what :meth:`unpublished` returned.
        """
        first = min((entry.seq for entry in entries), default=0)
        given_up = self.ledger.withdrawn(after=first) if entries else {}  # a note comes after its row
        return dict.fromkeys(given_up, "given up") | {entry.seq: "not published yet" for entry in unpublished}
