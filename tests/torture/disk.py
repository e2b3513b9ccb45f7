"""A disk that is full, in bytes or in files, at ever other moments of a build."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import transforms
from tests.torture.arena import BUILD, Arena

_OURS = str(Path(transforms.__file__).parent)  # stands in every line of a traceback that is not the user's
_MOST_KIB, _MOST_FILES = 400, 60


def full_disk(arena: Arena, most: int) -> None:
    """Build with next to nothing free, make room, recover, and build again."""
    mount = arena.store.parent / "disk"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,nr_inodes=20k", "tmpfs", str(mount)], check=True)
    try:
        arena.store = mount / "store"
        project = arena.folder / "pyproject.toml"
        project.write_text(project.read_text().replace(str(arena.folder / "store"), str(arena.store)))
        arena.run(*BUILD)
        for number in arena.rounds(most):
            with _Filled(
                mount, arena.chance.randrange(_MOST_KIB), arena.chance.randrange(_MOST_FILES), number % 3 == 2
            ):
                arena.run(*BUILD)
                if _OURS in arena.said(0, 9000):
                    arena.problems.append(f"a full disk ends in a traceback of the product: {arena.said(0, 2000)}")
                (arena.folder / "0.log").unlink()
            arena.look()
            arena.settle()
            if arena.run(*BUILD) != 0:
                arena.problems.append(f"the build after a full disk fails: {arena.said(0)}")
            if number % 10 == 9:  # or the store itself fills the disk
                arena.run("gc", "--older-than", "0")
        arena.settle()
    finally:
        subprocess.run(["umount", str(mount)], check=True)


class _Filled:
    """A disk on which no more than some KiB, or some files, are free."""

    def __init__(self, mount: Path, kib: int, files: int, by_files: bool) -> None:
        self._filler = mount / "filler"
        self._mount, self._kib, self._files, self._by_files = mount, kib, files, by_files

    def __enter__(self) -> None:
        status = os.statvfs(self._mount)
        self._filler.mkdir()
        if self._by_files:
            for number in range(max(status.f_favail - self._files, 0)):
                (self._filler / str(number)).touch()
        else:
            free = status.f_bavail * status.f_frsize - self._kib * 1024
            with open(self._filler / "0", "wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(free, 1))

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._filler)
