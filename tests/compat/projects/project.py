"""A small project in one style of real code, and what its builds give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Style:
    """A project of a package ``code`` whose modules are discovered.

    Attributes:
        source: the text of its module, or the texts of its modules by file name.
        data: what is in the store before the first build: rows, or files by name, by alias.
        first: what the first build leaves, by alias: rows in any order, or files by name.
        more: what is added to the store between the builds.
        then: what the second build leaves; nothing is to do without ``more``, so that is ``first``.
        settings: what pyproject.toml says beside the pipelines.
    """

    source: str | Mapping[str, str]
    data: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    then: Mapping[str, Any] = field(default_factory=dict)
    settings: str = ""


def rows(*values: Any, name: str = "x") -> Sequence[Mapping[str, Any]]:
    """Return rows of one column."""
    return [{name: value} for value in values]
