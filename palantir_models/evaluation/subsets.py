"""Subsets: the part of a name before its first slash groups metrics, images, plots and tables of an evaluation."""

from __future__ import annotations

from typing import NamedTuple


class Grouped(NamedTuple):
    """A name taken apart.

    Attributes:
        subset: the group; None for what stands for all of the data.
        name: the rest.
    """

    subset: str | None
    name: str

    @property
    def key(self) -> str:
        """The name as it was logged."""
        return self.name if self.subset is None else f"{self.subset}/{self.name}"


def grouped(key: str) -> Grouped:
    """Return the subset that a name says, and the rest of it; a slash at the beginning or end groups nothing.

    Follows the public page integrate-models/evaluations-overview.

    >>> grouped("young/f1"), grouped("a/b/c").subset, grouped("f1").subset
    (Grouped(subset='young', name='f1'), 'a', None)
    """
    subset, slash, name = key.partition("/")
    return Grouped(subset, name) if slash and subset and name else Grouped(None, key)
