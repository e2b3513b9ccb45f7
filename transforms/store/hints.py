"""The file ``_last_checkpoint`` of a Delta log: a hint, which some readers believe without looking."""

from __future__ import annotations

from transforms.common.json_text import from_json
from transforms.store.storage.base import Storage, content_of


def drop_false_hint(storage: Storage, name: str) -> bool:
    """Delete a table's hint where there is no such checkpoint; without it, readers list the log.

    :param storage: the store's storage.
    :param name: the table's folder, relative to the root.
    :returns: whether there was a false one.
    """
    log = f"{name}/_delta_log"
    hint = content_of(storage, f"{log}/_last_checkpoint")
    if hint is None:
        return False
    version = _version(hint)
    if version is not None and any(file.startswith(f"{version:020}.checkpoint.") for file in storage.names(log)):
        return False
    storage.delete(f"{log}/_last_checkpoint")
    return True


def _version(hint: bytes) -> int | None:
    try:
        content = from_json(hint)
    except ValueError:
        return None
    version = content.get("version") if isinstance(content, dict) else None
    return version if isinstance(version, int) else None
