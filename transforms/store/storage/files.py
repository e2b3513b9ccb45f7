"""Files as a listing tells of them, and names that may lead to one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from transforms.common.paths import escape, shown
from transforms.errors import StoreError


class Found(NamedTuple):
    """A file as a listing tells of it.

    Attributes:
        size: in bytes.
        modified: when it was last written, in seconds since 1970 UTC.
    """

    size: int
    modified: float


def checked(name: str) -> str:
    """Return a name that lies below the root: the last look before something is read, made or deleted by it.

    :raises StoreError: if it would lead elsewhere.
    """
    if reason := escape(name):
        raise StoreError(
            f"{shown(name)} cannot be the name of something in the store, as it {reason}. Nothing was done."
        )
    return name


def files_below(folder: Path) -> dict[str, Found]:
    """Return every file below a folder of this machine, by its path relative to that folder."""
    found = {}
    for place in folder.rglob("*"):
        if place.is_file():
            status = place.stat()
            found[place.relative_to(folder).as_posix()] = Found(status.st_size, status.st_mtime)
    return found


def numbers_of(names: Iterable[str], suffix: str) -> set[int]:
    """Return the numbers of those names that are a number with a suffix behind it."""
    plain = (name.removesuffix(suffix) for name in names if name.endswith(suffix))
    return {int(name) for name in plain if name.isdigit()}
