"""Any frame, or input of a transform, as the kind of frame that an adapter declares."""

from __future__ import annotations

import sys
from typing import Any

from palantir_models.adapter.media import MediaItem
from palantir_models.adapter.types import MediaReference, Tabular
from palantir_models.errors import InferenceTypeError
from transforms.common.frames import is_spark_frame
from transforms.run.scope import spark_session


def to_pandas(where: str, declared: Tabular, value: Any) -> Any:
    """Return a value as a pandas DataFrame; columns beyond the declared ones stay, missing ones are no error.

    :param where: what is converted, for the message: ``"input 'df_in' of MyAdapter"``.
    :param declared: the declared type, for its columns of media references.
    :param value: an input of a transform, or a pandas, Polars or Arrow frame.
    :raises InferenceTypeError: when it is none of these, or a Spark DataFrame.
    """
    if is_spark_frame(value):
        raise InferenceTypeError(
            f"The {where} is declared as pm.Pandas and got a Spark DataFrame. "
            "Call .toPandas() on it when it fits into memory, or wrap the model in a DistributedInferenceWrapper."
        )
    if not _is_pandas_frame(value) and callable(getattr(value, "pandas", None)):
        value = value.pandas()
    elif not _is_pandas_frame(value) and callable(getattr(value, "dataframe", None)):
        value = value.dataframe()
        value = value.toPandas() if is_spark_frame(value) else value
    return _media_columns(declared, _collected_pandas(where, value))


def to_spark(where: str, declared: Tabular, value: Any) -> Any:
    """Return a value as a Spark DataFrame.

    :param where: what is converted, for the message.
    :param declared: the declared type.
    :param value: an input of a Spark transform, a Spark DataFrame, or a frame that a session can take.
    :raises InferenceTypeError: when it is none of these.
    :raises MissingExtraError: when something that Spark needs is not installed.
    """
    if not is_spark_frame(value) and callable(getattr(value, "dataframe", None)):
        value = value.dataframe()
    if is_spark_frame(value):
        return value
    frame = to_pandas(where, declared, value)
    return spark_session().createDataFrame(frame)


def _is_pandas_frame(value: object) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def _collected_pandas(where: str, value: Any) -> Any:
    if _is_pandas_frame(value):
        return value
    if type(value).__module__.startswith("polars") and callable(getattr(value, "collect", None)):
        value = value.collect()
    if type(value).__name__ in ("DataFrame", "Table") and callable(getattr(value, "to_pandas", None)):
        return value.to_pandas()
    raise InferenceTypeError(
        f"The {where} is declared as a table and got a {type(value).__name__}. "
        "Give a pandas, Polars or Arrow frame, or the input of a transform."
    )


def _media_columns(declared: Tabular, frame: Any) -> Any:
    references = [
        name
        for name, kind in declared.columns
        if (kind is MediaReference or isinstance(kind, MediaReference)) and name in frame.columns
    ]
    return frame.assign(**{name: frame[name].map(MediaItem) for name in references}) if references else frame
