"""What lies in a folder that somebody else filled."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from transforms.common.paths import fault, shown
from transforms.errors import DataError, TransformsError


def files_in(folder: Path, what: str, error: type[TransformsError] = DataError) -> dict[str, Path]:
    """Return every file below a folder, by its path relative to it; none where there is no such folder.

    A symbolic link to a file stands for that file. Nothing is left out without a word: what is neither a file nor a folder, a
    link to a folder, and a name that no dataset can have are refused.

    :param folder: the folder.
    :param what: whose files they are, as a message begins.
    :param error: what is raised.
    :raises TransformsError: for what cannot be kept; names it.
    """
    if not folder.is_dir():
        return {}
    found: dict[str, Path] = {}
    for place, folders, files in os.walk(folder, onerror=_raise):
        for name in sorted(folders):
            if os.path.islink(f"{place}/{name}"):
                raise error(_refusal(what, folder, Path(place, name), "is a symbolic link to a folder"))
        for name in sorted(files):
            file = Path(place, name)
            try:
                is_file = stat.S_ISREG(file.stat().st_mode)
            except (FileNotFoundError, OSError) as failure:
                raise error(_refusal(what, folder, file, f"cannot be read ({failure.strerror})")) from failure
            if not is_file:
                raise error(_refusal(what, folder, file, "is neither a file nor a folder"))
            relative = file.relative_to(folder).as_posix()
            if reason := fault(relative):
                raise error(
                    f"{what}: the file {shown(relative)} cannot be kept under this name, as it {reason}. Rename it."
                )
            found[relative] = file
    return found


def without_links(folder: Path, what: str, error: type[TransformsError] = DataError) -> dict[str, Path]:
    """Make what somebody left in a folder of the store a part of the store.

    A symbolic link to a file becomes a copy of it: otherwise what is committed would change, or end, with a file that is no
    part of the store. What only its owner may read, as temporary files are made, gets the mode that the umask leaves: it is
    for all who may read the store.

    :param folder: the folder.
    :param what: whose files they are, as a message begins.
    :param error: what is raised.
    :returns: every file below the folder, by its path relative to it.
    :raises TransformsError: for what cannot be kept; names it.
    """
    found = files_in(folder, what, error)
    for place in {parent for file in found.values() for parent in file.parents if parent.is_relative_to(folder)}:
        _share(place, 0o777)
    for file in found.values():
        _share(file, 0o666)
        if file.is_symlink():
            copy = folder / f".copy-{os.urandom(8).hex()}"
            try:
                shutil.copyfile(file, copy)
                os.replace(copy, file)
            finally:
                copy.unlink(missing_ok=True)
    return found


def _share(place: Path, mode: int) -> None:
    found = place.lstat().st_mode
    if not stat.S_ISLNK(found) and not found & 0o077:
        place.chmod(stat.S_IMODE(found) | (mode & ~_umask()))


def _umask() -> int:
    """Return the process's umask, which Python tells only by changing it, for all threads."""
    with suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return 0o077


def _refusal(what: str, folder: Path, place: Path, reason: str) -> str:
    return f"{what}: {shown(place.relative_to(folder).as_posix())} {reason}; copy what it stands for, or leave it out."


def _raise(error: OSError) -> None:
    raise error
