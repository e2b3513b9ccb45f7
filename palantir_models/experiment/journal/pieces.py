"""The pieces of an uploaded journal, named after the byte that each begins at, put together again."""

from __future__ import annotations

from collections.abc import Mapping

from transforms.store.storage.base import Storage
from transforms.store.storage.files import Found

PIECE = "journal-"
"""How the name of a piece begins, before its number."""


def appended(storage: Storage, name: str, files: Mapping[str, Found], begin: int = 0) -> bytes:
    """Return what an uploaded journal holds from a byte on; only pieces that reach behind it are fetched.

    :param storage: the store's storage.
    :param name: the prefix of the journal.
    :param files: what a listing found there.
    :param begin: the byte.
    :returns: the content; where a piece is gone, as many zeros tell that it is damaged.
    """
    content, is_whole = _put_together(storage, name, files, begin)
    if not is_whole:  # its process may have put pieces together while they were read, which is over now
        content, _ = _put_together(storage, name, storage.files(name), begin)
    return content


def _put_together(storage: Storage, name: str, files: Mapping[str, Found], begin: int) -> tuple[bytes, bool]:
    """Return the content, and whether the pieces follow each other."""
    begins = {file: int(file.removeprefix(PIECE)) for file in sorted(files) if file.startswith(PIECE)}
    wanted = [file for file, first in begins.items() if first + files[file].size > begin]
    joined, is_whole = bytearray(), True
    for file, content in zip(wanted, storage.read_many([f"{name}/{file}" for file in wanted]), strict=True):
        if content is not None:  # else a piece before it holds it by now, or there is a hole
            hole = begins[file] - begin - len(joined)
            is_whole = is_whole and hole <= 0
            joined += bytes(max(0, hole))
            joined += content[begin + len(joined) - begins[file] :]
    return bytes(joined), is_whole
