"""Whether every file of an earlier version of a dataset is still there."""

from __future__ import annotations

from transforms.engine.local.reading import scan_polars
from transforms.errors import StoreError
from transforms.spec.resource import Resource
from transforms.store.tables import TableView


def check_whole(view: TableView, resource: Resource) -> None:
    """Look whether every file of a version is still there.

    :param view: the version.
    :param resource: the dataset, for messages.
    :raises StoreError: names the first that is missing.
    """
    gone = view.gone(view.file_paths())
    if not gone and view.holds_files:
        gone = view.gone(scan_polars(view).select("location").collect()["location"].to_list())
    if gone:
        raise StoreError(
            f"{resource} cannot be read any more as it was at version {view.version}: {gone[0]} was deleted, as by 'transforms gc "
            f"--older-than' or a VACUUM{f', and {len(gone) - 1} more files' if len(gone) > 1 else ''}."
        )
