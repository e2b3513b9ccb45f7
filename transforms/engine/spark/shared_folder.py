"""A folder of the store that driver and executors of a cluster all see, for as long as the driver lives."""

from __future__ import annotations

import atexit

from transforms.store import layout, leases, process
from transforms.store.identifiers import new_transaction_id
from transforms.store.storage.base import Storage


class SharedFolder:
    """A temporary folder below a store's root; of a driver that died, whoever recovers the store deletes it.

    :param storage: the store's storage.
    """

    def __init__(self, storage: Storage) -> None:
        identity = new_transaction_id()
        self._storage = storage
        self._name = f"{layout.TEMPORARY}/{identity}"
        # Like a transaction that is never committed: its lease tells what to delete, and when.
        self._lease = leases.acquire(storage, f"{layout.TRANSACTIONS}/{identity}.json", "transaction", {}, 10.0)
        self._lease.write({"transform": "Spark", **process.whoami(), "staging": [self._name]})
        atexit.register(self.close)

    @property
    def uri(self) -> str:
        """Its address as Spark spells it."""
        return self._storage.spark_uri(self._name)

    def close(self) -> None:
        """Delete it and what is in it."""
        atexit.unregister(self.close)
        self._storage.delete_folder(self._name)
        self._lease.release(remove=True)
