"""Journals that nobody needs any more, because their process died right after its commit or before it logged anything."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from palantir_models.experiment import journal, kept
from palantir_models.reading.sources import Published
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.store import Store

_NEW_SECONDS = 3600.0  # a folder without a header may be one that is being made


def collect_journals(store: Store, dry_run: bool = False) -> list[str]:
    """Delete the journals of dead processes whose experiments are published, or had not begun.

    :param store: the store.
    :param dry_run: delete nothing.
    :returns: the ids of their experiments.
    """
    journals = store.root / layout.JOURNAL
    unfinished = [folder for folder in _folders(journals) if not (folder / kept.ROW).exists()]
    return [folder.name for folder in unfinished if _collect(store, folder, dry_run)]


def _folders(journals: Path) -> list[Path]:
    return sorted(folder for folder in journals.glob("*") if folder.is_dir())


def _collect(store: Store, folder: Path, dry_run: bool) -> bool:
    header = journal.read_header(folder)
    if header is None:
        is_needless = folder.stat().st_mtime < time.time() - _NEW_SECONDS
    else:
        model = layout.resource_path(Resource("model", header["model"]), header["branch"])
        view = store.view_table(f"{model}/experiments")
        rows = None if view is None else Published(store, model, view.seq).part("experiments", [folder.name])
        is_needless = rows is not None and not rows.select("experiment_id").collect().is_empty()
    if not is_needless or journal.is_alive(folder):  # a living process deletes it itself
        return False
    if not dry_run:
        shutil.rmtree(folder)
    return True
