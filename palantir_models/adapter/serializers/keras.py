"""TensorFlow Keras: a model, in any of the three formats that Keras has had."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter


class TensorflowFormat(enum.Enum):
    """How a Keras model is laid out. ``DIR`` is refused by Keras 3, which wants one of the other two."""

    DIR = "dir"
    H5 = "h5"
    KERAS = "keras"


class TensorflowKerasSerializer(ModelSerializer[Any]):
    """Stores the folder ``tensorflow_saved_model_dir``.

    Follows the public page integrate-models/auto-serialization-reference.

    :param format: the layout; ``H5`` and ``KERAS`` are one file in the folder.
    :param custom_objects: name -> class or function that Keras needs to rebuild the model.
    :raises MissingExtraError: when TensorFlow is not installed.
    """

    folder = "tensorflow_saved_model_dir"

    def __init__(
        self,
        format: TensorflowFormat = TensorflowFormat.DIR,
        custom_objects: Mapping[str, Any] | None = None,
    ) -> None:
        self._models = library("tensorflow", "tensorflow", self).keras.models
        self._format = TensorflowFormat(format)
        self._custom_objects = custom_objects

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write a Keras model.

        :raises ValueError: when this version of Keras refuses the format.
        """
        try:
            obj.save(self._path(writer.mkdir(self.folder)))
        except ValueError as error:
            others = ", ".join(f"TensorflowFormat.{format.name}" for format in TensorflowFormat)
            refused = f"Keras refuses the format {self._format.name}; choose one of {others}. {error}"
            raise ValueError(refused) from error

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the model, then compile it afresh."""
        path = self._path(reader.dir(self.folder))
        model = self._models.load_model(path, custom_objects=self._custom_objects, compile=False)
        model.compile()
        return model

    def _path(self, folder: str) -> str:
        if self._format is TensorflowFormat.DIR:
            return folder
        return str(Path(folder) / f"model.{self._format.value}")
