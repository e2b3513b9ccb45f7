"""Staging rows of a model's tables, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from palantir_models.experiment.columns.schema import ENCODINGS
from transforms.store.change import TableChange
from transforms.store.transaction import Transaction

if TYPE_CHECKING:
    import pyarrow as pa


def stage_tables(transaction: Transaction, model: str, tables: Mapping[str, pa.Table]) -> list[TableChange]:
    """Stage rows that are appended to tables of a model.

    :param transaction: the transaction that stages.
    :param model: the model's folder, relative to the store's root.
    :param tables: the rows by the name of their table.
    :returns: a change for each table, in their order.
    """
    from transforms.engine.local.staging import Columns, stage_frame

    for name in tables:  # in one thread, as it takes note of the folder
        transaction.staging(f"{model}/{name}")
    with ThreadPoolExecutor(max_workers=max(len(tables), 1), thread_name_prefix="stage") as pool:
        staged = [
            pool.submit(
                stage_frame, transaction, f"{model}/{name}", table, "append", Columns(encodings=ENCODINGS.get(name, {}))
            )
            for name, table in tables.items()
        ]
    return [change.result() for change in staged]
