"""The files of a saved state and their digests."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from palantir_models.errors import ArtifactMismatchError
from transforms.common.hashing import sha256_of_open


def digests(directory: Path) -> dict[str, str]:
    """Digest every file of a folder.

    :param directory: the folder.
    :returns: path relative to the folder, with ``/`` -> SHA-256 in hexadecimal, sorted by path.
    """
    return {path: _seen(directory / path).sha256 for path in _files(directory)}


class Seen(NamedTuple):
    """A file as it was when its sum was taken.

    Attributes:
        sha256: the sum, in hexadecimal.
        state: what changes when somebody writes to the file or puts another in its place; the last part nobody can set.
    """

    sha256: str
    state: tuple[int, ...]

    def is_still(self, file: BufferedReader) -> bool:
        """Whether an open file is that file; leaves it at its beginning.

        A state may change for other reasons, a second name for example: then the sum is taken again.
        """
        if _state(file) == self.state:
            return True
        digest = sha256_of_open(file)
        file.seek(0)
        return digest == self.sha256


def verify(directory: Path, expected: Mapping[str, str]) -> dict[str, Seen]:
    """Check that a folder holds exactly the files that were published.

    :param directory: the folder.
    :param expected: relative path -> SHA-256 in hexadecimal.
    :returns: each file as it was when its sum was taken, so that it can be told later whether it still is that one.
    :raises ArtifactMismatchError: when a file is missing, added or changed; it names each.
    """
    found = set(_files(directory))
    problems = [f"{path} is missing" for path in sorted(set(expected) - found)]
    problems += [f"{path} was added" for path in sorted(found - set(expected))]
    seen = {}
    for path in sorted(found & set(expected)):
        seen[path] = _seen(directory / path)
        if seen[path].sha256 != expected[path]:
            problems.append(f"{path} was changed")
    if problems:
        raise mismatch(directory, problems)
    return seen


def mismatch(directory: Path, problems: Sequence[str]) -> ArtifactMismatchError:
    """Return the error for files that are not those that were published."""
    return ArtifactMismatchError(
        f"The files in {directory} are not those of the model version that was published: {'; '.join(problems)}. "
        "Nothing of them was loaded. Restore the files, or publish the model again."
    )


def changed(directory: Path, seen: Mapping[str, Seen]) -> list[str]:
    """Return what happened since to files that were verified, as parts of a message."""
    problems = []
    for path, before in seen.items():
        try:
            with open(directory / path, "rb") as file:
                if not before.is_still(file):
                    problems.append(f"{path} was changed")
        except OSError:
            problems.append(f"{path} is missing")
    return problems


def _files(directory: Path) -> list[str]:
    paths: list[Path] = []
    for root, folders, files in os.walk(directory):
        # A linked folder is not walked into, so it counts as a file: one that nobody published.
        linked = [name for name in folders if (Path(root) / name).is_symlink()]
        paths += [Path(root) / name for name in [*files, *linked]]
    return sorted(path.relative_to(directory).as_posix() for path in paths)


def _seen(path: Path) -> Seen:
    with open(path, "rb") as file:
        state = _state(file)  # before: what changes while it is read makes it another
        return Seen(sha256_of_open(file), state)


def _state(file: BufferedReader) -> tuple[int, ...]:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
