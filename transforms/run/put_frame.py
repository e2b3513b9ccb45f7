"""Committing data that no transform made: one dataset, one transaction."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transforms.common.folders import files_in
from transforms.common.paths import inside
from transforms.engine.local.staging import Columns, stage_frame
from transforms.run.file_rows import stage_listing, staged_files, summary_of
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.change import TableChange
from transforms.store.entry import Entry
from transforms.store.store import Store
from transforms.store.transaction import Transaction


def put_frame(store: Store, branch: str, alias: str, data: Any, descriptions: Mapping[str, str] | None = None) -> Entry:
    """Replace a dataset's content in one commit.

    :param store: the store.
    :param branch: the branch that is written.
    :param alias: the dataset.
    :param data: a frame of any kind that can be staged; or, for raw files, the path of a folder or a mapping of paths
        inside the dataset to bytes, text, or the path of a file.
    :param descriptions: descriptions of columns.
    :returns: the ledger's row.
    """
    return replace_content(store.begin("put", branch, [Resource("dataset", alias)]), data, descriptions)


def replace_content(transaction: Transaction, data: Any, descriptions: Mapping[str, str] | None = None) -> Entry:
    """Replace the content of the one dataset that a transaction writes, and commit it; or give the transaction up.

    :param transaction: the transaction.
    :param data: as for :func:`put_frame`.
    :param descriptions: descriptions of columns.
    :returns: the ledger's row.
    """
    (resource,) = transaction.outputs
    alias, table = resource.alias, transaction.store.table_of(resource, transaction.branch)
    try:
        if isinstance(data, (str, Path)):
            data = files_in(Path(data), alias)
        if isinstance(data, Mapping):
            change, summary = _stage_files(transaction, table, data, alias)
        else:
            before = transaction.open_output(table)
            there = () if before is None or before.holds_files else before.fields
            change = stage_frame(transaction, table, data, "overwrite", Columns(alias, descriptions or {}, there))
            summary = {"rows": change.rows}
        return transaction.commit([change], {resource.key: {"mode": "replace", **summary}})
    except BaseException:
        transaction.abandon()
        raise


def _stage_files(
    transaction: Transaction, table: str, contents: Mapping[str, Any], alias: str
) -> tuple[TableChange, dict[str, Any]]:
    folder = transaction.staging(table, layout.FILES)
    for path, content in contents.items():
        place = folder / inside(path, alias)
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            _copy(content, place)
        else:
            place.write_bytes(content.encode() if isinstance(content, str) else content)
    files = staged_files(transaction, table)
    return stage_listing(transaction, table, files, "overwrite", alias), summary_of(files)


def _copy(source: Path, place: Path) -> None:
    shutil.copyfile(source, place)  # not its mode: others of the store's group must be able to read it
    times = source.stat()
    os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
