"""Hyperparameters, metric values, steps and times as callers pass them, turned into what is stored."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any, NamedTuple

from palantir_models.experiment.errors import ExperimentError, ExperimentStepError, ExperimentTypeError
from palantir_models.experiment.names import brief, storable

LEAST, MOST = -(2**63), 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN: dict[str, Callable[[Any], object]] = {
    "b": bool,
    "i": int,
    "u": int,
    "f": float,
    "U": str,
}  # by NumPy's kind
_TIMES = ("m", "M")  # points and spans of time, whose items are whole numbers without a unit


class Parameter(NamedTuple):
    """A hyperparameter with its type.

    Attributes:
        type: ``boolean``, ``date``, ``datetime``, ``double``, ``integer`` or ``string``.
        value: the value; a datetime is in UTC.
    """

    type: str
    value: bool | date | datetime | float | int | str


def parameter(key: str, value: object) -> Parameter:
    """Return a hyperparameter with its type.

    A ``bool`` is no integer and a ``datetime`` no date. A ``datetime`` becomes UTC; one without a time zone
    is taken as local time. NumPy scalars count as the Python value they hold.

    :param key: the hyperparameter's name, for messages.
    :param value: a bool, date, datetime, float, int or str.
    :returns: the typed value.
    :raises ExperimentTypeError: for any other type.
    :raises ExperimentError: for an integer beyond 64 bits, or a time that UTC cannot express.
    """
    if isinstance(value, bool):
        return Parameter("boolean", value)
    if isinstance(value, datetime):
        return Parameter("datetime", _utc(key, value))
    if isinstance(value, date):
        return Parameter("date", date(value.year, value.month, value.day))
    if isinstance(value, float):
        return Parameter("double", float(value))
    if isinstance(value, int):
        if not LEAST <= value <= MOST:
            raise ExperimentError(
                f"Hyperparameter {key!r} is an integer beyond 64 bits ({brief(value)}): log it as a float or a str."
            )
        return Parameter("integer", int(value))
    if isinstance(value, str):
        return Parameter("string", storable(f"The value of hyperparameter {key!r}", value))
    if _is_scalar(value) and (plain := _PLAIN.get(_kind(value))):
        held = plain(value)
        if held != value and held == held:
            raise ExperimentError(
                f"Hyperparameter {key!r} has more digits than a 64-bit float holds ({brief(value)}): log float(it), or str(it)."
            )
        return parameter(key, held)
    raise ExperimentTypeError(
        f"Hyperparameter {key!r} has a value of type {type(value).__name__} ({brief(value)}): "
        "log a bool, date, datetime, float, int or str."
    )


def metric(name: str, value: object) -> float:
    """Return a metric value as a float; NaN and the infinities are kept.

    :param name: the series' name, for messages.
    :param value: an int, a float or another real number, a NumPy scalar, or an array or tensor without
        dimensions.
    :returns: the value.
    :raises ExperimentTypeError: for anything else; a truth value is no measurement, so a ``bool`` is refused
        too.
    :raises ExperimentError: for a number that no 64-bit float can hold.
    """
    number = value
    if _is_scalar(value) and _kind(value) not in _TIMES and not isinstance(value, float):
        number = _item(name, value)
    if isinstance(number, bool):
        raise ExperimentTypeError(
            f"Metric {name!r} got the truth value {number}, which is not a measurement: "
            f"log float({number}) if 1 and 0 are meant."
        )
    if _kind(value) in _TIMES or not isinstance(number, (Real, Decimal)):
        shape = getattr(value, "shape", None)
        kind = type(value).__name__ + (f" of shape {tuple(shape)}" if isinstance(shape, tuple) and shape else "")
        raise ExperimentTypeError(
            f"Metric {name!r} must be a number, not {kind} ({brief(value)}): log an int, a float or a single "
            "number of an array or tensor."
        )
    with suppress(OverflowError, ValueError, ArithmeticError):
        found = float(number)
        if not math.isinf(found) or number == found:  # some numbers become infinite that are not
            return found
    raise ExperimentError(f"Metric {name!r} does not fit a 64-bit float: {brief(number)}.")


def plain_metric(value: object) -> float | None:
    """Return an int or float, NumPy's ``float64`` included, as a metric value; None for what :func:`metric` decides."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def batch(what: str, values: object) -> Mapping[Any, Any]:
    """Return what was passed as a batch if it is a mapping.

    :param what: the parameter's name, for the message.
    :param values: name to value.
    :returns: the mapping.
    :raises ExperimentTypeError: when it is no mapping.
    """
    if not isinstance(values, Mapping):
        raise ExperimentTypeError(
            f"{what} must be a dict of name to value, not {type(values).__name__}: write {{'loss': 0.5}}, for example."
        )
    return values


def checked_step(step: object) -> int | None:
    """Return a step as a plain ``int``; ``None`` asks for the next one.

    :param step: an int (NumPy's too) within 64 bits, or ``None``.
    :returns: the step.
    :raises ExperimentStepError: for anything else.
    """
    if step is None:
        return None
    try:
        number = None if isinstance(step, bool) else operator.index(step)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None:
        raise ExperimentStepError(
            f"step must be a whole number or None, not {type(step).__name__} ({brief(step)}): pass int(step)."
        )
    if not LEAST <= number <= MOST:
        raise ExperimentStepError(f"step {brief(number)} is beyond 64 bits.")
    return number


def instant(nanoseconds: int) -> datetime:
    """Return a clock reading as a UTC datetime.

    :param nanoseconds: since 1970.
    :returns: the time, cut to microseconds.
    """
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


def _utc(key: str, value: datetime) -> datetime:
    try:
        # A subclass such as pandas.Timestamp holds nanoseconds, and pandas.NaT holds no time at all.
        plain = datetime(
            value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond,
            tzinfo=value.tzinfo, fold=value.fold,
        )  # fmt: skip
        return plain.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise ExperimentError(f"Hyperparameter {key!r} is not a time that can be stored: {brief(value)}.") from None


def _kind(value: object) -> str:
    return str(getattr(getattr(value, "dtype", None), "kind", ""))


def _is_scalar(value: object) -> bool:
    """Whether a value is an array, a tensor or a NumPy scalar without dimensions."""
    shape = getattr(value, "shape", None)
    return shape is not None and not isinstance(value, type) and _dimensions(shape) == 0


def _dimensions(shape: Any) -> int | None:
    try:
        return len(shape)
    except TypeError:
        return None


def _item(name: str, value: Any) -> object:
    try:
        return value.item() if hasattr(value, "item") else float(value)
    except Exception as error:
        raise ExperimentError(f"Metric {name!r} cannot be read from its {type(value).__name__}: {error}") from error
