"""Which code a version keeps: that of its adapter's class, and that of what its state refers to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from palantir_models.adapter.code.names import owner_of, space_name
from palantir_models.adapter.code.spaces import space_called
from palantir_models.errors import SerializationError
from transforms.common.hashing import sha256_of_bytes
from transforms.spec.project_code import code_of_class, module_at

FOLDER = ".code"
"""The folder in a version's state that has its code; a module's place in it follows from its name."""


def code_to_keep(cls: type, mentioned: Iterable[str]) -> dict[str, bytes]:
    """Return the code that a version of an adapter keeps.

    It is that of the class, as :func:`~transforms.spec.project_code.code_of_class` finds it, or that which another version of
    the model kept, where the adapter was loaded from its own. Objects in the state whose classes come from the kept code of
    other versions bring that along, below the name under which their pickles refer to it.

    :param cls: the adapter's class.
    :param mentioned: the modules that its state refers to.
    :returns: the content of each file by its place.
    """
    names = sorted(mentioned)
    home = space_called(owner_of(cls.__module__))
    files = code_of_class(cls, names) if home is None else dict(home.files)
    own = space_name(sums_of(files))
    for owner in sorted({owner for name in names if (owner := owner_of(name)) is not None} - {own}):
        space = space_called(owner)
        if space is not None:
            files |= {f"{owner}/{place}": content for place, content in space.files.items()}
    return files


def write_code(files: dict[str, bytes], state: Path, what: str) -> None:
    """Write the code that a version keeps into its state.

    :param files: from :func:`code_to_keep`.
    :param state: the folder of the state.
    :param what: whose state it is, for messages.
    :raises SerializationError: if the state has a folder of the name already.
    """
    folder = state / FOLDER
    if folder.exists():
        raise SerializationError(
            f"The state of {what} has a folder {FOLDER!r}, where a version keeps its code: give the folder another name."
        )
    for place, content in files.items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def sums_of(files: dict[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 sum of each file, by its place."""
    return {place: sha256_of_bytes(content) for place, content in files.items()}


def sources_of(files: dict[str, bytes]) -> list[bytes]:
    """Return the content of the files that are modules."""
    return [content for place, content in files.items() if module_at(place) is not None]
