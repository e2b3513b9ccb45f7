"""The artifact repository of a run: a PNG becomes an image, every other file is counted and dropped."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from mlflow.entities import FileInfo
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
from mlflow.store.artifact.artifact_repo import ArtifactRepository

from palantir_models.mlflow.bridge import live
from palantir_models.mlflow.bridge.run import Run
from palantir_models.mlflow.bridge.tracking_store import noted, unknown
from palantir_models.mlflow.bridge.uris import is_model, parts_of


class RunArtifacts(ArtifactRepository):
    """The files of one run, or of a model that it made.

    :param artifact_uri: an address of :mod:`palantir_models.mlflow.bridge.uris`.
    :param tracking_uri: MLflow's, not used.
    :param registry_uri: MLflow's, not used.
    """

    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        super().__init__(artifact_uri)  # older versions know fewer parameters
        self._run_id, self._folder = parts_of(artifact_uri)
        self._is_model = is_model(self._folder)

    def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
        """Log a file.

        :param local_file: where it is.
        :param artifact_path: the folder within the run.
        """
        if not self._is_model:  # a model is counted as a whole
            run = self._run()
            with noted(run):
                run.log_file(local_file, self._path(artifact_path, os.path.basename(local_file)))

    def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
        """Log the files of a folder, in the order of their names.

        :param local_dir: the folder.
        :param artifact_path: the folder within the run.
        """
        if self._is_model:
            return
        run, root = self._run(), Path(local_dir)
        files = sorted(file for file in root.rglob("*") if file.is_file())
        if (root / "MLmodel").exists():
            run.drop_model()
            return
        with noted(run):
            for file in files:
                run.log_file(str(file), self._path(artifact_path, file.relative_to(root).as_posix()))

    def list_artifacts(self, path: str | None = None) -> list[FileInfo]:
        """Return the tables that were logged below a path; of no other file more is kept than its content shows."""
        if self._is_model:
            return []
        tables = [posixpath.relpath(one, self._folder or ".") for one in self._run().table_paths]
        return [FileInfo(one, False, None) for one in tables if posixpath.dirname(one) == (path or "").strip("/")]

    def download_artifacts(self, artifact_path: str, dst_path: str | None = None) -> str:
        """Write tables to a folder; nothing else can be had back.

        :param artifact_path: a table's path, or a folder of tables.
        :param dst_path: the folder; a temporary one when not given.
        :returns: the path of what was written.
        :raises MlflowException: when no table lies there.
        """
        wanted = self._path(artifact_path)
        tables = [] if self._is_model else self._run().table_paths
        if not any(f"{one}/".startswith(f"{wanted}/" if wanted else "") for one in tables):
            raise MlflowException(
                f"{artifact_path or self.artifact_uri!r} cannot be had back as a file: an experiment keeps images, "
                "plots and tables, no files and no models. Publish a model with model_output.publish().",
                RESOURCE_DOES_NOT_EXIST,
            )
        return str(super().download_artifacts(artifact_path, dst_path))  # type: ignore[no-untyped-call]  # MLflow's

    def _download_file(self, remote_file_path: str, local_path: str) -> None:
        frame = self._run().table(self._path(remote_file_path))
        if remote_file_path.endswith(".parquet"):
            frame.to_parquet(local_path, index=False)
        else:
            frame.to_json(local_path, orient="split", index=False, date_format="iso")

    def _path(self, *parts: str | None) -> str:
        """Return a path within the run."""
        return posixpath.join(self._folder, *(part for part in parts if part))

    def _run(self) -> Run:
        run = live.find(self._run_id)
        if run is None:
            raise unknown(f"Run {self._run_id}")
        return run
