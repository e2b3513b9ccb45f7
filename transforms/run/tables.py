"""Table files as frames: what is damaged or in doubt is an error that names the file, the line, and what to say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.common.text import first_line
from transforms.engine.local.reading import read_whole
from transforms.errors import DataError, UsageError
from transforms.run.incoming.columns import cast_columns, check_known, check_same_columns, final_names
from transforms.run.incoming.objects import read_objects
from transforms.run.incoming.options import TableOptions
from transforms.run.incoming.texts import Tell, read_texts
from transforms.store.features import can_read

if TYPE_CHECKING:
    import polars as pl

_DELTA = "Delta table"
_CSV, _TSV, _JSON, _NDJSON, _PARQUET = "CSV", "TSV", "JSON", "NDJSON", "Parquet"
_KINDS = {
    ".csv": _CSV,
    ".tsv": _TSV,
    ".tab": _TSV,
    ".parquet": _PARQUET,
    ".json": _JSON,
    ".ndjson": _NDJSON,
    ".jsonl": _NDJSON,
}
_SEPARATORS = {_CSV: ",", _TSV: "\t"}


def table_kind(place: Path, options: TableOptions | None = None) -> str | None:
    """Return which kind of table a file or folder is by its name, None where it is none.

    :param place: the file or folder.
    :param options: what was said of it: a file of any other name is CSV where something was said that only CSV has.
    """
    if place.is_dir():
        return _DELTA if (place / "_delta_log").is_dir() else None
    other = _CSV if options is not None and options.is_for_separated_text else None
    return _KINDS.get(place.suffix.lower(), other)


def read_table(place: Path, kind: str) -> pl.DataFrame:
    """Read a table file.

    :param place: the file, or the folder of a Delta table.
    :param kind: what :func:`table_kind` gave.
    :raises DataError: if it is damaged.
    """
    return read_tables([place], kind)


def read_tables(
    places: Sequence[Path], kind: str, options: TableOptions | None = None, tell: Tell = lambda _: None
) -> pl.DataFrame:
    """Read files of one kind as one table. The types of its columns are looked for over all rows of all files.

    :param places: the files, or folders of Delta tables.
    :param kind: what :func:`table_kind` gave for all of them.
    :param options: how they are written, and what their columns are called and hold.
    :param tell: called with each remark, such as what was left as text and which option would change that.
    :raises DataError: if a file is damaged, has other columns, or a value that does not fit the type that was named.
    :raises UsageError: if an option does not fit the files.
    """
    options = options or TableOptions()
    try:
        if kind in _SEPARATORS:
            return read_texts(places, options, _SEPARATORS[kind], tell)
        if options.is_for_separated_text:
            raise UsageError(f"{places[0]} is a {kind} file: of it, --encoding, --rename and --type can be said.")
        if kind in (_JSON, _NDJSON):
            return _read_json(places, options)
        return _read_stored(places, kind, options)
    except OSError as error:
        raise DataError(f"{error.filename or places[0]} cannot be read: {error.strerror or error}.") from error


def _read_json(places: Sequence[Path], options: TableOptions) -> pl.DataFrame:
    import polars as pl

    originals = {new: old for old, new in options.renames.items()}
    as_text = {originals.get(name, name) for name, kind in options.types.items() if kind in ("string", "text")}
    frame = pl.from_arrow(read_objects(places, options, as_text))
    assert isinstance(frame, pl.DataFrame)
    check_known(frame.columns, options.renames, "--rename")
    frame.columns = final_names(frame.columns, options, places[0])
    return cast_columns(frame, options)


def _read_stored(places: Sequence[Path], kind: str, options: TableOptions) -> pl.DataFrame:
    frames = [_read_frame(place, kind) for place in places]
    check_known([name for frame in frames for name in frame.columns], options.renames, "--rename")
    for place, frame in zip(places, frames, strict=True):
        frame.columns = final_names(frame.columns, options, place)
    return cast_columns(_one_below_another(places, frames), options)


def _read_frame(place: Path, kind: str) -> pl.DataFrame:
    import polars as pl
    import pyarrow as pa
    from deltalake.exceptions import DeltaError

    try:
        return _read_delta(place) if kind == _DELTA else pl.read_parquet(place, glob=False)
    except (pl.exceptions.PolarsError, pa.ArrowException, DeltaError, ValueError) as error:
        raise DataError(
            f"{place} cannot be read as {kind}: {first_line(error).rstrip('.')}. Nothing was committed."
        ) from error


def _read_delta(place: Path) -> pl.DataFrame:
    import polars as pl
    from deltalake import DeltaTable

    table = DeltaTable(str(place))
    if can_read(table, "polars"):
        return pl.read_delta(table)
    return pl.DataFrame(read_whole(table, str(place)))


def _one_below_another(places: Sequence[Path], frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    first = frames[0]
    for place, frame in zip(places, frames, strict=True):
        check_same_columns(place, frame.columns, places[0], first.columns)
    try:
        whole = pl.concat([frame.select(first.columns) for frame in frames], how="vertical_relaxed")
    except (pl.exceptions.SchemaError, pl.exceptions.InvalidOperationError) as error:
        names = ", ".join(str(place) for place in places)
        raise DataError(f"{names} have a column of different types: {error}. Nothing was committed.") from error
    start = 0
    for place, frame in zip(places, frames, strict=True):
        part = whole.slice(start, frame.height)
        start += frame.height
        for name, kind in frame.schema.items():
            if kind.is_integer() and part.schema[name].is_float():
                changed = part[name].cast(kind, strict=False).ne_missing(frame[name])
                if changed.any():
                    value = frame[name].filter(changed)[0]
                    raise DataError(
                        f"{place}: column {name!r} has the whole number {value}, and others of the files have floats there, "
                        f"which cannot hold it. Nothing was committed. Add --type {name}=string."
                    )
    return whole
