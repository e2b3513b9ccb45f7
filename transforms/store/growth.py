"""How far commits have brought a table, and what is due after so many of them."""

from __future__ import annotations

from typing import NamedTuple


class Growth(NamedTuple):
    """A table's version before some commits to it, and after them.

    Attributes:
        before: -1 where there was no table.
        version: the newest.
        files: how many files they brought.
    """

    before: int
    version: int
    files: int = 0

    def passed(self, every: int) -> bool:
        """Whether the version passed a multiple of some number."""
        return self.version // every > self.before // every
