"""Bringing files into a dataset: tables as rows, anything else as raw files, in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.errors import DataError, UsageError
from transforms.folders import files_in
from transforms.paths import inside, shown
from transforms.run.put_frame import put_frame
from transforms.run.tables import read_table, table_kind
from transforms.store.entry import Entry
from transforms.store.store import Store

if TYPE_CHECKING:
    import polars as pl


def put(
    store: Store,
    branch: str,
    alias: str,
    paths: Sequence[str | Path],
    wait_seconds: float = 0.0,
    *,
    descriptions: Mapping[str, str] | None = None,
    as_files: bool = False,
) -> Entry:
    """Replace a dataset's content by that of files.

    CSV files with a header, Parquet, JSON (a list of objects) and NDJSON files and folders that are Delta tables become
    rows; several of one kind become one table. Everything else, also files of several kinds, becomes raw files; of a
    folder, the files below it.

    :param store: the store.
    :param branch: the branch that is written.
    :param alias: the dataset.
    :param paths: files or folders, at least one.
    :param wait_seconds: how long to wait for another job that is building the dataset, in seconds.
    :param descriptions: descriptions of columns; for rows only.
    :param as_files: keep the files as they are, whatever they hold.
    :returns: the ledger's row; its ``outputs`` say how many rows or files there are.
    :raises UsageError: if a path does not exist, or two files would have one name in the dataset.
    :raises DataError: if a file is damaged, or files of one kind have different columns. Nothing is committed.
    """
    places = [Path(path) for path in paths]
    for place in places:
        if not place.exists():
            raise UsageError(f"{place} does not exist; nothing was committed.")
    if not places:
        raise UsageError(f"Name at least one file to put into {alias}.")
    kinds = {table_kind(place) for place in places}
    (kind, *others) = kinds
    if as_files or others or kind is None:
        if descriptions:
            raise UsageError(f"{alias} will hold raw files, which have no columns to describe.")
        return put_frame(store, branch, alias, _raw_files(places), wait=wait_seconds)
    frame = _table(places, kind)
    unknown = sorted(set(descriptions or {}) - set(frame.columns))
    if unknown:
        raise UsageError(f"There is no column {unknown[0]!r} to describe; there are: {', '.join(frame.columns)}.")
    return put_frame(store, branch, alias, frame, descriptions, wait_seconds)


def _table(places: Sequence[Path], kind: str) -> pl.DataFrame:
    import polars as pl

    frames = [read_table(place, kind) for place in places]
    first = frames[0]
    for place, frame in zip(places, frames, strict=True):
        if set(frame.columns) != set(first.columns):
            odd = sorted(set(frame.columns) ^ set(first.columns))
            raise DataError(
                f"{place} and {places[0]} have different columns ({', '.join(odd)} is in one only); nothing was "
                f"committed. Give them the same columns, or keep them as they are with --files."
            )
    try:
        return pl.concat([frame.select(first.columns) for frame in frames], how="vertical_relaxed")
    except (pl.exceptions.SchemaError, pl.exceptions.InvalidOperationError) as error:
        names = ", ".join(str(place) for place in places)
        raise DataError(f"{names} have a column of different types: {error}. Nothing was committed.") from error


def _raw_files(places: Sequence[Path]) -> Mapping[str, Path]:
    found: dict[str, Path] = {}
    for place in places:
        for name, file in _files_of(place).items():
            if name in found:
                raise UsageError(f"{found[name]} and {file} would both be the file {name!r} of the dataset.")
            found[name] = file
    return found


def _files_of(place: Path) -> dict[str, Path]:
    if place.is_file():
        return {inside(place.name, str(place)): place}
    return files_in(place, shown(str(place)))
