"""Which part of a dataset an incremental run reads: what came since its last run, what was there then, or all."""

from __future__ import annotations

from typing import Any, Literal, get_args

from transforms.errors import UsageError, nearest

ReadMode = Literal["added", "current", "previous"]
_NOT_READ = ("modified", "removed")


def read_mode(mode: Any, what: str) -> ReadMode:
    """Return a read mode that was asked for.

    Follows the public page transforms-python/api-incrementaltransforminput.

    :param mode: ``added``, ``current`` or ``previous``.
    :param what: the dataset and the call, for messages.
    :raises UsageError: if it is anything else.
    """
    if mode in get_args(ReadMode):
        return mode  # type: ignore[no-any-return]
    modes = "'added', 'current' or 'previous'"
    if mode in _NOT_READ:
        raise UsageError(
            f"{what}: {mode!r} is not supported, as on Foundry; a run is incremental only where nothing but new "
            f"rows or files came. Read {modes}."
        )
    hint = nearest(mode, get_args(ReadMode)) if isinstance(mode, str) else ""
    raise UsageError(f"{what}: {mode!r} is no read mode.{hint} Read {modes}.")


def by_place(lazy: Any, mode: Any, schema: Any = None) -> tuple[bool, Any, Any]:
    """Return what ``polars(lazy, mode, schema)`` was asked for, also where a guide's mode stands in the first place.

    :returns: whether a lazy frame is wanted, the mode and the schema.
    """
    if not isinstance(lazy, str):
        return bool(lazy), mode, schema
    return False, lazy, schema if isinstance(mode, str) else mode
