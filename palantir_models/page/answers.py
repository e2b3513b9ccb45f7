"""Answers of the page's server: values as JSON, and what went wrong in words."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

from transforms.common.json_text import json_number
from transforms.errors import NotFoundError, StoreError, TransformsError, UsageError

if TYPE_CHECKING:
    import polars as pl

_log = logging.getLogger(__name__)
_EXACT = 2**53  # the whole numbers below it are exact in JavaScript

UNREADABLE = "The store cannot be read"
RESTORE = "Restore the file from a backup of the store, or build what it belongs to again."

_encoder = msgspec.json.Encoder(enc_hook=str)


class Refusal(Exception):
    """A request that cannot be answered, for what it asks.

    :param status: the status of HTTP.
    :param title: what is wrong, in a few words.
    :param detail: what exactly.
    :param hint: what to do.
    """

    def __init__(self, status: int, title: str, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.hint = hint


def as_json(value: Any) -> bytes:
    """Return a value as JSON: times in ISO 8601, numbers that are not finite as null."""
    return _encoder.encode(value)


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that has a value as JSON; see :func:`as_json`."""
    return Response(as_json(value), status, headers, "application/json")


def refusal(status: int, title: str, detail: str, hint: str = "") -> Response:
    """Return the answer to a request that is not answered."""
    return json_answer({"error": {"title": title, "detail": detail, "hint": hint}}, status)


def failure(error: Exception) -> Response:
    """Return what a person is told of an error, never with a stack; that goes to the log where nobody expected it."""
    if isinstance(error, Refusal):
        return refusal(error.status, error.title, error.detail, error.hint)
    if isinstance(error, (TransformsError, OSError)):
        status = 404 if isinstance(error, NotFoundError) else 400 if isinstance(error, UsageError) else 503
        return json_answer({"error": told(error)}, status)
    if _is_unreadable(error):
        return refusal(503, UNREADABLE, f"A file of a table cannot be read: {error}.", RESTORE)
    _log.error("The page could not answer.", exc_info=error)
    return unexpected(error)


def told(error: TransformsError | OSError) -> dict[str, str]:
    """Return what a person reads of an error that can happen: title, detail and hint."""
    title = "Not found" if isinstance(error, NotFoundError) else "This cannot be asked"
    if not isinstance(error, UsageError):
        title = UNREADABLE
    hint = "'transforms doctor' looks whether all is whole." if isinstance(error, StoreError) else ""
    return {"title": title, "detail": str(error) or type(error).__name__, "hint": hint}


def _is_unreadable(error: Exception) -> bool:
    """Whether Polars met bytes that are not what was written. It says so by the format's name."""
    polars = sys.modules.get("polars")
    return (
        polars is not None and isinstance(error, polars.exceptions.ComputeError) and str(error).startswith("parquet: ")
    )


def unexpected(error: Exception) -> Response:
    """Return the answer to a request that met an error of ours."""
    return refusal(
        500,
        "Something went wrong",
        f"The page met an error that it did not expect: {type(error).__name__}.",
        "The terminal in which 'transforms ui' runs says more.",
    )


def shown_number(value: float | None) -> float | str | None:
    """Return a number for people to read: what JSON has no number for becomes ``NaN``, ``Infinity`` or ``-Infinity``."""
    return None if value is None else json_number(value)


def shown_numbers(values: pl.Series) -> list[Any]:
    """Return a column of numbers, each as JSON has it without loss; looked at one by one only where some need it."""
    found: list[Any] = values.to_list()
    if values.dtype.is_float():
        for place in (~values.is_finite()).arg_true():
            found[place] = shown_number(found[place])
        return found
    return [exact(value) for value in found] if (values.abs() > _EXACT).any() else found


def exact(value: Any) -> Any:
    """Return a value of which JavaScript loses nothing: whole numbers beyond 2**53 become text, also inside of others."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else str(value)
    if isinstance(value, float):
        return shown_number(value)
    if isinstance(value, Mapping):
        return {str(key): exact(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [exact(part) for part in value]
    return value


def saved(name: str) -> dict[str, str]:
    """Return the header that has a browser save an answer, under a name without anything that a header or a disk minds."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip(".-")
    return {"Content-Disposition": f'attachment; filename="{plain}"'}
