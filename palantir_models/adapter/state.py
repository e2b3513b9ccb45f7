"""The saved state of a model: a folder of files that an adapter writes once and reads many times."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast

from palantir_models.adapter.artifacts import Seen, changed, mismatch
from palantir_models.errors import ArtifactNotFoundError
from transforms.errors import UsageError


class _StateFolder:
    """A folder that no path given to it can leave."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        """Look at one local folder.

        :param directory: the folder that holds the state; every path is relative to it.
        """
        self._directory = Path(directory).resolve()

    def _inside(self, asset_path: str | os.PathLike[str]) -> Path:
        relative = os.fspath(asset_path).lstrip("/")
        path = (self._directory / relative).resolve()
        if not path.is_relative_to(self._directory):
            raise UsageError(
                f"The path {os.fspath(asset_path)!r} leaves the folder of the model's state. "
                "Give a path inside it, such as 'weights/model.bin'."
            )
        return path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._directory)!r})"


class ModelStateWriter(_StateFolder):
    """Where an adapter writes its state. Follows the public page integrate-models/model-adapter-reference."""

    def open(self, asset_file_path: str, mode: str = "wb") -> IO[Any]:
        """Open a real file for writing, creating the folders above it; its ``name`` is a local path.

        :param asset_file_path: the path in the state; a leading ``/`` means its root.
        :param mode: a mode of the builtin ``open``; a text mode writes UTF-8.
        :returns: the open file, to be used in a ``with`` statement.
        :raises UsageError: when the path leaves the state's folder.
        """
        path = self._inside(asset_file_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return _open(path, mode)

    def put_file(self, local_file_path: str | os.PathLike[str], asset_file_path: str | None = None) -> None:
        """Copy a local file into the state.

        :param local_file_path: the file to copy.
        :param asset_file_path: where to put it; ``None`` keeps its name, at the root.
        :raises UsageError: when the path leaves the state's folder.
        """
        target = self._inside(asset_file_path or Path(local_file_path).name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(local_file_path, target)

    def put_directory(self, local_root_path: str | os.PathLike[str], asset_root_path: str = "/") -> None:
        """Copy what is in a local folder into the state.

        :param local_root_path: the folder whose content is copied.
        :param asset_root_path: the folder of the state to copy into; ``/`` is its root.
        :raises UsageError: when the path leaves the state's folder.
        """
        shutil.copytree(local_root_path, self._inside(asset_root_path), dirs_exist_ok=True)

    def mkdir(self, name: str) -> str:
        """Make a folder in the state.

        :param name: its path in the state.
        :returns: its local path.
        :raises UsageError: when the path leaves the state's folder.
        """
        path = self._inside(name)
        path.mkdir(parents=True, exist_ok=True)
        return str(path)


class ModelStateReader(_StateFolder):
    """Where an adapter reads its state. Follows the public page integrate-models/model-adapter-reference."""

    _seen: Mapping[str, Seen] | None = None

    @classmethod
    def verified(cls, directory: Path, seen: Mapping[str, Seen]) -> ModelStateReader:
        """Return a reader that hands out nothing but the files whose sums were taken.

        :param directory: the folder that holds the state.
        :param seen: each of its files, by its path in the folder, as it was then.
        """
        reader = cls(directory)
        reader._seen = seen
        return reader

    def open(self, asset_file_path: str, mode: str = "rb") -> IO[Any]:
        """Open a file of the state for reading; its ``name`` is a local path.

        :param asset_file_path: the path in the state; a leading ``/`` means its root.
        :param mode: ``"rb"``, or ``"r"`` for UTF-8 text.
        :returns: the open file, to be used in a ``with`` statement.
        :raises ArtifactNotFoundError: when there is no such file.
        :raises UsageError: when the path leaves the state's folder, or the mode writes.
        """
        if set(mode) & set("wax+"):
            raise UsageError(f"A saved state is only read; mode {mode!r} would change {asset_file_path!r}.")
        path = self._existing(asset_file_path)
        file = _open(path, mode)
        if self._seen is not None:  # of the very file that is read: another may have been put in its place
            name = path.relative_to(self._directory).as_posix()
            seen = self._seen.get(name)
            content: Any = file if "b" in mode else cast(TextIOWrapper, file).buffer
            if seen is None or not seen.is_still(content):
                file.close()
                raise mismatch(self._directory, [f"{name} was changed while it was loaded"])
        return file

    def below(self, name: str) -> ModelStateReader:
        """Return a reader of one folder of the state.

        :param name: its path in the state.
        """
        folder = self._inside(name)
        if self._seen is None:
            return type(self)(folder)
        top = f"{name.strip('/')}/"
        seen = {path.removeprefix(top): one for path, one in self._seen.items() if path.startswith(top)}
        return self.verified(folder, seen)

    def extract_to_temp_dir(self, root_dir: str | None = None) -> tempfile.TemporaryDirectory[str]:
        """Copy the state, or one folder of it, to a temporary folder.

        :param root_dir: the folder of the state to copy; ``None`` copies everything.
        :returns: the folder; ``with reader.extract_to_temp_dir() as path:`` gives its path and removes it after.
        :raises ArtifactNotFoundError: when there is no such folder.
        :raises UsageError: when the path leaves the state's folder.
        """
        source = self._existing(root_dir or "/")
        temporary = tempfile.TemporaryDirectory(prefix="model-state-")
        shutil.copytree(source, temporary.name, dirs_exist_ok=True)
        return temporary

    def extract(self, destination_path: str | os.PathLike[str] | None = None) -> None:
        """Copy the whole state to a local folder.

        :param destination_path: the folder to copy to; ``None`` is the working folder.
        :raises ArtifactNotFoundError: when there is no saved state.
        """
        shutil.copytree(self._existing("/"), destination_path or Path.cwd(), dirs_exist_ok=True)

    def dir(self, name: str) -> str:
        """Find a folder of the state.

        :param name: its path in the state.
        :returns: its local path.
        :raises ArtifactNotFoundError: when there is no such folder.
        :raises UsageError: when the path leaves the state's folder.
        """
        path = self._existing(name)
        if not path.is_dir():
            raise ArtifactNotFoundError(f"{name!r} is a file of the saved state, not a folder.")
        return str(path)

    def folder(self, name: str) -> Path:
        """Return the local path of a folder of the state, there or not.

        :param name: its path in the state.
        :raises UsageError: when the path leaves the state's folder.
        """
        return self._inside(name)

    def _existing(self, asset_path: str) -> Path:
        path = self._inside(asset_path)
        if self._seen is not None and path.is_dir() and (problems := changed(self._directory, self._seen)):
            raise mismatch(self._directory, problems)
        if not path.exists():
            raise ArtifactNotFoundError(
                f"The saved state has no {asset_path!r}; it holds {_listing(self._directory)}. "
                "The model was probably published by another version of its adapter."
            )
        return path


def _open(path: Path, mode: str) -> IO[Any]:
    return open(path, mode, encoding=None if "b" in mode else "utf-8")


def _listing(directory: Path, limit: int = 8) -> str:
    found = sorted(p.relative_to(directory).as_posix() for p in directory.rglob("*") if p.is_file())
    shown = ", ".join(map(repr, found[:limit])) or "no files"
    return shown + (f" and {len(found) - limit} more" if len(found) > limit else "")
