"""Spark ML: a fitted pipeline, in the library's own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter


class SparkMLAutoSerializer(ModelSerializer[Any]):
    """Stores the folder ``spark_ml``. Follows the public page integrate-models/spark-models.

    The workers write their part of the model, so driver and workers have to share the local file system.

    :raises MissingExtraError: when PySpark is not installed.
    """

    folder = "spark_ml"

    def __init__(self) -> None:
        self._ml = library("pyspark.ml", "pyspark", self)

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write a ``pyspark.ml.PipelineModel``."""
        obj.write().overwrite().save(_uri(writer.mkdir(self.folder)))

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the fitted pipeline."""
        return self._ml.PipelineModel.read().load(_uri(reader.dir(self.folder)))


def _uri(folder: str) -> str:
    # A bare path would mean Spark's default file system, which may be a remote one.
    return Path(folder).as_uri()
