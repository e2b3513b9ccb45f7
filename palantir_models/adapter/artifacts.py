"""The files of a saved state and their digests."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from palantir_models.errors import ArtifactMismatchError


def digests(directory: Path) -> dict[str, str]:
    """Digest every file of a folder.

    :param directory: the folder.
    :returns: path relative to the folder, with ``/`` -> SHA-256 in hexadecimal, sorted by path.
    """
    return {path: _sha256(directory / path) for path in _files(directory)}


def verify(directory: Path, expected: Mapping[str, str]) -> None:
    """Check that a folder holds exactly the files that were published.

    :param directory: the folder.
    :param expected: relative path -> SHA-256 in hexadecimal.
    :raises ArtifactMismatchError: when a file is missing, added or changed; it names each.
    """
    found = set(_files(directory))
    problems = [f"{path} is missing" for path in sorted(set(expected) - found)]
    problems += [f"{path} was added" for path in sorted(found - set(expected))]
    problems += [
        f"{path} was changed" for path in sorted(found & set(expected)) if _sha256(directory / path) != expected[path]
    ]
    if problems:
        raise ArtifactMismatchError(
            f"The files in {directory} are not those of the model version that was published: {'; '.join(problems)}. "
            "Nothing of them was loaded. Restore the files, or publish the model again."
        )


def _files(directory: Path) -> list[str]:
    paths: list[Path] = []
    for root, folders, files in os.walk(directory):
        # A linked folder is not walked into, so it counts as a file: one that nobody published.
        linked = [name for name in folders if (Path(root) / name).is_symlink()]
        paths += [Path(root) / name for name in [*files, *linked]]
    return sorted(path.relative_to(directory).as_posix() for path in paths)


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
