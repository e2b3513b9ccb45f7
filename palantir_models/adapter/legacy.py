"""The older way to declare an API: a ``ModelApi`` of named inputs and outputs."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from palantir_models.adapter import types


class DFType(enum.Enum):
    """Which DataFrame a tabular input is given as."""

    SPARK = "spark"
    PANDAS = "pandas"


class ModelApiColumn(NamedTuple):
    """A column of a tabular input or output.

    Attributes:
        name: its name.
        type: the Python type of its values.
        required: accepted for older code; every column is declared as required.
    """

    name: str
    type: Any
    required: bool = True


def _columns(columns: Sequence[Any] | None) -> list[types.Column]:
    return [tuple(c)[:2] if isinstance(c, tuple) else c for c in columns or ()]


@dataclass(frozen=True)
class _Tabular:
    """A DataFrame as an input.

    Attributes:
        name: the input's name.
        df_type: which DataFrame the inference is given.
        columns: the columns that it needs, each a :class:`ModelApiColumn`, a name and a type, or a name.
    """

    name: str
    df_type: DFType = DFType.SPARK
    columns: Sequence[Any] | None = None

    def api_type(self) -> types.ApiType:
        frame = types.Spark if self.df_type is DFType.SPARK else types.Pandas
        return frame(_columns(self.columns))


@dataclass(frozen=True)
class _OutputTabular:
    """A DataFrame as an output.

    Attributes:
        name: the output's name.
        columns: its columns, as those of an input.
    """

    name: str
    columns: Sequence[Any] | None = None

    def api_type(self) -> types.ApiType:
        return types.Pandas(_columns(self.columns))


@dataclass(frozen=True)
class _Parameter:
    """A single value as an input or output.

    Attributes:
        name: its name.
        type: its Python type.
        default: the value of an input that is not given.
    """

    name: str
    type: Any = Any
    default: Any = None

    def api_type(self) -> types.ApiType:
        return types.Parameter(self.type, self.default)


@dataclass(frozen=True)
class _FileSystem:
    """Files as an input or output.

    Attributes:
        name: its name.
    """

    name: str

    def api_type(self) -> types.ApiType:
        return types.FileSystem()


@dataclass(frozen=True)
class _MediaReference:
    """A reference to a media item as an input.

    Attributes:
        name: its name.
    """

    name: str

    def api_type(self) -> types.ApiType:
        return types.MediaReference()


Entry = _Tabular | _OutputTabular | _Parameter | _FileSystem | _MediaReference


class ModelInput:
    """The kinds of input. Follows the public page integrate-models/model-adapter-reference."""

    Tabular = _Tabular
    Parameter = _Parameter
    FileSystem = _FileSystem
    MediaReference = _MediaReference


class ModelOutput:
    """The kinds of output. Follows the public page integrate-models/model-adapter-reference."""

    Tabular = _OutputTabular
    Parameter = _Parameter
    FileSystem = _FileSystem


@dataclass(frozen=True)
class ModelApi:
    """The inputs and outputs of a model. Follows the public page integrate-models/model-adapter-reference.

    Attributes:
        inputs: what an inference takes, in the order of its positional arguments.
        outputs: what an inference gives.
    """

    inputs: Sequence[Entry]
    outputs: Sequence[Entry]
