"""Spark ML: a fitted pipeline, in the library's own folder."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from transforms.run.scope import spark_session


class SparkMLAutoSerializer(ModelSerializer[Any]):
    """Stores the folder ``spark_ml``. Follows the public page integrate-models/spark-models.

    The workers of a cluster write their part of the model, so on its way it lies where they and the driver see it: in the
    checkpoint folder, which a job has below the store's root.

    :raises MissingExtraError: when PySpark is not installed.
    """

    folder = "spark_ml"

    def __init__(self) -> None:
        self._ml = library("pyspark.ml", "pyspark", self)

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write a ``pyspark.ml.PipelineModel``."""
        folder = writer.mkdir(self.folder)
        cluster = _Cluster.active()
        if cluster is None:
            obj.write().overwrite().save(_uri(folder))
        else:
            shared = cluster.new_folder()
            obj.write().save(shared)
            cluster.fetch(shared, folder)

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the fitted pipeline; outside of a job this starts Spark, where it does not run yet."""
        spark_session()
        folder, cluster = reader.dir(self.folder), _Cluster.active()
        # What was brought there stays as long as the folder: some models read of their files when they are used.
        return self._ml.PipelineModel.read().load(_uri(folder) if cluster is None else cluster.bring(folder))


class _Cluster:
    """A session whose executors may be on other machines.

    :param context: its ``SparkContext``.
    """

    def __init__(self, context: Any) -> None:
        self._context = context
        self._paths = context._jvm.org.apache.hadoop.fs

    @classmethod
    def active(cls) -> _Cluster | None:
        """Return that of the active session; None where executors share this process's disk, or there is a server."""
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
        if session is None or not hasattr(session, "_jsparkSession"):
            return None
        context = session.sparkContext
        is_apart = not str(context.master).startswith("local") and context.getCheckpointDir() is not None
        return cls(context) if is_apart else None

    def new_folder(self) -> str:
        """Return the address of a new folder that every executor sees."""
        return f"{self._context.getCheckpointDir()}/model-{uuid.uuid4().hex}"

    def fetch(self, shared: str, folder: str) -> None:
        """Move what was written there to a local folder, without the check sums that Hadoop keeps beside files."""
        there = self._paths.Path(shared)
        system = there.getFileSystem(self._context._jsc.hadoopConfiguration())
        with tempfile.TemporaryDirectory() as parent:
            local = Path(parent) / "model"
            system.copyToLocalFile(True, there, self._paths.Path(local.as_uri()), True)
            shutil.copytree(local, folder, dirs_exist_ok=True)

    def bring(self, folder: str) -> str:
        """Copy a local folder to where every executor sees it and return its address there."""
        shared = self.new_folder()
        there = self._paths.Path(shared)
        system = there.getFileSystem(self._context._jsc.hadoopConfiguration())
        system.copyFromLocalFile(False, True, self._paths.Path(_uri(folder)), there)
        return shared


def _uri(folder: str) -> str:
    # A bare path would mean Spark's default file system, which may be a remote one.
    return Path(folder).as_uri()
