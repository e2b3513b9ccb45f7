"""A table file that cannot be read as it is, and what would help."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from transforms.errors import DataError


class TableFault(DataError):
    """A file that cannot be read as a table.

    :param message: what is wrong, with the file and the line.
    :param options: arguments for ``transforms put`` with which it can be read; none where the file must be mended.
    """

    def __init__(self, message: str, options: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.options = tuple(options)

    def __str__(self) -> str:
        way = f"Add {shlex.join(self.options)}" if self.options else "Mend the file, or keep it as it is with --files"
        return f"{self.message}. Nothing was committed. {way}."
