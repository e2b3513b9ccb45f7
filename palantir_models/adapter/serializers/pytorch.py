"""PyTorch: a state dict, in the library's own file format."""

from __future__ import annotations

from typing import Any

from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter


class PytorchStateSerializer(ModelSerializer[Any]):
    """Stores ``model_state_dict.pt``. Follows the public page integrate-models/auto-serialization-reference.

    :raises MissingExtraError: when PyTorch is not installed.
    """

    file_name = "model_state_dict.pt"

    def __init__(self) -> None:
        self._torch = library("torch", "torch", self)

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write a state dict, or a whole module."""
        with writer.open(self.file_name, "wb") as file:
            self._torch.save(obj, file)

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read it back, onto the CPU: the machine that infers may have no GPU."""
        with reader.open(self.file_name, "rb") as file:
            # The public pages disagree on state dict or module; only full loading reads both. The file is verified.
            return self._torch.load(file, map_location="cpu", weights_only=False)
