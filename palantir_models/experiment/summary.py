"""What lists and comparisons need of an experiment's series, so that they read no series table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.contents import Snapshot
from palantir_models.experiment.series import RECORD, MediaRow

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_LISTED = ("metric", "image", "plot", "table")


def series_json(contents: Snapshot, dropped: Mapping[tuple[str, str], int]) -> str:
    """Return the ``series`` column of the experiments table.

    A list of objects with ``kind`` (metric, image, plot, table), ``name`` and ``length``, each kind in the
    order its series began. Series with steps add ``first_step`` and ``last_step``; metrics add ``first``,
    ``last``, ``min`` and ``max``. JSON has no number for what is not finite: such a value is the string NaN,
    Infinity or -Infinity, and NaN counts for neither min nor max, which are null when nothing else was
    logged. A table's length is its rows. Where values were dropped, ``dropped`` says how many; a series that
    lost all of them is listed with length 0.

    :param contents: what the experiment holds.
    :param dropped: what was dropped, by kind and name.
    :returns: the JSON.
    """
    found = [
        *_metrics(contents.records, contents.names),
        *_media("image", contents.images),
        *_media("plot", contents.plots),
        *({"kind": "table", "name": name, "length": table.row_count} for name, table in contents.tables.items()),
    ]
    listed = {(entry["kind"], entry["name"]): entry for entry in found}
    for (kind, name), count in dropped.items():
        if kind in _LISTED:
            entry = listed.setdefault((kind, name), {"kind": kind, "name": name, "length": 0})
            entry["dropped"] = count
    return json.dumps(list(listed.values()), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _metrics(records: bytes, names: list[str]) -> Iterable[dict[str, Any]]:
    import numpy as np

    if not records:
        return
    rows = np.frombuffer(records, dtype="<i8").reshape(-1, RECORD.size // 8)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    codes, starts = np.unique(rows[:, 0], return_index=True)
    for code, group in zip(codes, np.split(rows, starts[1:]), strict=True):
        yield _metric(names[code], group[:, 1], np.ascontiguousarray(group[:, 2]).view("<f8"))


def _metric(name: str, steps: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> dict[str, Any]:
    import numpy as np

    least, most = float(np.fmin.reduce(values)), float(np.fmax.reduce(values))
    return {
        "kind": "metric",
        "name": name,
        "length": len(values),
        "first_step": int(steps[0]),
        "last_step": int(steps[-1]),
        "first": _number(float(values[0])),
        "last": _number(float(values[-1])),
        "min": None if math.isnan(least) else _number(least),
        "max": None if math.isnan(most) else _number(most),
    }


def _number(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _media(kind: str, rows: Iterable[MediaRow]) -> Iterable[dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {}
    for row in rows:  # in the order they came, in which steps rise
        entry = entries.setdefault(row.series, {"kind": kind, "name": row.series, "length": 0, "first_step": row.step})
        entry["length"] += 1
        entry["last_step"] = row.step
    return entries.values()
