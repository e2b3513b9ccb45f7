"""What lists and comparisons need of an experiment's series, so that they read no series table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from transforms.common.json_text import json_number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_LISTED = ("metric", "image", "plot", "table")


def series_json(
    metrics: Iterable[Mapping[str, Any]],
    media: Iterable[Mapping[str, Any]],
    tables: Mapping[str, int],
    dropped: Mapping[tuple[str, str], int],
) -> str:
    """Return the ``series`` column of the experiments table.

    A list of objects with ``kind`` (metric, image, plot, table), ``name`` and ``length``, each kind in the
    order its series began. Series with steps add ``first_step`` and ``last_step``; metrics add ``first``,
    ``last``, ``min`` and ``max``. JSON has no number for what is not finite: such a value is the string NaN,
    Infinity or -Infinity, and NaN counts for neither min nor max, which are null when nothing else was
    logged. A table's length is its rows. Where values were dropped, ``dropped`` says how many; a series that
    lost all of them is listed with length 0.

    :param metrics: what :func:`metric_series` returns.
    :param media: the same of images and plots.
    :param tables: name of each table to its number of rows.
    :param dropped: what was dropped, by kind and name.
    :returns: the JSON.
    """
    found = [*metrics, *media, *({"kind": "table", "name": name, "length": rows} for name, rows in tables.items())]
    listed = {(entry["kind"], entry["name"]): dict(entry) for entry in found}
    for (kind, name), count in dropped.items():
        if kind in _LISTED:
            entry = listed.setdefault((kind, name), {"kind": kind, "name": name, "length": 0})
            entry["dropped"] = count
    return json.dumps(list(listed.values()), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def metric_series(names: list[str], codes: npt.NDArray[np.int32], rows: pa.Table) -> list[dict[str, Any]]:
    """Return what the summary says of each metric series, in the order they began.

    :param names: the series by number.
    :param codes: the series' number of each value; values of one series lie together.
    :param rows: the values with the columns ``step`` (rising in each series) and ``value``.
    """
    import numpy as np

    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    ends = np.append(starts[1:], len(codes)) - 1
    steps, values = rows["step"].to_numpy(), rows["value"].to_numpy()
    least, most = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    columns = (codes[starts], ends - starts + 1, steps[starts], steps[ends], values[starts], values[ends], least, most)
    entries = [
        {
            "kind": "metric",
            "name": names[code],
            "length": length,
            "first_step": first_step,
            "last_step": last_step,
            "first": json_number(first),
            "last": json_number(last),
            "min": None if math.isnan(low) else json_number(low),
            "max": None if math.isnan(high) else json_number(high),
        }
        for code, length, first_step, last_step, first, last, low, high in sorted(
            zip(*(column.tolist() for column in columns), strict=True)
        )
    ]
    return entries
