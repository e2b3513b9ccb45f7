"""Recovering an experiment whose process died: what reached its journal is kept as if it had ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.journal import journal, kept
from palantir_models.experiment.journal.rows import checked
from transforms.errors import NotFoundError, nearest


def recover(journals: Path, experiment_id: str) -> dict[str, Any]:
    """Save what an experiment had logged whose process died; a journal that is damaged stays beside it.

    :param journals: the store's journal folder.
    :param experiment_id: its id, or as much of the id's beginning as tells it from others.
    :returns: its row, with status ``ABANDONED``.
    :raises NotFoundError: when no running or abandoned experiment has this id.
    :raises ExperimentError: when it is still running.
    """
    folder = _meant(journals, experiment_id)
    header = journal.read_header(folder)
    if header is None:
        raise ExperimentError(
            f"The header of experiment {folder.name} cannot be read ({folder / journal.HEADER}), so nothing tells whose "
            f"values its journal holds. Restore the header from a backup, or delete it: transforms experiments rm {folder.name}"
        )
    claim = journal.claim(folder)
    if claim is None:
        raise still_running(folder.name, header)
    try:
        found = kept.read_live(folder, running=False)
        row = checked(folder.name, found.row)
        if found.is_damaged:
            row["error"] += f" All of it stays beside what is kept, as {journal.DAMAGED}."
        kept.keep(folder, row, found.recorded)
        if found.is_damaged:
            journal.set_aside(folder)
        journal.delete(folder)
    finally:
        claim.close()
    return row


def still_running(experiment_id: str, header: Mapping[str, Any] | None) -> ExperimentError:
    """Return the error for recovering an experiment whose process lives.

    :param experiment_id: its id.
    :param header: its journal's header.
    """
    known = header or {}
    return ExperimentError(
        f"Experiment {experiment_id} is running in process {known.get('pid')} on {known.get('host')}: there is nothing to "
        "recover."
    )


def _meant(journals: Path, experiment_id: str) -> Path:
    """Return the folder of the one experiment that an id, or the beginning of one, means."""
    live = kept.live_folders(journals)
    matching = [folder for folder in live if experiment_id and folder.name.startswith(experiment_id)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise NotFoundError(f"{experiment_id!r} begins the ids of {len(matching)} experiments: give more of it.")
    if experiment_id and any(file.parent.name.startswith(experiment_id) for file in journals.glob(f"*/{journal.ROW}")):
        raise NotFoundError(f"Experiment {experiment_id} has ended and is kept already: there is nothing to recover.")
    raise NotFoundError(
        f"No experiment {experiment_id!r} runs or was abandoned.{nearest(experiment_id, [f.name for f in live])} "
        "'transforms experiments' lists them."
    )
