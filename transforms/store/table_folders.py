"""Finding the Delta tables of a store: the folders that have a log."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.store import layout
from transforms.store.storage.base import Storage

_STAGING = (layout.DATA, layout.FILES, layout.ARTIFACTS)


def find_tables(storage: Storage) -> Iterator[str]:
    """Yield the folder of every Delta table of a store's branches, relative to the root."""
    for branch in storage.folders(""):
        if not branch.startswith(("_", ".")):
            yield from _tables_below(storage, branch)


def _tables_below(storage: Storage, place: str) -> Iterator[str]:
    folders = storage.folders(place)
    if "_delta_log" in folders:
        yield place
    # What transactions staged lies in folders of their own, many of them, and none holds a table.
    staged = place.rpartition("/")[2] in _STAGING
    for folder in folders:
        if folder[0] not in "_." and not (staged and layout.is_identifier(folder)):
            yield from _tables_below(storage, f"{place}/{folder}")
