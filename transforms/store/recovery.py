"""Rolling forward: whatever the ledger has ratified is brought into every table, in the ledger's order."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from transforms.store import machine
from transforms.store.cache import sealed, unsealed
from transforms.store.change import TableChange
from transforms.store.entry import Entry
from transforms.store.layout import LEDGER
from transforms.store.ledger import Ledger
from transforms.store.publish import publish_change
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable

_log = logging.getLogger(__name__)
_MARK = f"{LEDGER}/_published"


class Publisher:
    """Publishes ratified entries and remembers up to where everything is published.

    :param storage: the store's storage.
    :param app_id: the store's name in Delta's transaction identifiers.
    :param ledger: the ledger.
    """

    def __init__(self, storage: Storage, app_id: str, ledger: Ledger) -> None:
        self._storage = storage
        self._app_id = app_id
        self._ledger = ledger

    def published(self) -> int:
        """Return a ledger row up to which every entry is in its tables for sure; it may be behind the truth."""
        try:
            mark = unsealed(self._app_id, self._storage.read(_MARK))
        except OSError:
            return 0
        if mark is None or not self._ledger.knows(mark["seq"], mark["transaction"]):
            return 0
        return int(mark["seq"])

    def unpublished(self) -> list[Entry]:
        """Return the ratified entries that may not be in every table yet."""
        return list(self._ledger.entries(after=self.published()))

    def publish_all(self, opened: Mapping[str, DeltaTable] | None = None) -> list[Entry]:
        """Bring every ratified entry into its tables; what is there already is skipped.

        :param opened: tables that were opened a moment ago, by their folder below the root.
        :returns: the entries that were looked at.
        :raises PublishError: if a table refuses its part; the other tables are served all the same.
        """
        entries = self.unpublished()
        if not entries:
            return []
        parts: dict[str, list[tuple[Entry, TableChange]]] = defaultdict(list)
        for entry in entries:
            for change in entry.changes:
                parts[change.table].append((entry, change))
        if len(parts) <= 1:  # a job that only read, or whose model published nothing, changes no table
            for part in parts.values():
                self._publish_in_order(part, opened or {})
        else:
            with machine.pool(min(len(parts), 16), "publish") as pool:
                futures = [pool.submit(self._publish_in_order, part, opened or {}) for part in parts.values()]
            for future in futures:
                future.result()
        self._remember(entries[-1])
        return entries

    def _remember(self, newest: Entry) -> None:
        try:
            mark = {"seq": newest.seq, "transaction": newest.transaction}
            self._storage.write(_MARK, sealed(self._app_id, mark))
        except OSError as error:  # without the mark the next one looks at these entries again
            _log.warning("What is published could not be noted (%s); everything committed is safe.", error)

    def _publish_in_order(self, parts: list[tuple[Entry, TableChange]], opened: Mapping[str, DeltaTable]) -> None:
        for entry, change in parts:
            publish_change(self._storage, self._app_id, entry, change, opened.get(change.table))
