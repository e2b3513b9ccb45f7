"""Journals that nobody needs any more, because their process died right after its commit or before it logged anything."""

from __future__ import annotations

import logging
from typing import Any

from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.statuses import UNREADABLE
from palantir_models.reading.sources import ModelTables, folder_of
from transforms.store import layout
from transforms.store.store import Store

_log = logging.getLogger(__name__)
_DAY_SECONDS = 86_400.0
_NEW_SECONDS = 3600.0  # a folder without a header may be one that is being made


def collect_journals(store: Store, dry_run: bool = False, older_than_days: float | None = None) -> list[str]:
    """Delete the journals of experiments that are published, or of dead processes that had not begun.

    :param store: the store.
    :param dry_run: delete nothing.
    :param older_than_days: delete also experiments that a later one of their name took the place of, in the same process,
        which has ended, and to which nothing was logged for so many days.
    :returns: the ids of their experiments.
    """
    journals = journals_of(store.storage)
    for unreadable in journals.unpublished(lambda row: row["model"] is None):
        _log.warning(
            "The journal of experiment %s is kept, as nothing tells what it holds. %s",
            unreadable.row["experiment_id"],
            unreadable.row["error"],
        )
    needless = [
        identity for identity, header in journals.unfinished() if _collect(store, journals, identity, header, dry_run)
    ]
    if older_than_days is not None:
        old = journals.superseded(older_than_days * _DAY_SECONDS)
        # While its process lives, a study for example, that may still choose it as the best one.
        superseded = [identity for identity in old if identity not in needless and not journals.is_alive(identity)]
        for identity in superseded if not dry_run else ():
            journals.delete(identity)
        needless += superseded
    if not dry_run:
        journals.forget_processes()
    return needless


def unreadable_journals(store: Store) -> list[tuple[str, str]]:
    """Return what cannot be read of experiments that run or are kept apart: the id of each, and in words why.

    :raises OSError: if the folder of the journals cannot be listed.
    """
    store.storage.folders(layout.JOURNAL)  # a folder that may not be looked into looks like an empty one below
    rows = [experiment.row for experiment in journals_of(store.storage).unpublished()]
    return [(row["experiment_id"], row["error"]) for row in rows if row["status"] == UNREADABLE]


def _collect(store: Store, journals: Journals, identity: str, header: dict[str, Any] | None, dry_run: bool) -> bool:
    if header is None:
        is_needless = journals.age_seconds(identity) > _NEW_SECONDS
    else:
        model = folder_of(header)
        if model is None:
            return False
        view = store.view_table(f"{model}/experiments")
        rows = None if view is None else ModelTables(store, model, view.seq).part("experiments", [identity])
        is_needless = rows is not None and not rows.select("experiment_id").collect().is_empty()
    if not is_needless:  # whether its process lives does not matter: what is published changes no more
        return False
    if not dry_run:
        journals.delete(identity)
    return True
