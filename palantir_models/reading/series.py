"""What is known of series without reading them: the ``series`` column of the experiments table, as columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_PART = 1 << 19  # characters that are decoded at a time, unless one experiment has more
_NOT_FINITE = re.compile(r'("(?:first|last|min|max)":)"(NaN|-?Infinity)"')
_TEXTS, _WHOLE = ("kind", "name"), ("length", "first_step", "last_step", "dropped")


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


COLUMNS = tuple(SeriesSummary.__annotations__)
"""What is known of a series, in the order of the columns."""


def series_columns(texts: Iterable[str | None]) -> pl.DataFrame:
    """Return what the ``series`` column of the experiments table says, a series a row.

    Arrow's reader decodes it into columns at once: in Python, an object a series would take longer than all else that a
    comparison of a thousand experiments does.

    :param texts: the column's values, an experiment each.
    :returns: ``position``, which says of which of the texts a row is, and the attributes of :class:`SeriesSummary`; the
        rows of a text in its order.
    """
    import numpy as np
    import polars as pl
    import pyarrow as pa

    found = [_decoded(part) for part in _parts(texts)]
    lists = pa.concat_arrays(found) if found else pa.array([], _row_type())
    positions = np.repeat(np.arange(len(lists)), np.diff(lists.offsets.to_numpy()))
    fields = dict(zip(COLUMNS, lists.flatten().flatten(), strict=True))
    frame = pl.from_arrow(pa.table({"position": positions, **fields}))
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.col("dropped").fill_null(0))


def parse_series(text: str | None) -> tuple[SeriesSummary, ...]:
    """Return what the ``series`` column of the experiments table says of one experiment."""
    return tuple(SeriesSummary(*row) for row in series_columns([text]).select(COLUMNS).iter_rows())


def _parts(texts: Iterable[str | None]) -> Iterator[list[str]]:
    """Yield texts in parts that are small enough for their memory to be used again: new memory would cost half as much time."""
    part, size = [], 0
    for text in texts:
        part.append(text or "[]")
        size += len(part[-1])
        if size >= _PART:
            yield part
            part, size = [], 0
    if part:
        yield part


def _decoded(texts: Sequence[str]) -> pa.Array:
    """Return a list for each text."""
    import pyarrow as pa
    import pyarrow.json

    # What is not finite is written as text, as JSON has no number for it; Arrow reads it without the quotes. Nothing else can
    # look so, since quotes inside of a text follow a backslash.
    lines = '}\n{"series":'.join(texts)
    if 'NaN"' in lines or 'Infinity"' in lines:
        lines = _NOT_FINITE.sub(r"\1\2", lines)
    content = f'{{"series":{lines}}}'.encode()
    table = pa.json.read_json(
        pa.BufferReader(content),
        read_options=pa.json.ReadOptions(block_size=len(content) + 1, use_threads=False),
        parse_options=pa.json.ParseOptions(
            explicit_schema=pa.schema([("series", _row_type())]), unexpected_field_behavior="ignore"
        ),
    )
    return table["series"].combine_chunks()


def _row_type() -> pa.DataType:
    import pyarrow as pa

    def kind(name: str) -> pa.DataType:
        return pa.string() if name in _TEXTS else pa.int64() if name in _WHOLE else pa.float64()

    return pa.list_(pa.struct([(name, kind(name)) for name in COLUMNS]))
