"""Finding the Delta tables of a store, which are the folders that have a log, and the folders that transactions stage into."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.store import layout
from transforms.store.storage.base import Storage

_STAGING = (layout.DATA, layout.FILES, layout.ARTIFACTS, layout.TEMPORARY)


def find_tables(storage: Storage) -> Iterator[str]:
    """Yield the folder of every Delta table of a store's branches, relative to the root."""
    for place, folders in _places(storage):
        if "_delta_log" in folders:
            yield place


def find_staged(storage: Storage) -> Iterator[str]:
    """Yield every folder that has the name of one in which a transaction staged, relative to the root.

    What was committed lies in such folders, too. They are found by listing folders, whatever files there are.
    """
    for place, folders in _places(storage):
        yield from _staged(place, folders)
    for place in (layout.TEMPORARY, f"{layout.TEMPORARY}/{layout.FILES}"):
        yield from _staged(place, storage.folders(place))


def _places(storage: Storage) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders of all branches in which a table may lie, each with the names of those right below it."""
    waiting = [branch for branch in reversed(storage.folders("")) if not branch.startswith(("_", "."))]
    while waiting:
        place = waiting.pop()
        folders = storage.folders(place)
        yield place, folders
        # What transactions staged lies in folders of their own, many of them, and none holds a table.
        staged = set(_staged(place, folders))
        waiting += [
            below
            for folder in reversed(folders)
            if folder[0] not in "_." and (below := f"{place}/{folder}") not in staged
        ]


def _staged(place: str, folders: list[str]) -> list[str]:
    if place.rpartition("/")[2] not in _STAGING:
        return []
    identities = filter(layout.is_identifier, folders)
    return [below for name in identities if layout.is_staging(below := f"{place}/{name}", name)]
