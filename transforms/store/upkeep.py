"""Keeping tables quick to open and small on the disk, however long their history is.

After some commits to a table its small files are merged, its state is written down in a checkpoint, and what has become
superfluous goes. How far back that reaches depends on the table:

- A *dataset* keeps every version readable, as models name the versions they were trained on. Only checkpoints between go.
- The tables of a *model*, and the ledger, are only ever added to: whoever wants an old state of them leaves out what came
  later. So of their log the newest part is enough, and files that were merged into others go after a day, which is far longer
  than anybody reads a version that they opened.
"""

from __future__ import annotations

import logging

from transforms.common.forks import is_panic
from transforms.store import layout, log_cleanup, merging
from transforms.store.growth import Growth
from transforms.store.replaced_files import delete_replaced, forget_replaced
from transforms.store.storage.base import Storage

CHECKPOINT_EVERY = 10  # versions
MANY_FILES = 500  # in one commit, which is quicker to read from a checkpoint
_KEPT_VERSIONS = 100
KEPT_HOURS = 24
_log = logging.getLogger(__name__)


def tidy(storage: Storage, app_id: str, name: str, growth: Growth, appended: bool) -> None:
    """Do what is due after commits to a table. Failing costs only speed and space.

    :param storage: the store's storage.
    :param app_id: the store's name in Delta's transaction identifiers.
    :param name: the table's folder.
    :param growth: its version before them, and after them.
    :param appended: whether they added files and replaced none.
    """
    try:
        if growth.version > 0 and growth.passed(
            CHECKPOINT_EVERY
        ):  # of the other numbers, each is a multiple of this one
            _tidy(storage, app_id, name, growth, appended)
        elif growth.files >= MANY_FILES and (table := storage.delta.open(name)) is not None:
            log_cleanup.write_checkpoint(storage, name, table)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        _log.warning("%s could not be tidied (%s); reading it stays correct but slow.", name, error)


def _tidy(storage: Storage, app_id: str, name: str, growth: Growth, appended: bool) -> None:
    table = storage.delta.open(name)
    if table is None:
        return
    if appended and growth.passed(merging.MERGE_EVERY):
        merging.merge_alone(storage, name, table, merging.target_bytes(growth))
    drops_history = not layout.is_dataset(name)
    if drops_history and growth.passed(log_cleanup.SHORTEN_EVERY):
        forget_replaced(storage, name, table)
        delete_replaced(storage, name, table, KEPT_HOURS)
    else:
        log_cleanup.write_checkpoint(storage, name, table)
    if growth.passed(log_cleanup.SHORTEN_EVERY):
        keep_from = growth.version - _KEPT_VERSIONS if drops_history else 0
        log_cleanup.shorten_log(storage, name, keep_from, lambda opened: opened.transaction_version(app_id) or 0)
