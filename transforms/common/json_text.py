"""Reading JSON that others may have written."""

from __future__ import annotations

import json
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
