"""Whether a version is loaded with the code that it keeps or with the project's: the same, as long as they are equal."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

from palantir_models.adapter.code.keeping import FOLDER
from palantir_models.adapter.code.names import owner_of, space_name
from palantir_models.adapter.code.spaces import CodeSpace, add_space, space_called
from palantir_models.adapter.state import ModelStateReader
from transforms.common.hashing import sha256_of
from transforms.spec.project_code import is_as_imported, module_at

CodeChoice = Literal["version", "project"]
"""With which code a version is loaded: ``version`` is that which it was published with, ``project`` is today's."""

_log = logging.getLogger(__name__)
_LISTED = 3
_told: set[tuple[str, CodeChoice]] = set()


def own_code(sha256: Mapping[str, str]) -> dict[str, str]:
    """Return which of a version's files are the code of its adapter, by place; none of a version that keeps no code.

    :param sha256: the sum of each of the version's files.
    """
    return {place: digest for place, digest in _code_in(sha256).items() if owner_of(place) is None}


def add_spaces_of_objects(reader: ModelStateReader, sha256: Mapping[str, str]) -> None:
    """Make ready what the pickles of a version name of the code that earlier versions kept.

    :param reader: the version's verified state.
    :param sha256: the sum of each of its files.
    """
    kept = _code_in(sha256)
    for owner in {owner for place in kept if (owner := owner_of(place)) is not None}:
        below = {place.removeprefix(f"{owner}/"): d for place, d in kept.items() if owner_of(place) == owner}
        _added(owner, f"{FOLDER}/{owner}", below, reader)


def _code_in(sha256: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(f"{FOLDER}/"): digest for name, digest in sha256.items() if name.startswith(f"{FOLDER}/")}


def chosen_space(
    adapter: str, reader: ModelStateReader, sha256: Mapping[str, str], code: CodeChoice
) -> CodeSpace | None:
    """Return the code that a version is loaded with, ready to be imported; None for the project's own.

    While the project has the same code, that is taken, so that ``isinstance`` holds. Where it differs, is gone or cannot be
    imported, the version's own is, and a warning is logged once in a process.

    :param adapter: the class, ``"module:Class"``.
    :param reader: the version's verified state.
    :param sha256: the sum of each of its files.
    :param code: which code is wanted.
    """
    own = own_code(sha256)
    is_kept = adapter.partition(":")[0] in map(module_at, own)
    if not is_kept or not (difference := _difference(adapter, own)):
        return None
    name = space_name(own)
    if (name, code) not in _told:
        _told.add((name, code))
        with_ = "the code that it was published with" if code == "version" else "the project's code of today"
        _log.warning("%s is loaded with %s: %s.", adapter, with_, difference)
    return _added(name, FOLDER, own, reader) if code == "version" else None


def _added(name: str, folder: str, sums: Mapping[str, str], reader: ModelStateReader) -> CodeSpace:
    found = space_called(name)
    if found is not None:
        return found
    files = {}
    for place in sums:
        with reader.open(f"{folder}/{place}") as file:
            files[place] = file.read()
    return add_space(CodeSpace(name, files, reader.folder(folder)))


def _difference(adapter: str, own: Mapping[str, str]) -> str:
    """Return how the project's code is another one, as the end of a sentence; empty where it is the same."""
    differing = differing_files(own)
    if differing:
        return f"{_listed(differing)} in the project differs or is gone"
    edited = [place for place in own if not _is_running(place)]
    if edited:
        return f"{_listed(edited)} was edited since this process imported it"
    module = adapter.partition(":")[0]
    if module not in sys.modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 - the project's code may raise anything
            return f"the project's {module} cannot be imported ({type(error).__name__}: {error})"
    return ""


def _is_running(place: str) -> bool:
    """Whether this process has a module as the project has its file, or has not imported it yet."""
    module = module_at(place)
    file = None if module is None else _file_of(module)
    return module is None or file is None or is_as_imported(module, file.read_bytes())


def _listed(places: Sequence[str]) -> str:
    more = f" and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
    return f"{', '.join(places[:_LISTED])}{more}"


def differing_files(own: Mapping[str, str]) -> list[str]:
    """Return the places of kept code where the project has other code today, or none.

    :param own: the SHA-256 sum of each file by its place.
    """
    folders: dict[str, Path] = {}
    differing = []
    for place in sorted(own, key=lambda place: (module_at(place) is None, place)):
        module = module_at(place)
        file = _beside(place, folders) if module is None else _file_of(module)
        if file is not None and module is not None:
            folders[str(PurePosixPath(place).parent)] = file.parent
        if file is None or not file.is_file() or sha256_of(file) != own[place]:
            differing.append(place)
    return differing


def _beside(place: str, folders: Mapping[str, Path]) -> Path | None:
    """Return where a file that a module reads beside itself lies today."""
    path = PurePosixPath(place)
    above = next((str(parent) for parent in path.parents if str(parent) in folders), None)
    return None if above is None else folders[above] / path.relative_to(above)


def _file_of(module: str) -> Path | None:
    """Return the file that a module of the project would be imported from; nothing is imported to know."""
    imported = getattr(sys.modules.get(module), "__file__", None)
    if imported is not None:
        return Path(imported)
    top, *below = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    file = Path(spec.origin) if spec.has_location and spec.origin is not None else None
    folders = [Path(place) for place in spec.submodule_search_locations or ()]
    for name in below:  # Python's own finders import the packages above first
        files = [place for folder in folders for place in (folder / name / "__init__.py", folder / f"{name}.py")]
        file = next((place for place in files if place.is_file()), None)
        folders = [file.parent] if file is not None and file.name == "__init__.py" else [one / name for one in folders]
    return file
