"""Experiments that are not part of a version: kept in the store's journal folder, apart from the Delta tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.store.durable import write_atomically

if TYPE_CHECKING:
    from palantir_models.experiment.experiment import Experiment

_ROW = "experiment.json"


def keep_unpublished(journal: Path, experiment: Experiment, row: Mapping[str, Any]) -> None:
    """Save an experiment that failed, or that was not published.

    :param journal: the store's journal folder.
    :param experiment: the experiment.
    :param row: its row of the experiments table; the model's alias is added.
    """
    import pyarrow.parquet as pq

    folder = journal / experiment.experiment_id
    folder.mkdir(parents=True, exist_ok=True)
    for kind, table in experiment.tables().items():
        pq.write_table(table, folder / f"{kind}.parquet", compression="zstd")
    content = {**row, "model": experiment.model}
    write_atomically(folder / _ROW, json.dumps(content, default=str).encode())


def unpublished_rows(journal: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of experiments that are kept apart, with the key ``model``."""
    for file in sorted(journal.glob(f"*/{_ROW}")):
        yield json.loads(file.read_bytes())
