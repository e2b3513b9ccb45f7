"""The names that kept code has in a process: below a package that is named for its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

_PREFIX, _DIGITS = "_kept_", 16


def space_name(sums: Mapping[str, str]) -> str:
    """Return the name of the package below which kept code is imported.

    :param sums: the SHA-256 sum of each of its files, by place.
    """
    text = "\n".join(f"{place}\0{digest}" for place, digest in sorted(sums.items()))
    return f"{_PREFIX}{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def owner_of(name: str) -> str | None:
    """Return the name of the space that a module, or a place in kept code, is of; None for one of no space."""
    head = name.replace("/", ".").partition(".")[0]
    return head if head.startswith(_PREFIX) and len(head) == len(_PREFIX) + _DIGITS else None


def original_name(module: str) -> str:
    """Return the name that a module has in its project."""
    owner = owner_of(module)
    return module if owner is None else module.removeprefix(f"{owner}.")
