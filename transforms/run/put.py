"""Bringing files into a dataset: tables as rows, anything else as raw files, in one commit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.common.folders import files_in
from transforms.common.paths import inside, shown
from transforms.config import Config
from transforms.errors import UsageError, nearest
from transforms.run.adding import Addition, add
from transforms.run.incoming.options import TableOptions
from transforms.run.incoming.texts import Tell
from transforms.run.job import JobOptions
from transforms.run.put_frame import replace_content
from transforms.run.tables import read_tables, table_kind
from transforms.spec.resource import Resource
from transforms.store.entry import Entry
from transforms.store.store import Store

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class PutOptions:
    """What can be said of files that are put into a dataset.

    Attributes:
        table: how table files are written, and what their columns are called and hold.
        descriptions: descriptions of columns; for rows only.
        as_files: keep the files as they are, whatever they hold.
        append_in: the project, to add to what the dataset has; its content is replaced when None.
        wait_seconds: how long to wait for another job that is building the dataset, in seconds.
        tell: called with each remark, such as what was left as text and which option would change that.
    """

    table: TableOptions = field(default_factory=TableOptions)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    as_files: bool = False
    append_in: Config | None = None
    wait_seconds: float = 0.0
    tell: Tell = lambda _: None


def put(
    store: Store, branch: str, alias: str, paths: Sequence[str | Path], options: PutOptions = PutOptions()
) -> Entry:
    """Replace a dataset's content by that of files, or add that to it.

    CSV and TSV files with a header, Parquet, JSON (a list of objects) and NDJSON files and folders that are Delta tables
    become rows; several of one kind become one table. Everything else, also files of several kinds, becomes raw files; of
    a folder, the files below it.

    A text of a CSV file becomes a number only if the number, written again, is the same text, and a column becomes one of
    numbers only if all of its texts do, in all rows of all files; so ``01234`` and ``1.10`` stay text.

    :param store: the store.
    :param branch: the branch that is written.
    :param alias: the dataset.
    :param paths: files or folders, at least one.
    :param options: what is said of them.
    :returns: the ledger's row; its ``outputs`` say how many rows or files there are.
    :raises UsageError: if a path does not exist, two files would have one name in the dataset, or an option does not fit
        the files.
    :raises DataError: if a file is damaged, files of one kind have different columns, or a column cannot be stored under
        its name. Nothing is committed.
    """
    places = [Path(path) for path in paths]
    for place in places:
        if reason := _unusable(place):
            raise UsageError(f"{shown(str(place))} {reason}; nothing was committed.{_beside(place)}")
    if not places:
        raise UsageError(f"Name at least one file to put into {alias}.")
    data = _data(places, alias, options)
    if options.append_in is not None:
        job = JobOptions(branch=branch, wait_seconds=options.wait_seconds)
        return add(store, options.append_in, Addition(alias, data, options.descriptions), job)
    transaction = store.begin("put", branch, [Resource("dataset", alias)], options.wait_seconds)
    return replace_content(transaction, data, options.descriptions)


def _data(places: Sequence[Path], alias: str, options: PutOptions) -> pl.DataFrame | Mapping[str, Path]:
    """Return what files hold: one table, or each of them by its path inside the dataset."""
    kinds = {table_kind(place, options.table) for place in places}
    (kind, *others) = kinds
    if options.as_files or others or kind is None:
        if options.descriptions or options.table.are_given:
            raise UsageError(
                f"{alias} will hold raw files, which have no columns to describe, rename or read: they are "
                f"{'kept as they are' if options.as_files else 'no tables of one kind'}."
            )
        if others and any(kinds - {None}) and not options.as_files and all(place.is_file() for place in places):
            options.tell(
                "Kept as raw files, as they are of several kinds. Put those of one kind into a dataset for rows."
            )
        return _raw_files(places, options.tell)
    frame = read_tables(places, kind, options.table, options.tell)
    unknown = sorted(options.descriptions.keys() - set(frame.columns))
    if unknown:
        raise UsageError(f"There is no column {unknown[0]!r} to describe; there are: {', '.join(frame.columns)}.")
    return frame


def _unusable(place: Path) -> str | None:
    """Return why nothing can be read from a path; None where something can."""
    if not place.exists():
        return "points at nothing" if place.is_symlink() else "does not exist"
    if not place.is_file() and not place.is_dir():
        return "is neither a file nor a folder"
    return None if os.access(place, os.R_OK) else "may not be read by you"


def _beside(place: Path) -> str:
    """Return a sentence that suggests what is called nearly as a path that is not there."""
    if place.exists() or not os.access(place.parent, os.R_OK | os.X_OK):
        return ""
    return nearest(str(place), [str(place.parent / name) for name in os.listdir(place.parent)])


def _raw_files(places: Sequence[Path], tell: Tell) -> Mapping[str, Path]:
    found: dict[str, Path] = {}
    for place in places:
        for name, file in _files_of(place).items():
            if name in found:
                raise UsageError(f"{found[name]} and {file} would both be the file {name!r} of the dataset.")
            if reason := _unusable(file):
                raise UsageError(f"{shown(str(file))} {reason}; nothing was committed.")
            found[name] = file
        if place.is_dir():
            empty = [folder for folder, folders, files in os.walk(place) if not folders and not files]
            if empty and found:
                tell(f"A dataset keeps files alone, so empty folders are left out: {shown(empty[0])}{_more(empty)}.")
    if not found:
        raise UsageError(f"{', '.join(map(str, places))}: there is no file below; nothing was committed.")
    return found


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""


def _files_of(place: Path) -> dict[str, Path]:
    if place.is_file():
        return {inside(place.name, str(place)): place}
    return files_in(place, shown(str(place)))
