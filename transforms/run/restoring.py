"""An earlier version of a dataset as its new one: its files are linked or copied, and nothing is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from transforms.engine.local.inheriting import inherit_rows
from transforms.engine.local.reading import scan_polars
from transforms.run.scope import Sealed
from transforms.run.still_whole import check_whole
from transforms.spec.resource import Resource
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction

_COUNTS = ("mode", "rows", "files", "bytes")


def restore_dataset(
    transaction: Transaction, resource: Resource, earlier: TableView, told: Mapping[str, Any]
) -> Sealed:
    """Stage an earlier version of a dataset.

    :param transaction: the transaction, which holds the dataset's lease.
    :param resource: the dataset.
    :param earlier: the version.
    :param told: what the commit that made it says of it.
    :returns: the dataset's part of the commit.
    :raises StoreError: if the version cannot be read any more, as files of it were deleted.
    :raises UnsupportedTableError: if it has a feature or a rule that cannot be kept here.
    """
    check_whole(earlier, resource)
    now = transaction.open_output(earlier.name)
    change = inherit_rows(transaction, earlier.name, earlier, None)
    change = replace(change, mode="overwrite", base_version=None if now is None else now.table.version())
    counted: dict[str, int] = {"rows": change.rows}
    if earlier.holds_files:
        counted = {"files": change.rows, "bytes": scan_polars(earlier).select("size").sum().collect().item()}
    kept = {name: value for name, value in told.items() if name not in _COUNTS}
    return Sealed(resource, (change,), {"mode": "replace", **counted, **kept})
