"""A local file that does something more when it is closed."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast


class _Raw(io.FileIO):
    """The unbuffered file below whatever the user sees: closed last, when everything is in it."""

    after: Callable[[], None] | None = None

    def close(self) -> None:
        if self.closed:
            return
        super().close()
        if self.after is not None:
            self.after()


def open_with_closing(path: Path, mode: str, options: Mapping[str, Any], after: Callable[[], None]) -> IO[Any]:
    """Open a file for writing as the builtin ``open`` does.

    :param path: the file.
    :param mode: a mode that writes.
    :param options: ``encoding``, ``errors``, ``newline`` and ``buffering`` as for ``open``.
    :param after: called once the file is closed.
    """
    raw = _Raw(path, mode.replace("b", "").replace("t", ""))
    raw.after = after
    given = dict(options)
    buffering = given.pop("buffering", -1)
    if buffering == 0 and "b" in mode:
        return cast(IO[Any], raw)
    size = io.DEFAULT_BUFFER_SIZE if buffering < 2 else buffering
    buffer = io.BufferedRandom(raw, size) if "+" in mode else io.BufferedWriter(raw, size)
    if "b" in mode:
        return cast(IO[Any], buffer)
    text = io.TextIOWrapper(buffer, line_buffering=buffering == 1, **given)
    text.mode = mode  # type: ignore[misc]  # as the builtin does
    return text
