"""Values: the types of hyperparameters, what counts as a number, and steps."""

from __future__ import annotations

import enum
import math
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.errors import ExperimentError, ExperimentStepError, ExperimentTypeError
from palantir_models.experiment.values import Parameter, batch, checked_step, instant, metric, parameter


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make local time nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "kind", "stored"),
    [
        (True, "boolean", True),
        (1, "integer", 1),
        (2**63 - 1, "integer", 2**63 - 1),
        (-(2**63), "integer", -(2**63)),
        (1e-3, "double", 1e-3),
        (math.inf, "double", math.inf),
        ("CNN", "string", "CNN"),
        ("", "string", ""),
        (date(2024, 2, 29), "date", date(2024, 2, 29)),
        (datetime(2024, 2, 29, 1, tzinfo=UTC), "datetime", datetime(2024, 2, 29, 1, tzinfo=UTC)),
        (np.bool_(True), "boolean", True),
        (np.int8(7), "integer", 7),
        (np.uint64(7), "integer", 7),
        (np.float64(0.5), "double", 0.5),
        (np.float32(0.5), "double", 0.5),
        (np.longdouble(0.5), "double", 0.5),
        (np.array(3), "integer", 3),
        (np.str_("x"), "string", "x"),
        (
            pd.Timestamp("2024-02-29T01:00:00.000001002Z"),
            "datetime",
            datetime(2024, 2, 29, 1, 0, 0, 1, tzinfo=UTC),
        ),
    ],
)
def test_a_hyperparameter_has_the_type_of_its_value(value: Any, kind: str, stored: Any) -> None:
    """A bool is no integer, a datetime no date, and a NumPy scalar is the value it holds."""
    made = parameter("k", value)
    assert made == Parameter(kind, stored)
    assert type(made.value) is type(stored)


def test_enumerations_are_their_values() -> None:
    """Members of int and str enumerations are stored as plain numbers and text."""

    class Size(enum.IntEnum):
        BIG = 3

    class Name(str, enum.Enum):  # noqa: UP042 (its str() is not its value)
        A = "a"

    assert type(parameter("k", Size.BIG).value) is int
    assert parameter("k", Name.A) == Parameter("string", "a")


def test_times_become_utc(tokyo: None) -> None:
    """A zoned time is converted to UTC and a naive one is taken as local time."""
    zoned = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert parameter("k", zoned).value == datetime(2024, 1, 1, 10, tzinfo=UTC)
    made = parameter("k", datetime(2024, 1, 1, 12)).value
    assert made == datetime(2024, 1, 1, 3, tzinfo=UTC)
    assert isinstance(made, datetime)
    assert made.tzinfo is UTC


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, np.uint64(2**63)])
def test_an_integer_beyond_64_bits_is_refused(value: Any) -> None:
    """An integer that the table cannot hold is refused."""
    with pytest.raises(ExperimentError, match="beyond 64 bits"):
        parameter("k", value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1],
        {"a": 1},
        (1,),
        b"x",
        1j,
        object(),
        np.array([1]),
        Decimal(1),
        np.datetime64("2024-01-01", "ns"),
    ],
)
def test_other_types_of_hyperparameter_are_refused(value: Any) -> None:
    """Only the six documented types are hyperparameters; the message names the key and the type."""
    with pytest.raises(ExperimentTypeError, match=f"'k'.*{type(value).__name__}"):
        parameter("k", value)


@pytest.mark.parametrize("value", [pd.NaT, datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))])
def test_a_time_that_utc_cannot_express_is_refused(value: Any) -> None:
    """No time at all, and times outside the calendar, are refused."""
    with pytest.raises(ExperimentError, match="not a time"):
        parameter("k", value)


def test_text_that_utf8_cannot_write_is_refused() -> None:
    """A hyperparameter's text must be storable."""
    with pytest.raises(ExperimentError, match="lone surrogate"):
        parameter("k", "\ud800")


class Tensor:
    """What tensors of other libraries look like: a shape and item()."""

    def __init__(self, value: Any, shape: tuple[int, ...] = ()) -> None:
        self.value = value
        self.shape = shape

    def item(self) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (1.5, 1.5),
        (15, 15.0),
        (2**70, float(2**70)),
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.uint64(2**64 - 1), float(2**64 - 1)),
        (np.array(2.0), 2.0),
        (np.array(2), 2.0),
        (Fraction(1, 4), 0.25),
        (Decimal("0.25"), 0.25),
        (Tensor(3.0), 3.0),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
    ],
)
def test_a_metric_is_any_single_number(value: Any, stored: float) -> None:
    """Python's numbers, NumPy's scalars and arrays or tensors without dimensions become floats."""
    made = metric("loss", value)
    assert type(made) is float
    assert made == stored


