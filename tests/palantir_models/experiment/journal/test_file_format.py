"""The journal's format: whole frames are read back exactly, and nothing else ever is."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palantir_models.experiment.journal.file_format import decoded, encoded

NAMES = st.lists(st.text(max_size=8), max_size=4)
DROPPED = st.lists(
    st.tuples(st.sampled_from(["metric", "image"]), st.text(max_size=5), st.integers(0, 2**40)).map(list)
)


def metrics(values: list[float]) -> pa.Table:
    """Return a table such as a batch of metrics is."""
    return pa.table({"series": pa.array([0] * len(values), pa.int32()), "value": pa.array(values, pa.float64())})


PIECES = st.fixed_dictionaries(
    {},
    optional={
        "series": NAMES,
        "dropped": DROPPED,
        "metrics": st.lists(st.floats(allow_nan=False), max_size=20).map(metrics),
        "images": st.lists(st.binary(max_size=30), max_size=3).map(
            lambda v: pa.table({"png": pa.array(v, pa.binary())})
        ),
    },
)


def contents(data: bytes) -> list[tuple[str, int, Any]]:
    """Return what is read from some bytes."""
    return [(frame.kind, frame.rows, frame.content()) for frame in decoded(memoryview(data))]


def written(pieces: dict[str, Any]) -> list[tuple[str, int, Any]]:
    """Return what must be read back of pieces: series first, in the order in which frames are written."""
    order = ("series", "metrics", "images", "dropped")
    return [(kind, len(pieces[kind]), pieces[kind]) for kind in order if kind in pieces]


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=4))
def test_what_was_written_is_read(batches: list[dict[str, Any]]) -> None:
    """In its order, with its types, with its number of rows."""
    data = b"".join(map(encoded, batches))
    assert contents(data) == [frame for batch in batches for frame in written(batch)]


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=4), st.data())
def test_a_torn_tail_costs_only_the_torn_frame(batches: list[dict[str, Any]], draw: st.DataObject) -> None:
    """Wherever the file was cut, every frame before that is there."""
    frames = [encoded({kind: content}) for batch in batches for kind, _, content in written(batch)]
    expected = [frame for batch in batches for frame in written(batch)]
    data = b"".join(frames)
    cut = draw.draw(st.integers(0, len(data)))
    whole = sum(sum(map(len, frames[: n + 1])) <= cut for n in range(len(frames)))
    assert contents(data[:cut]) == expected[:whole]


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=3), st.data())
def test_a_flipped_bit_never_becomes_a_value(batches: list[dict[str, Any]], draw: st.DataObject) -> None:
    """Reading ends before the damaged frame."""
    expected = [frame for batch in batches for frame in written(batch)]
    data = bytearray(b"".join(map(encoded, batches)))
    if data:
        data[draw.draw(st.integers(0, len(data) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
        found = contents(bytes(data))
        assert found == expected[: len(found)]
        assert len(found) < len(expected)


@pytest.mark.parametrize("tail", [b"\0" * 500, b"TXJ1", b"TXJ1" + b"\xff" * 100, b"text"])
def test_garbage_behind_the_frames_ends_reading(tail: bytes) -> None:
    """As a file system may leave it behind after a crash."""
    pieces = {"series": ["a"], "metrics": metrics([1.0])}
    assert contents(encoded(pieces) + tail) == written(pieces)
