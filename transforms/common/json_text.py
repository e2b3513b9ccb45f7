"""Reading JSON that others may have written, and numbers that it does not have."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from typing import Any


def from_json(text: str | bytes | bytearray) -> Any:
    """Return what a JSON text says.

    :param text: the text, or its UTF-8.
    :raises ValueError: if it is no JSON, or nested more deeply than Python can follow.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def from_many_json(text: str | bytes) -> Any:
    """Return the same as :func:`from_json`, sooner where msgspec is there: for who reads thousands of texts.

    :param text: the text, or its UTF-8.
    :raises ValueError: see :func:`from_json`.
    """
    return _quickest()(text)


def json_number(value: float) -> float | str:
    """Return a number as JSON can hold it: what is not finite becomes ``NaN``, ``Infinity`` or ``-Infinity``."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


@cache
def _quickest() -> Callable[[str | bytes], Any]:
    try:
        import msgspec
    except ImportError:
        return from_json
    decoder = msgspec.json.Decoder()

    def decoded(text: str | bytes) -> Any:
        try:
            return decoder.decode(text)
        except (msgspec.DecodeError, RecursionError):  # Python's takes more, such as NaN, and says what is wrong
            return from_json(text)

    return decoded
