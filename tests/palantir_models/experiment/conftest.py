"""Fixtures for tests of experiments."""

from __future__ import annotations

import io

import pytest
from PIL import Image


@pytest.fixture(scope="session")
def png_bytes() -> bytes:
    """A PNG of 4 by 2 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (4, 2), "red").save(buffer, "PNG")
    return buffer.getvalue()
