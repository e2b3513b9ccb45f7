"""Limits: documented defaults, and settings that name a limit or are refused."""

from __future__ import annotations

import pytest

from palantir_models.experiment.limits import Limits, advice, shortened
from transforms.errors import ConfigError


def test_defaults_are_the_documented_ones() -> None:
    """Without settings an experiment has the limits that the public documentation states."""
    limits = Limits()
    assert (
        limits.name_length,
        limits.metric_values,
        limits.parameters,
        limits.table_rows,
        limits.caption_length,
    ) == (
        100,
        100_000,
        500,
        100_000,
        1000,
    )


def test_settings_replace_what_they_name() -> None:
    """A setting changes its limit and leaves the others alone."""
    assert Limits.from_settings({"metric_values": 5}) == Limits(metric_values=5)
    assert Limits.from_settings({}) == Limits()


def test_unknown_setting_names_the_nearest() -> None:
    """A misspelt limit is refused with the name that was probably meant."""
    with pytest.raises(ConfigError, match="Did you mean 'metric_values'"):
        Limits.from_settings({"metric_value": 5})


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "7", None])
def test_a_limit_is_a_whole_number_above_zero(value: object) -> None:
    """Anything but a positive int is refused as a limit."""
    with pytest.raises(ConfigError, match="whole number above zero"):
        Limits.from_settings({"parameters": value})


def test_a_message_names_a_few_and_where_the_limit_is_set() -> None:
    """Five hundred names would hide what it says."""
    assert shortened(["a", "b"]) == "'a', 'b'"
    assert shortened(f"p{number}" for number in range(501)) == "'p0', 'p1', 'p2', 'p3', 'p4' and 496 more"
    assert advice("table_rows") == "raise the limit table_rows in pyproject.toml, under [tool.transforms.limits]"
