"""What was logged since the last draining as Arrow columns: a piece of an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.schema import part_schema
from palantir_models.experiment.media.tables import Table
from palantir_models.experiment.memory.blocks import RECORD, ROW, Block
from palantir_models.experiment.memory.contents import Batch
from palantir_models.experiment.memory.media_rows import MediaRow
from palantir_models.experiment.values import Parameter, instant

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa


def pieces(batch: Batch) -> dict[str, Any]:
    """Return a batch as columns: what a journal's frames hold, one for each kind that is not empty.

    :param batch: what came since the last time.
    :returns: any of ``series`` (the names that are new, by rising number), ``metrics`` (with the series' number
        in place of its name), ``hyperparameters``, ``images``, ``plots`` and ``tables``; the tables have the
        columns of their schema without ``experiment_id``, and rows in the order they came.
    """
    made: dict[str, Any] = {}
    if batch.names:
        made["series"] = batch.names
    if batch.metrics:
        made["metrics"] = _metrics(batch.metrics)
    if batch.parameters:
        made["hyperparameters"] = _hyperparameters(batch.parameters)
    if batch.images:
        png = {field: [getattr(row.content, field) for row in batch.images] for field in ("width", "height")}
        png["png"] = [row.content.data for row in batch.images]
        made["images"] = _table("images", _media(batch.images) | png)
    if batch.plots:
        made["plots"] = _table("plots", _media(batch.plots) | {"figure": [row.content for row in batch.plots]})
    if batch.tables:
        columns: dict[str, Any] = {"name": list(batch.tables)}
        columns |= {field: [getattr(table, field) for table in batch.tables.values()] for field in Table._fields}
        made["tables"] = _table("tables", columns)
    return made


def _metrics(blocks: Sequence[Block]) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    columns = [_singles(block) if not block.codes else _group(block) for block in blocks]
    series, step, value, time = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    return pa.table(
        {
            "series": series,
            "step": step,
            "value": value,
            "timestamp": pa.array(time // 1000).cast(pa.timestamp("us", tz="UTC")),
        }
    )


def _singles(block: Block) -> tuple[npt.NDArray[Any], ...]:
    """Return series number, step, value and time of single records."""
    import numpy as np

    layout = np.dtype([("series", "<i8"), ("step", "<i8"), ("value", "<f8"), ("time", "<i8")])
    assert layout.itemsize == RECORD.size
    rows = np.frombuffer(block.data, dtype=layout)
    return rows["series"].astype("<i4"), rows["step"], rows["value"], rows["time"]


def _group(block: Block) -> tuple[npt.NDArray[Any], ...]:
    """Return the same of a group's rows, series after series."""
    import numpy as np

    width = len(block.codes)
    layout = np.dtype([("step", "<i8"), ("time", "<i8"), ("values", "<f8", (width,))])
    assert layout.itemsize == ROW.size + 8 * width
    rows = np.frombuffer(block.data, dtype=layout)
    series = np.repeat(np.array(block.codes, "<i4"), len(rows))
    step = np.add.outer(np.array(block.offsets, "<i8"), rows["step"]).ravel()
    return series, step, rows["values"].T.ravel(), np.tile(rows["time"], width)


def _hyperparameters(parameters: Mapping[str, Parameter]) -> pa.Table:
    found = list(parameters.values())
    columns: dict[str, Any] = {"name": list(parameters), "type": [value.type for value in found]}
    for kind in ("boolean", "date", "datetime", "double", "integer", "string"):
        columns[f"{kind}_value"] = [value.value if value.type == kind else None for value in found]
    return _table("hyperparameters", columns)


def _media(rows: Sequence[MediaRow]) -> dict[str, Any]:
    return {
        "series": [row.series for row in rows],
        "step": [row.step for row in rows],
        "timestamp": [instant(row.timestamp) for row in rows],
        "caption": [row.caption for row in rows],
    }


def _table(table: str, columns: Mapping[str, Any]) -> pa.Table:
    import pyarrow as pa

    wanted = part_schema(table)
    return pa.Table.from_arrays([pa.array(columns[field.name], field.type) for field in wanted], schema=wanted)
