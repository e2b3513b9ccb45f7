"""Frames of any library as an evaluator meets them: what is given, what a model returned, and one column of either."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palantir_models.adapter import InferenceResults
from palantir_models.evaluation.errors import EvaluationError, EvaluationTypeError
from transforms.common.frames import is_spark_frame
from transforms.errors import nearest

if TYPE_CHECKING:
    import pandas as pd

_KINDS = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "Table"}


def is_frame(value: object) -> bool:
    """Whether something is a frame in memory: of pandas, Polars or PyArrow."""
    return any(
        (module := sys.modules.get(library)) is not None and isinstance(value, getattr(module, kind))
        for library, kind in _KINDS.items()
    )


def in_memory(value: Any) -> Any:
    """Return a frame of Spark as one of pandas, and a lazy one of Polars as what it computes; anything else as it is."""
    if is_spark_frame(value):
        return value.toPandas()
    polars = sys.modules.get("polars")
    return value.collect() if polars is not None and isinstance(value, polars.LazyFrame) else value


def frames_in(value: Any) -> list[Any]:
    """Return the frames among what a model was given or returned: itself, or one of its values or items."""
    if isinstance(value, InferenceResults):
        value = [value[name] for name in value]
    elif isinstance(value, Mapping):
        value = list(value.values())
    parts = value if isinstance(value, (tuple, list)) else (value,)
    return [frame for frame in map(in_memory, parts) if is_frame(frame)]


def the_column(what: str, frames: Sequence[Any], name: object) -> pd.Series:
    """Return the one column of a name.

    :param what: what the frames are, as an error names them: ``The model's output``.
    :param frames: where it is looked for.
    :param name: the column.
    :raises EvaluationError: if no frame has it, several have, or one has it twice.
    """
    if not isinstance(name, str):
        raise EvaluationTypeError(f"A column is named by text; got {type(name).__name__}.")
    if not frames:
        raise EvaluationError(f"{what} has no DataFrame, so there is no column {name!r}.")
    found = [frame for frame in frames for column in _names(frame) if column == name]
    if len(found) != 1:
        known = list(dict.fromkeys(column for frame in frames for column in _names(frame)))
        count = "no column" if not found else f"{len(found)} columns"
        raise EvaluationError(
            f"{what} has {count} {name!r}, and one is needed.{nearest(name, known) if not found else ''} "
            f"It has: {', '.join(map(repr, known)) or 'none'}."
        )
    return _series(found[0], name)


def _names(frame: Any) -> list[str]:
    return [str(name) for name in (frame.column_names if hasattr(frame, "column_names") else frame.columns)]


def _series(frame: Any, name: str) -> pd.Series:
    import pandas as pd

    if isinstance(frame, pd.DataFrame):
        position = _names(frame).index(name)
        return frame.iloc[:, position].reset_index(drop=True)
    column = frame[name]
    return pd.Series(column.to_pandas()).reset_index(drop=True)
