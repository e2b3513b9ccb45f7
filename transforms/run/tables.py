"""Reading table files strictly: a damaged file is an error that names the file and, where it is known, the line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.errors import DataError
from transforms.json_text import from_json

if TYPE_CHECKING:
    import polars as pl

_DELTA = "Delta table"
_KINDS = {".csv": "CSV", ".parquet": "Parquet", ".json": "JSON", ".ndjson": "NDJSON", ".jsonl": "NDJSON"}


def table_kind(place: Path) -> str | None:
    """Return which kind of table a file or folder is by its name, None where it is none."""
    if place.is_dir():
        return _DELTA if (place / "_delta_log").is_dir() else None
    return _KINDS.get(place.suffix.lower())


def read_table(place: Path, kind: str) -> pl.DataFrame:
    """Read a table file.

    :param place: the file, or the folder of a Delta table.
    :param kind: what :func:`table_kind` gave.
    :raises DataError: if it is damaged.
    """
    import polars as pl
    import pyarrow as pa
    from deltalake.exceptions import DeltaError

    try:
        return _READERS[kind](place)
    except (pl.exceptions.PolarsError, pa.ArrowException, DeltaError, OSError, ValueError) as error:
        reason = _undecodable(place) if kind == "CSV" else _unreadable_json(place, kind)
        reason = reason or _first_line(error)
        raise DataError(f"{place} cannot be read as {kind}: {reason}. Nothing was committed.") from error


def _read_csv(place: Path) -> pl.DataFrame:
    import polars as pl

    rows = _count_csv_rows(place)
    frame = pl.read_csv(place, infer_schema_length=None)
    if frame.width > 1 and frame.height > rows:
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))  # an empty line is no row
    return frame


def _count_csv_rows(place: Path) -> int:
    # Polars fills up a row that is too short; this parser refuses it and knows where it is.
    import pyarrow.csv as pc

    with open(place, "rb") as file:
        file.readline().decode()
    batches = pc.open_csv(
        place,
        pc.ReadOptions(use_threads=False),
        pc.ParseOptions(newlines_in_values=True),
        pc.ConvertOptions(include_columns=[]),
    )
    return sum(batch.num_rows for batch in batches)


def _read_json(place: Path) -> pl.DataFrame:
    import polars as pl

    with open(place, "rb") as file:
        begins = file.read(1024).lstrip()[:1]
    if begins != b"[":  # many a file of this name has an object per line
        try:
            return _read_ndjson(place)
        except pl.exceptions.PolarsError:
            from_json(place.read_bytes())  # one object over several lines goes on, anything else ends here
    return pl.read_json(place, infer_schema_length=None)


def _read_ndjson(place: Path) -> pl.DataFrame:
    import polars as pl

    return pl.read_ndjson(place, infer_schema_length=None)


def _read_parquet(place: Path) -> pl.DataFrame:
    import polars as pl

    return pl.read_parquet(place)


def _read_delta(place: Path) -> pl.DataFrame:
    import polars as pl

    return pl.read_delta(str(place))


_READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "CSV": _read_csv,
    "JSON": _read_json,
    "NDJSON": _read_ndjson,
    "Parquet": _read_parquet,
    _DELTA: _read_delta,
}


def _undecodable(place: Path) -> str | None:
    with open(place, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f"line {number} is not UTF-8 text"
    return None


def _unreadable_json(place: Path, kind: str) -> str | None:
    if kind not in ("JSON", "NDJSON"):
        return None
    with open(place, "rb") as file:
        if kind == "JSON" and file.read(1024).lstrip()[:1] == b"[":
            return _json_fault(place.read_bytes())
        file.seek(0)
        for number, line in enumerate(file, 1):
            if line.strip() and (fault := _json_fault(line)):
                return f"line {number}: {fault}"
    return None


def _json_fault(text: bytes) -> str | None:
    try:
        from_json(text)
    except ValueError as error:
        return str(error)
    return None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removeprefix("CSV parse error: ").rstrip(".") if lines else type(error).__name__
