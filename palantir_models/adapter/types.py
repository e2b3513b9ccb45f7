"""What ``api()`` declares: the type of each input and output of a model."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any

from palantir_models.adapter import values
from transforms.errors import TransformTypeError, nearest

Column = str | tuple[str, Any]


class ApiType(abc.ABC):
    """The type of one input or output."""

    @abc.abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Describe the type as a mapping that JSON can hold; its ``type`` says which kind it is."""

    def __repr__(self) -> str:
        shown = ", ".join(f"{key.lstrip('_')}={value!r}" for key, value in vars(self).items())
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


class Tabular(ApiType):
    """A table. Its columns are what a model needs: more may come, and less is not refused."""

    format: str

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        """Declare a table.

        :param columns: names, or ``(name, type)`` pairs; a bare name is of type ``typing.Any``.
        :raises TransformTypeError: when an entry is neither.
        """
        self.columns = tuple(_column(column) for column in columns)

    def to_json(self) -> dict[str, Any]:
        """Describe the table: ``{"type": "tabular", "format": …, "columns": [{"name", "required", "dataType"}]}``."""
        columns = [{"name": name, "required": True, "dataType": values.data_type(kind)} for name, kind in self.columns]
        return {"type": "tabular", "format": self.format, "columns": columns}


class Pandas(Tabular):
    """A pandas DataFrame. Follows the public page integrate-models/model-adapter-api."""

    format = "PANDAS"


class Spark(Tabular):
    """A Spark DataFrame. Follows the public page integrate-models/model-adapter-api."""

    format = "SPARK"


class Parameter(ApiType):
    """A single value. Follows the public page integrate-models/model-adapter-api."""

    def __init__(self, type: Any = Any, default: Any = None) -> None:
        """Declare a value.

        :param type: ``str``, ``int``, ``float``, ``bool``, ``list``, ``dict``, ``typing.Any`` or an ``NDArray``.
        :param default: the value when none is given or written.
        """
        self.type = type
        self.default = default

    def to_json(self) -> dict[str, Any]:
        """Describe the value: ``{"type": "parameter", "required": …, "dataType": …}``, with a ``default`` if any."""
        described = {
            "type": "parameter",
            "required": self.default is None,
            "dataType": values.data_type(self.type),
        }
        if self.default is not None:
            scalar = isinstance(self.default, str | int | float | bool)
            described["default"] = self.default if scalar else repr(self.default)
        return described


class FileSystem(ApiType):
    """The files of a dataset. Follows the public page integrate-models/model-adapter-api."""

    def to_json(self) -> dict[str, Any]:
        """Describe the type: ``{"type": "fileSystem"}``."""
        return {"type": "fileSystem"}


class MediaReference(ApiType):
    """A reference to a media item, as an input or as the type of a column.

    Follows the public page integrate-models/model-adapter-api.
    """

    def to_json(self) -> dict[str, Any]:
        """Describe the type: ``{"type": "mediaReference"}``."""
        return {"type": "mediaReference"}

    @staticmethod
    def data_type() -> dict[str, Any]:
        """Describe a column of this type."""
        return {"type": "mediaReference"}


class Object(ApiType):
    """An object of an ontology. Follows the public page integrate-models/model-adapter-api."""

    kind = "object"

    def __init__(self, ObjectType: Any) -> None:
        """Declare an object.

        :param ObjectType: the class of the object.
        """
        self.object_type = ObjectType

    def to_json(self) -> dict[str, Any]:
        """Describe the type: ``{"type": …, "objectType": the name of the class}``."""
        return {"type": self.kind, "objectType": values.name_of(self.object_type)}


class ObjectSet(Object):
    """A set of objects of an ontology. Follows the public page integrate-models/model-adapter-api."""

    kind = "objectSet"


def _column(column: object) -> tuple[str, Any]:
    if isinstance(column, str):
        return column, Any
    if isinstance(column, tuple | list) and len(column) == 2 and isinstance(column[0], str):
        return column[0], column[1]
    raise TransformTypeError(
        f"{column!r} is not a column of an API: give a name such as 'age', or a pair such as ('age', int)."
    )


def api_type(name: str, declared: object) -> ApiType:
    """Check that an entry of ``api()`` is an API type; a class stands for its instance without arguments.

    :param name: the name of the input or output.
    :param declared: what ``api()`` gives for it.
    :raises TransformTypeError: when it is something else.
    """
    if isinstance(declared, type) and issubclass(declared, ApiType):
        declared = declared()
    if isinstance(declared, ApiType):
        return declared
    known = ["Pandas", "Spark", "Parameter", "FileSystem", "MediaReference", "Object", "ObjectSet"]
    hint = nearest(values.name_of(declared) if isinstance(declared, type) else str(declared), known)
    raise TransformTypeError(
        f"api() declares {name!r} as {declared!r}, which is not a type of the API.{hint} "
        f"Use one of {', '.join('pm.' + kind for kind in known)}; a plain Python type goes into pm.Parameter(type=…)."
    )
