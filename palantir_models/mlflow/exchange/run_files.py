"""The files of a run."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from transforms.common.paths import escape, shown, within
from transforms.errors import DataError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


class ListedFile(NamedTuple):
    """A file or folder of a run.

    Attributes:
        path: its path below the run's folder of files.
        is_folder: whether it is a folder.
    """

    path: str
    is_folder: bool

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self.path).name


class RunFiles:
    """Reads and writes a run's files, and none that lies elsewhere, whatever names and links the run has.

    Not by the client's own methods: in older versions they look at the tracking URI of the process, and they ask for the
    run again with every call.

    :param client: MLflow's client.
    :param run: the run.
    """

    def __init__(self, client: MlflowClient, run: Run) -> None:
        uri = run.info.artifact_uri
        self._repository = _repository(uri, client.tracking_uri)
        self._folder = Path(unquote(urlsplit(uri).path)) if urlsplit(uri).scheme in ("", "file") else None

    def listed(self, folder: str = "") -> Sequence[ListedFile]:
        """Return what is in a folder, one level deep; nothing where there is no such folder.

        :raises DataError: if a name leads out of the run's files.
        """
        found = [ListedFile(one.path, one.is_dir) for one in self._repository.list_artifacts(folder or None)]
        for entry in found:
            if reason := escape(entry.path):
                raise DataError(f"its file {shown(entry.path)} {reason}")
        return found

    def leaves(self, path: str) -> bool:
        """Whether a listed file or folder is a link that leads out of the run's files."""
        try:
            self._local(path)
        except DataError:
            return True
        return False

    def read(self, file: str) -> bytes:
        """Return what a file holds.

        :raises DataError: if its name, or a link, leads out of the run's files.
        """
        local = self._local(file)
        if local is not None:  # also a file whose name MLflow itself refuses to read
            return local.read_bytes()
        with tempfile.TemporaryDirectory(prefix="transforms-") as folder:
            return Path(self._repository.download_artifacts(file, folder)).read_bytes()

    def fetch(self, folder: str, place: Path) -> Path:
        """Copy a folder of files to a place on the disk, and return where it is.

        :raises DataError: if a name, or a link, leads out of the run's files.
        """
        copy = place / PurePosixPath(folder).name
        copy.mkdir()
        for entry in self.listed(folder):
            if not entry.is_folder:
                (copy / entry.name).write_bytes(self.read(entry.path))
        return copy

    def save(self, place: Path, folder: str | None = None) -> None:
        """Write the files below a place on the disk, replacing those of the same names.

        :param place: a folder on the disk.
        :param folder: the folder of the run that they go to; that of all files when None.
        """
        self._repository.log_artifacts(str(place), folder)

    def _local(self, path: str) -> Path | None:
        """Return where something of the run lies on this machine; None where that is elsewhere."""
        if reason := escape(path):
            raise DataError(f"the name {shown(path)} {reason}")
        return None if self._folder is None else within(self._folder, path, "the run")


def _repository(uri: str, tracking_uri: str) -> Any:
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    from mlflow.store.artifact.mlflow_artifacts_repo import MlflowArtifactsRepository

    if "tracking_uri" in inspect.signature(get_artifact_repository).parameters:
        return get_artifact_repository(uri, tracking_uri)
    # MLflow 3.1.0 takes the process's tracking server for the one that hands files on; so its address is put in here.
    if urlsplit(uri).scheme == "mlflow-artifacts":
        uri = MlflowArtifactsRepository.resolve_uri(uri, tracking_uri)
    return get_artifact_repository(uri)
