"""Delta's file statistics, read from a Parquet file's footer.

Fewer statistics are always right, wrong ones lose rows: bounds are kept for whole numbers, dates and short text
alone, and only where every row group has exact ones. Floats are left out because their bounds ignore NaN.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_LONGEST_TEXT = 32
_MOST_COLUMNS = 32
_EPOCH = dt.date(1970, 1, 1).toordinal()


def footer_statistics(file: Any) -> tuple[int, str]:
    """Return a Parquet file's number of rows and its statistics as Delta's JSON.

    :param file: the file's path, or a file that PyArrow can read.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as parquet:
        metadata = parquet.metadata
        bounds: dict[str, dict[str, Any]] = {"minValues": {}, "maxValues": {}, "nullCount": {}}
        for index in range(min(metadata.num_columns, _MOST_COLUMNS)):
            _add_column(metadata, index, bounds)
        # Not as \u escapes: a reader was seen to take a letter beyond the first 65,536, written as two, for another.
        return metadata.num_rows, json.dumps({"numRecords": metadata.num_rows, **bounds}, ensure_ascii=False)


def _add_column(metadata: pq.FileMetaData, index: int, bounds: dict[str, dict[str, Any]]) -> None:
    if metadata.num_row_groups == 0 or "." in metadata.row_group(0).column(index).path_in_schema:
        return
    chunks = [metadata.row_group(group).column(index) for group in range(metadata.num_row_groups)]
    statistics = [chunk.statistics for chunk in chunks]
    name = chunks[0].path_in_schema
    if any(s is None or not s.has_null_count for s in statistics):
        return
    bounds["nullCount"][name] = sum(s.null_count for s in statistics)
    full = [s for s, chunk in zip(statistics, chunks, strict=True) if s.null_count < chunk.num_values]
    if not full or any(not s.has_min_max for s in full):
        return
    bounds_of = [(_plain(s, "min"), _plain(s, "max")) for s in full]
    low, high = zip(*bounds_of, strict=True)
    if None not in low and None not in high:
        bounds["minValues"][name], bounds["maxValues"][name] = min(low), max(high)


def _plain(statistics: pq.Statistics, bound: str) -> int | str | None:
    kind = statistics.logical_type.type
    if kind == "DATE":
        day = _EPOCH + getattr(statistics, f"{bound}_raw")  # Python has no dates but those of the years 1 to 9999
        return dt.date.fromordinal(day).isoformat() if 1 <= day <= dt.date.max.toordinal() else None
    if kind in ("INT", "NONE", "STRING") and statistics.physical_type in ("INT32", "INT64", "BYTE_ARRAY"):
        value = getattr(statistics, bound)
        return value if isinstance(value, int) or (isinstance(value, str) and len(value) <= _LONGEST_TEXT) else None
    return None