@pytest.mark.parametrize("value", [math.nan, np.float32("nan"), Tensor(math.nan)])
def test_nan_is_kept(value: Any) -> None:
    """A diverged loss is a measurement."""
    assert math.isnan(metric("loss", value))


@pytest.mark.parametrize("value", [True, np.bool_(False), Tensor(True)])
def test_a_truth_value_is_no_metric(value: Any) -> None:
    """A bool is refused, and the message says how to log it as a number."""
    with pytest.raises(ExperimentTypeError, match=r"log float\("):
        metric("loss", value)


@pytest.mark.parametrize("value", ["1.5", None, 1j, np.str_("1"), [1.0], {}, np.array([1.0]), np.array("x"), int])
def test_what_is_no_single_number_is_no_metric(value: Any) -> None:
    """Text, complex numbers, sequences and arrays with dimensions are refused."""
    with pytest.raises(ExperimentTypeError, match="'loss' must be a number"):
        metric("loss", value)


@pytest.mark.parametrize(
    "value", [10**400, Decimal("1e400"), Decimal("-1e400"), Fraction(10**400), np.longdouble("1e4000")]
)
def test_a_number_beyond_floats_is_refused(value: Any) -> None:
    """What no float can hold is refused rather than made infinite; what is infinite is kept."""
    with pytest.raises(ExperimentError, match="64-bit float"):
        metric("loss", value)
    assert metric("loss", Decimal("-Infinity")) == metric("loss", np.longdouble("-inf")) == -math.inf


def test_a_tensor_that_cannot_be_read_is_the_callers_mistake() -> None:
    """An error from the value's own library is shown with the metric's name."""
    with pytest.raises(ExperimentError, match="'loss'.*meta tensor"):
        metric("loss", Tensor(RuntimeError("meta tensor")))


@given(st.floats(allow_nan=False) | st.integers(-(2**53), 2**53))
def test_numbers_are_kept_exactly(value: float) -> None:
    """Every float, and every integer that a float can hold, is stored as it is."""
    assert metric("loss", value) == value


def test_steps_are_whole_numbers_of_64_bits() -> None:
    """Ints of Python and NumPy are steps; None asks for the next one."""
    assert checked_step(None) is None
    assert checked_step(-3) == -3
    assert type(checked_step(np.int32(3))) is int


@pytest.mark.parametrize("step", [True, 1.0, "1", np.float64(1), 2**63, -(2**63) - 1, [1]])
def test_other_steps_are_refused(step: Any) -> None:
    """Floats, text, truth values and numbers beyond 64 bits are no steps."""
    with pytest.raises(ExperimentStepError, match="step"):
        checked_step(step)


def test_a_batch_is_a_mapping() -> None:
    """A list of pairs is not taken for a batch."""
    assert batch("values", {"a": 1}) == {"a": 1}
    with pytest.raises(ExperimentTypeError, match="values must be a dict"):
        batch("values", [("a", 1)])


def test_a_time_is_no_measurement() -> None:
    """Its item would be a number of nanoseconds."""
    for value in (
        np.datetime64("2024-01-02T03:04:05.123456789"),
        np.timedelta64(5, "s"),
        np.array("2024-01-02", "M8[D]"),
    ):
        with pytest.raises(ExperimentTypeError, match="must be a number"):
            metric("at", value)


def test_digits_that_no_float_holds_are_not_dropped() -> None:
    """A number of 80 bits is kept when 64 say the same."""
    assert parameter("rate", np.longdouble("0.5")) == Parameter("double", 0.5)
    assert math.isnan(parameter("rate", np.longdouble("nan")).value)  # type: ignore[arg-type]
    with pytest.raises(ExperimentError, match="more digits"):
        parameter("rate", np.longdouble("0.1"))


def test_a_clock_reading_is_cut_to_microseconds() -> None:
    """Nanoseconds are dropped, not rounded."""
    assert instant(1_700_000_000_123_456_999).isoformat() == "2023-11-14T22:13:20.123456+00:00"
