"""What is known of a series without reading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transforms.common.json_text import from_json


@dataclass(frozen=True)
class SeriesSummary:
    """A series or table of an experiment, as the experiment's own row describes it.

    Attributes:
        kind: ``metric``, ``image``, ``plot`` or ``table``.
        name: its name.
        length: how many values it has; the rows of a table.
        first_step: the step of the first value; None for tables, and where all values were dropped.
        last_step: the step of the last value.
        first: the first value of a metric.
        last: its last value.
        min: its least value; NaN counts only where the last and the first are asked for.
        max: its greatest value.
        dropped: how many values were offered and not kept.
    """

    kind: str
    name: str
    length: int
    first_step: int | None = None
    last_step: int | None = None
    first: float | None = None
    last: float | None = None
    min: float | None = None
    max: float | None = None
    dropped: int = 0


def parse_series(text: str | None) -> tuple[SeriesSummary, ...]:
    """Return what the ``series`` column of the experiments table says."""
    return tuple(
        SeriesSummary(**{key: _value(key, value) for key, value in row.items()}) for row in from_json(text or "[]")
    )


def _value(key: str, value: Any) -> Any:
    # What is not finite is written as text, as JSON has no number for it.
    return float(value) if key in ("first", "last", "min", "max") and isinstance(value, str) else value
