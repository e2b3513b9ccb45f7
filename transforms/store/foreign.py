"""Whether another program changed the data of a table since a job last wrote it."""

from __future__ import annotations

from transforms.errors import StoreError
from transforms.store.delta_log import log_file, log_folder
from transforms.store.storage.base import Storage, content_of
from transforms.store.storage.files import numbers_of
from transforms.store.table_commit import TableCommit


def foreign_change(storage: Storage, table: str, until: int | None = None) -> str | None:
    """Return what another program did to the data of a table since a job of the store last wrote it.

    :param storage: the store's storage.
    :param table: the table's folder, relative to the root.
    :param until: the version up to which; the newest when None.
    :returns: the newest such change in words; None where there is none, or the log tells nothing any more.
    :raises StoreError: if a log file is damaged.
    """
    version = max(numbers_of(storage.names(log_folder(table)), ".json"), default=-1) if until is None else until
    while version >= 0 and (content := content_of(storage, name := log_file(table, version))) is not None:
        try:
            commit = TableCommit.parse(version, content)
        except ValueError as error:
            raise StoreError(f"The log {storage.uri(name)} is damaged ({error}). Restore it from a backup.") from error
        if commit.is_ours:
            return None
        if commit.added or commit.removed:
            deed = commit.deed if commit.removed else "added rows"
            return f"{commit.author} {deed} (version {version})"
        version -= 1
    return None
