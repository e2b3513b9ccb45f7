"""The store: one root folder that jobs commit into, together and recoverably."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from transforms.spec.resource import Resource
from transforms.store import layout, recovery
from transforms.store.contents import Contents
from transforms.store.entry import Entry
from transforms.store.storage.address import open_storage
from transforms.store.transaction import Transaction


class Store(Contents):
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
        super().__init__(open_storage(root))

    def begin(self, transform: str, branch: str, outputs: Sequence[Resource], wait_seconds: float = 0.0) -> Transaction:
        """Begin a transaction: take its leases, finish what others left unpublished, pin its inputs.

        :param transform: the name of the job, for the ledger and for whoever finds an output taken.
        :param branch: the branch to write.
        :param outputs: everything the job may write.
        :param wait_seconds: how long to wait for outputs that others are building, in seconds.
        :raises LeaseHeldError: if another job is building one of the outputs.
        """
        layout.branch_folder(branch)
        self.identity.ensure()
        return Transaction(self, transform, branch, outputs, wait_seconds)

    def recover(self) -> tuple[list[Entry], list[str]]:
        """Finish what was ratified and delete what dead jobs left behind.

        :returns: the entries that were brought into their tables, and the transactions that were cleaned up.
        :raises PublishError: if a table refuses its part of a ratified entry; everything else is done then.
        """
        done = recovery.finish(self, afresh=True)
        for found in self.publisher.refused:
            raise found.error
        return done
