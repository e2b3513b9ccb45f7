"""Who a store is: the number of its format, and the name under which its tables know it."""

from __future__ import annotations

import json

from transforms.common.json_text import from_json
from transforms.errors import StoreError
from transforms.store import layout, machine
from transforms.store.belonging import diverged
from transforms.store.finding import find_tables
from transforms.store.ledger import Ledger
from transforms.store.storage.base import Storage, content_of
from transforms.store.table_row import row_of

_FORMAT = 1


class Identity:
    """The name of a store in Delta's transaction identifiers: constant, and different in every store.

    :param storage: the store's storage.
    :param ledger: the ledger, which is begun together with the store.
    """

    def __init__(self, storage: Storage, ledger: Ledger) -> None:
        self._storage = storage
        self._ledger = ledger
        self._known = ""

    @property
    def exists(self) -> bool:
        """Whether the store has begun."""
        return bool(self._known) or self._storage.exists(layout.STORE_FILE)

    def read(self) -> str:
        """Return the name; an empty text, which no table has, where the store has not begun.

        :raises StoreError: if the file that has it cannot be read, or is of another format.
        """
        if not self._known:
            try:
                content = content_of(self._storage, layout.STORE_FILE)
                if content is None:
                    return ""
                found = from_json(content)
                version, identity = found["format"], str(found["id"])
            except StoreError:
                raise
            except (OSError, ValueError, KeyError, TypeError) as error:
                address = self._storage.uri(layout.STORE_FILE)
                raise StoreError(
                    f"{address} cannot be read ({error}); restore it from a backup of the store."
                ) from error
            if version != _FORMAT:
                raise StoreError(
                    f"{self._storage.root} has store format {version}; this version of the package reads {_FORMAT}."
                )
            self._known = f"transforms.{identity}"
        return self._known

    def ensure(self) -> str:
        """Return the name, of a store that begins now where there was none; what a process left that died at it is finished.

        :raises StoreError: if the root cannot be written, or the store's file is gone while its ledger is there.
        :raises DivergedError: if the ledger is gone while tables are there.
        """
        name = self.read()
        if not name:
            self._begin()
            name = self.read()
        elif self._ledger.head() < 0:
            self._check_tables(name)
        self._ledger.create(name)
        return name

    def _begin(self) -> None:
        # With a new id, no table would know any more what it has of the ledger that is there.
        if self._ledger.head() >= 0 and not self._storage.exists(layout.STORE_FILE):
            raise StoreError(
                f"{self._storage.uri(layout.STORE_FILE)} is gone, while the store's ledger is there. Restore it from a backup "
                f"of the store."
            )
        content = json.dumps({"format": _FORMAT, "id": machine.unique()}).encode()
        try:
            if not self._storage.is_local:
                self._probe()
            self._storage.create(layout.STORE_FILE, content)  # of two who begin it the first one names it
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"The store's root {self._storage.root} cannot be made: {error}") from error

    def _probe(self) -> None:
        """Look whether the object store keeps what a commit stands on."""
        name = f"{layout.LOCKS}/probe-{machine.unique()}"
        self._storage.create(name, b"")
        is_exclusive = not self._storage.create(name, b"")
        self._storage.delete(name)
        if not is_exclusive:
            raise StoreError(
                f"{self._storage.root}: the object store passes over 'If-None-Match: *', so two jobs could overwrite each "
                "other's commits. Use a service, or a newer version of this one, that has conditional writes."
            )

    def _check_tables(self, name: str) -> None:
        """Look whether a ledger that is not there was begun once."""
        for folder in find_tables(self._storage):
            table = self._storage.delta.open(folder)
            row = None if table is None else row_of(self._storage, folder, table, name)
            if row is not None:
                raise diverged(self._storage, folder, row)
