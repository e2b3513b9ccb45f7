"""What a serializer is: one way to write an object into a model's state and to read it back."""

from __future__ import annotations

import abc
import importlib
from types import ModuleType
from typing import Generic, TypeVar

from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from transforms.errors import MissingExtraError

T = TypeVar("T")


class ModelSerializer(abc.ABC, Generic[T]):
    """The base of every serializer; subclass it as ``class Mine(ModelSerializer[dict])``.

    Follows the public page integrate-models/auto-serialization-reference.
    """

    def __init__(self) -> None:
        """Make the serializer; a subclass imports here the library that it needs."""

    @abc.abstractmethod
    def serialize(self, writer: ModelStateWriter, obj: T) -> None:
        """Write an object.

        :param writer: a folder of the state for this object alone.
        :param obj: what to write.
        """

    @abc.abstractmethod
    def deserialize(self, reader: ModelStateReader) -> T:
        """Read the object back.

        :param reader: the folder that ``serialize`` wrote.
        :returns: the object.
        """


def library(module: str, package: str, user: object) -> ModuleType:
    """Import an optional library for a serializer.

    :param module: the module to import.
    :param package: the pip package that has it.
    :param user: the serializer that needs it.
    :returns: the module.
    :raises MissingExtraError: when it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingExtraError(
            f"{type(user).__name__} needs {module!r}, which is not installed. Run: pip install {package}"
        ) from error
