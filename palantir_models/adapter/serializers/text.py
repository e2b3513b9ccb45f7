"""Plain configuration, as text that a person can read."""

from __future__ import annotations

import json
from typing import Any

from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from transforms.common.json_text import from_json


class JsonSerializer(ModelSerializer[dict[str, Any]]):
    """Stores ``config.json``. Follows the public page integrate-models/auto-serialization-reference."""

    file_name = "config.json"

    def serialize(self, writer: ModelStateWriter, obj: dict[str, Any]) -> None:
        """Write the dictionary as JSON; what JSON lacks changes: a tuple is read back as a list."""
        with writer.open(self.file_name, "w") as file:
            json.dump(obj, file)

    def deserialize(self, reader: ModelStateReader) -> dict[str, Any]:
        """Read the dictionary."""
        with reader.open(self.file_name, "r") as file:
            loaded: dict[str, Any] = from_json(file.read())
            return loaded


class YamlSerializer(ModelSerializer[dict[str, Any]]):
    """Stores ``config.yaml``. Follows the public page integrate-models/auto-serialization-reference.

    :raises MissingExtraError: when PyYAML is not installed.
    """

    file_name = "config.yaml"

    def __init__(self) -> None:
        self._yaml = library("yaml", "pyyaml", self)

    def serialize(self, writer: ModelStateWriter, obj: dict[str, Any]) -> None:
        """Write the dictionary as YAML of plain types only."""
        with writer.open(self.file_name, "w") as file:
            self._yaml.safe_dump(obj, file, sort_keys=False)

    def deserialize(self, reader: ModelStateReader) -> dict[str, Any]:
        """Read the dictionary."""
        with reader.open(self.file_name, "r") as file:
            loaded: dict[str, Any] = self._yaml.safe_load(file)
            return loaded
