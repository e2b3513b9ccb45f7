"""Experiments that are not part of a version: kept in the store's journal folder, apart from the Delta tables.

Of an experiment that runs, or whose process died, the folder holds the journal; of one that ended, Parquet files
and its row of the experiments table. What cannot be read is listed as such: it hides nothing else, and is never deleted
unless somebody asks for it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from palantir_models.experiment.columns.parameters import parameters_json
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.journal import journal
from palantir_models.experiment.journal.rows import checked, rows
from palantir_models.experiment.journal.unpublished import PARAMETERS, Kept, Unpublished, recorded_in
from palantir_models.experiment.statuses import ABANDONED, RUNNING, UNREADABLE
from transforms.store.durable import sync_file, write_atomically

_SETTLED_SECONDS = 60.0  # a folder that changed just now may be one that is being made or deleted


def keep(folder: Path, row: Mapping[str, Any], recorded: Recorded) -> None:
    """Save an experiment that has ended beside its journal, which counts no more.

    :param folder: the experiment's own folder.
    :param row: its row of the experiments table, and its model.
    :param recorded: what it logged.
    :raises OSError: when the disk does not take it.
    """
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    for kind, table in recorded.arrow(row["experiment_id"]).items():
        file = folder / f"{kind}.parquet"
        pq.write_table(table, file, compression="zstd")
        sync_file(file)
    # Last: with it the experiment is kept.
    whole = {**row, PARAMETERS: parameters_json(recorded.part("hyperparameters"))}
    write_atomically(folder / journal.ROW, json.dumps(whole, default=str).encode())


def unpublished(
    journals: Path,
    wanted: Callable[[Mapping[str, Any]], bool] = lambda _: True,
    folders: Iterable[Path] | None = None,
) -> Iterator[Unpublished]:
    """Yield the experiments that run or are kept apart.

    :param journals: the store's journal folder.
    :param wanted: tells from a row, which has the keys ``model`` and ``branch``, whether to read the experiment. Both are
        None of one that cannot be read, whose status is ``UNREADABLE``.
    :param folders: those of the experiments that are looked at; all when None.
    """
    places = _folders(journals) if folders is None else [str(folder) for folder in folders if folder.is_dir()]
    ended = rows.of_many(places)
    for place in places:
        if (there := ended.get(place)) is not None:
            if wanted(there.row):
                yield there
            continue
        try:
            experiment = _read(place, wanted)
        except FileNotFoundError:  # it has ended while we looked
            continue
        except Exception as error:  # noqa: BLE001 (one that is broken must not hide the others)
            folder = Path(place)
            if not folder.exists():
                continue  # it has ended, and was deleted while we read it
            row = unreadable(folder.name, folder, _changed(folder), error)
            experiment = Unpublished(row) if wanted(row) else None
        if experiment is not None:
            yield experiment


def unreadable(experiment_id: str, place: object, changed: float, error: Exception) -> dict[str, Any]:
    """Return the row of an experiment of which a file cannot be read.

    :param experiment_id: its id.
    :param place: its folder.
    :param changed: when its folder changed last, in seconds since 1970.
    :param error: why it cannot be read.
    """
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return {
        "experiment_id": experiment_id,
        "name": "",
        "model": None,
        "branch": None,
        "status": UNREADABLE,
        "created_time": datetime.fromtimestamp(changed, UTC).isoformat(),
        "parameter_count": 0,
        "value_count": 0,
        "dropped_count": 0,
        "error": f"{place} cannot be read: {reason}.",
    }


def live_folders(journals: Path) -> list[Path]:
    """Return the folders of experiments that run or were abandoned."""
    found = sorted(file.parent for file in journals.glob(f"*/{journal.HEADER}"))
    return [folder for folder in found if not (folder / journal.ROW).exists()]


def unended(journals: Path) -> list[Path]:
    """Return the folders in which nothing is kept: of experiments that run, were abandoned, or have hardly begun."""
    return [Path(place) for place in _folders(journals) if not os.path.exists(f"{place}/{journal.ROW}")]


def has_hardly_begun(folder: Path) -> bool:
    """Whether nothing is known of an experiment yet, and nothing was logged."""
    file = folder / journal.JOURNAL
    return not (folder / journal.HEADER).exists() and not (file.exists() and file.stat().st_size)


class Read(NamedTuple):
    """An experiment that runs or was abandoned, as its journal was read.

    Attributes:
        row: its row of the experiments table, and its model.
        recorded: what it logged.
        is_damaged: whether its journal has parts that cannot be read, on which the row has a sentence.
    """

    row: dict[str, Any]
    recorded: Recorded
    is_damaged: bool


def read_live(folder: Path, running: bool | None = None) -> Read:
    """Read an experiment that runs or was abandoned, as it is now.

    :param folder: one of :func:`live_folders`, or a copy of one.
    :param running: whether its process lives, where the folder does not tell that.
    :raises FileNotFoundError: when it has ended meanwhile.
    :raises ValueError: when its header cannot be read.
    """
    row, reading = _live(folder, running)
    recorded = recorded_in(reading.frames)
    return Read({**row, "series": recorded.series_json()}, recorded, bool(reading.damage))


def live(identity: str, folder: Path, running: bool | None = None) -> Unpublished:
    """Return the same as one of a list: what it logged is decoded when somebody asks for it.

    :param identity: its id.
    :param folder: see :func:`read_live`, and for what is raised.
    :param running: whether its process lives, where the folder does not tell that.
    """
    row, reading = _live(folder, running)
    return Unpublished(checked(identity, row), reading.frames)


def _live(folder: Path, running: bool | None) -> tuple[dict[str, Any], journal.Reading]:
    """Return the row, but for what is known of its series, and what the journal holds."""
    if running is None:
        running = journal.is_alive(folder)  # before reading: what it logs afterwards is not missed
    ended, header = journal.read_end(folder), header_of(folder)
    reading = journal.read_frames(folder)
    few = recorded_in(frame for frame in reading.frames if frame.kind in ("dropped", "hyperparameters"))
    counts = {
        "parameter_count": few.parameter_count,
        "value_count": sum(frame.rows for frame in reading.frames if frame.kind == "metrics"),
        "dropped_count": few.dropped_count,
    }
    return {**live_row(header, running, ended, reading.damage), **counts}, reading


def live_row(header: Mapping[str, Any], running: bool, ended: Mapping[str, Any], damage: str) -> dict[str, Any]:
    """Return the row of an experiment that runs or was abandoned, as far as it is known without what was logged.

    :param header: its journal's header.
    :param running: whether its process lives.
    :param ended: what :meth:`Journal.end` says of it.
    :param damage: a sentence on what cannot be read of its journal, if anything.
    """
    row = {
        **header,
        "status": RUNNING if running else ABANDONED,
        "error": None if running else _died(header),
        **ended,
    }
    return {**row, "error": f"{damage} {row['error'] or ''}".rstrip()} if damage else row


def header_of(folder: Path) -> dict[str, Any]:
    """Return what is known of a journal's experiment from its beginning.

    :raises FileNotFoundError: when there is no journal, or one that is being made or deleted.
    :raises ValueError: when its header cannot be read.
    """
    header = journal.read_header(folder)
    if header is None:
        raise _headless(folder)
    return header


def one(folder: Path) -> Kept | None:
    """Return what is kept in an experiment's folder; None where none is kept there.

    :raises ValueError: when its row cannot be read.
    """
    return rows.of(str(folder))


def _folders(journals: Path) -> list[str]:
    with suppress(FileNotFoundError), os.scandir(journals) as found:
        return sorted(one.path for one in found if one.is_dir())
    return []


def _read(place: str, wanted: Callable[[Mapping[str, Any]], bool]) -> Unpublished | None:
    there = rows.of(place)
    if there is not None:
        return there if wanted(there.row) else None
    folder = Path(place)
    if not wanted({"model": None, "branch": None, **header_of(folder)}):
        return None
    return live(folder.name, folder)


def _changed(folder: Path) -> float:
    """Return when something changed in a folder, in seconds since 1970; now, where it was deleted meanwhile."""
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _headless(folder: Path) -> Exception:
    """Return the error for a folder whose header is not there, or cannot be read."""
    if (folder / journal.HEADER).exists():
        return ValueError(f"{journal.HEADER} holds no header of an experiment")
    if has_hardly_begun(folder) or time.time() - _changed(folder) < _SETTLED_SECONDS:
        return FileNotFoundError(folder)
    return ValueError(f"{journal.HEADER} is not there")


def _died(header: Mapping[str, Any]) -> str:
    return f"Its process ({header.get('pid')} on {header.get('host')}) ended without publishing it."
