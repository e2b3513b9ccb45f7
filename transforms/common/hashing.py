"""The sum that tells whether a file is still what it was."""

from __future__ import annotations

import hashlib
from io import BufferedReader
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 sum of a file's content, in hexadecimal."""
    with open(path, "rb") as file:
        return sha256_of_open(file)


def sha256_of_open(file: BufferedReader) -> str:
    """Return the SHA-256 sum, in hexadecimal, of what is left to read of an open file."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(content: bytes) -> str:
    """Return the SHA-256 sum, in hexadecimal, of bytes."""
    return hashlib.sha256(content).hexdigest()
