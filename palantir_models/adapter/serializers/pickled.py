"""Any Python object, as a pickle of dill or of cloudpickle. Reading one runs code: only verified files are read."""

from __future__ import annotations

from typing import Any

from palantir_models.adapter.code.shipping import naming_kept_code
from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter


class DillSerializer(ModelSerializer[Any]):
    """Stores ``dill.pkl``. Follows the public page integrate-models/auto-serialization-reference.

    :raises MissingExtraError: when dill is not installed.
    """

    file_name = "dill.pkl"

    def __init__(self) -> None:
        self._dill = library("dill", "dill", self)

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write the object with dill, following what its functions refer to."""
        with writer.open(self.file_name, "wb") as file:
            self._dill.dump(obj, file, recurse=True)

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the object with dill."""
        with reader.open(self.file_name, "rb") as file:
            return self._dill.load(file)


class CloudPickleSerializer(ModelSerializer[Any]):
    """Stores ``cloudpickle.pkl``. Follows the public page integrate-models/auto-serialization-reference.

    :raises MissingExtraError: when cloudpickle is not installed.
    """

    file_name = "cloudpickle.pkl"

    def __init__(self) -> None:
        self._cloudpickle = library("cloudpickle", "cloudpickle", self)

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write the object with cloudpickle."""
        with writer.open(self.file_name, "wb") as file:
            naming_kept_code(self._cloudpickle.Pickler)(file).dump(obj)

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the object with cloudpickle."""
        with reader.open(self.file_name, "rb") as file:
            return self._cloudpickle.load(file)
