"""The binary form: what a browser's typed arrays read without decoding."""

from __future__ import annotations

import json
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.page.wire import packed


@given(name=st.text(max_size=40), columns=st.lists(st.lists(st.floats(), min_size=3, max_size=3), max_size=4))
def test_columns_follow_the_head_at_a_multiple_of_eight_bytes(name: str, columns: list[list[float]]) -> None:
    """Whatever the head says, and bit by bit."""
    given_columns = [np.array(column) for column in columns]
    content = packed({"series": name}, given_columns)
    (length,) = struct.unpack_from("<I", content)
    assert (4 + length) % 8 == 0
    assert json.loads(content[4 : 4 + length]) == {"series": name}
    assert content[4 + length :] == b"".join(struct.pack("<3d", *column) for column in columns)


def test_a_column_of_another_layout_is_written_as_the_others() -> None:
    """A view with steps, or of whole numbers."""
    content = packed({}, [np.arange(6)[::2]])
    assert content[-24:] == struct.pack("<3d", 0, 2, 4)
