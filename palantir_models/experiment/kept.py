"""Experiments that are not part of a version: kept in the store's journal folder, apart from the Delta tables.

Of an experiment that runs, or whose process died, the folder holds the journal; of one that ended, Parquet files
and its row of the experiments table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.experiment import journal
from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.recorded import Recorded
from transforms.errors import NotFoundError, nearest
from transforms.json_text import from_json
from transforms.store.durable import sync_file, write_atomically

if TYPE_CHECKING:
    from palantir_models.experiment.experiment import Experiment

RUNNING, ABANDONED = "RUNNING", "ABANDONED"
ROW = "experiment.json"


def keep(journals: Path, experiment: Experiment) -> None:
    """Save an experiment that failed, or that was not published, in place of its journal.

    :param journals: the store's journal folder.
    :param experiment: the experiment.
    :raises OSError: when the disk does not take it.
    """
    row = {**experiment.row(), "model": experiment.model}
    _keep(journals / experiment.experiment_id, row, experiment.recorded())
    experiment.discard_journal()


def recover(journals: Path, experiment_id: str) -> dict[str, Any]:
    """Save what an experiment had logged whose process died.

    :param journals: the store's journal folder.
    :param experiment_id: its id, or as much of the id's beginning as tells it from others.
    :returns: its row, with status ``ABANDONED``.
    :raises NotFoundError: when no running or abandoned experiment has this id.
    :raises ExperimentError: when it is still running.
    """
    folder = _folder(journals, experiment_id)
    claim = journal.claim(folder)
    if claim is None:
        raise still_running(folder.name, journal.read_header(folder))
    try:
        row, recorded = read_live(folder)
        row = {**row, "status": ABANDONED, "error": row["error"] or _died(row)}
        _keep(folder, row, recorded)
        journal.delete(folder)
    finally:
        claim.close()
    return row


def still_running(experiment_id: str, header: Mapping[str, Any] | None) -> ExperimentError:
    """Return the error for recovering an experiment whose process lives.

    :param experiment_id: its id.
    :param header: its journal's header.
    """
    owner = header or {}
    return ExperimentError(
        f"Experiment {experiment_id} is running in process {owner.get('pid')} on {owner.get('host')}: there is nothing to "
        "recover."
    )


def unpublished(
    journals: Path, wanted: Callable[[Mapping[str, Any]], bool] = lambda _: True
) -> Iterator[tuple[dict[str, Any], Path | None, Recorded | None]]:
    """Yield the experiments that run or are kept apart.

    :param journals: the store's journal folder.
    :param wanted: tells from a row, which has the keys ``model`` and ``branch``, whether to read the experiment.
    :returns: for each its row, and either the folder with its Parquet files or what its journal holds.
    """
    for file in sorted(journals.glob(f"*/{ROW}")):
        row = from_json(file.read_bytes())
        if wanted(row):
            yield row, file.parent, None
    for folder in live_folders(journals):
        if wanted(journal.read_header(folder) or {"model": None, "branch": None}):
            try:
                row, recorded = read_live(folder)
            except FileNotFoundError:  # it has ended while we looked
                continue
            yield row, None, recorded


def live_folders(journals: Path) -> list[Path]:
    """Return the folders of experiments that run or were abandoned."""
    found = sorted(file.parent for file in journals.glob(f"*/{journal.HEADER}"))
    return [folder for folder in found if not (folder / ROW).exists()]


def read_live(folder: Path, running: bool | None = None) -> tuple[dict[str, Any], Recorded]:
    """Return the row and the contents of an experiment that runs or was abandoned, as they are now.

    :param folder: one of :func:`live_folders`, or a copy of one.
    :param running: whether its process lives, where the folder does not tell that.
    :raises FileNotFoundError: when it has ended meanwhile.
    """
    if running is None:
        running = journal.is_alive(folder)  # before reading: what it logs afterwards is not missed
    header = journal.read_header(folder)
    if header is None:
        raise FileNotFoundError(folder)
    recorded = Recorded({frame.kind: frame.content()} for frame in journal.read_frames(folder))
    row = {
        **header,
        "status": RUNNING if running else ABANDONED,
        "parameter_count": recorded.parameter_count,
        "value_count": recorded.value_count,
        "dropped_count": recorded.dropped_count,
        "error": None if running else _died(header),
        "series": recorded.series_json(),
    }
    return row, recorded


def _died(header: Mapping[str, Any]) -> str:
    return f"Its process ({header.get('pid')} on {header.get('host')}) ended without publishing it."


def _keep(folder: Path, row: Mapping[str, Any], recorded: Recorded) -> None:
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    for kind, table in recorded.arrow(row["experiment_id"]).items():
        file = folder / f"{kind}.parquet"
        pq.write_table(table, file, compression="zstd")
        sync_file(file)
    # Last: with it the experiment is kept, and its journal counts no more.
    write_atomically(folder / ROW, json.dumps(dict(row), default=str).encode())


def _folder(journals: Path, experiment_id: str) -> Path:
    found = live_folders(journals)
    matching = [folder for folder in found if experiment_id and folder.name.startswith(experiment_id)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise NotFoundError(f"{experiment_id!r} begins the ids of {len(matching)} experiments: give more of it.")
    if any(journals.glob(f"{experiment_id}*/{ROW}")) and experiment_id:
        raise NotFoundError(f"Experiment {experiment_id} has ended and is kept already: there is nothing to recover.")
    raise NotFoundError(
        f"No experiment {experiment_id!r} runs or was abandoned.{nearest(experiment_id, [f.name for f in found])} "
        "'transforms experiments' lists them."
    )
