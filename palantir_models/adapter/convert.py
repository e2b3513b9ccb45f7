"""From what a caller gives to what ``api()`` declares, one rule for each type."""

from __future__ import annotations

from typing import Any

from palantir_models.adapter import types, values
from palantir_models.adapter.frames import to_pandas, to_spark
from palantir_models.adapter.media import MediaItem
from palantir_models.errors import InferenceTypeError
from transforms.errors import UnavailableError


def convert_input(where: str, declared: types.ApiType, value: Any) -> Any:
    """Return an argument of an inference as its declared type.

    :param where: what is converted, for the message: ``"input 'df_in' of MyAdapter"``.
    :param declared: the declared type.
    :param value: the argument.
    :raises InferenceTypeError: when it is of another type.
    :raises UnavailableError: when it names an object of an ontology.
    """
    match declared:
        case types.Pandas():
            return to_pandas(where, declared, value)
        case types.Spark():
            return to_spark(where, declared, value)
        case types.Parameter():
            return check_parameter(where, declared, value)
        case types.FileSystem():
            return _file_system(where, value)
        case types.MediaReference():
            return value if isinstance(value, MediaItem) else MediaItem(value)
        case _:
            return _ontology(where, value)


def check_parameter(where: str, declared: types.Parameter, value: Any) -> Any:
    """Return a parameter as its declared type, or its default when it is ``None``.

    :param where: what is checked, for the message.
    :param declared: the parameter.
    :param value: its value.
    :raises InferenceTypeError: when it is of another type.
    """
    value = declared.default if value is None else value
    return None if value is None else values.check(where, declared.type, value)


def _file_system(where: str, value: Any) -> Any:
    if callable(getattr(value, "filesystem", None)):
        return value.filesystem()
    if callable(getattr(value, "open", None)) and callable(getattr(value, "ls", None)):
        return value
    raise InferenceTypeError(
        f"The {where} is declared as pm.FileSystem and got a {type(value).__name__}. Give the input of a transform."
    )


def _ontology(where: str, value: Any) -> Any:
    if isinstance(value, str | int):
        raise UnavailableError(
            f"The {where} is {value!r}, which only an ontology could look up, and a local store has none. "
            "Give the object itself."
        )
    return value
