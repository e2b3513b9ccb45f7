"""The journals of a store, wherever its root is."""

from __future__ import annotations

from palantir_models.experiment.journal.folder import Journals
from transforms.store import layout
from transforms.store.storage.base import Storage


def journals_of(storage: Storage) -> Journals:
    """Return the journals of a store."""
    folder = storage.shareable(layout.JOURNAL)
    if folder is not None:
        return Journals(folder)
    from palantir_models.experiment.journal.bucket import UploadedJournals

    return UploadedJournals(storage)
