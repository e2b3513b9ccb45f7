"""Spark without its compiler, for queries of which each is made once: compiling one takes longer than little data does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


@contextmanager
def interpreting(session: Any) -> Iterator[None]:
    """Have a session interpret its queries within the block."""
    for key, value in _INTERPRETED.items():
        session.conf.set(key, value)
    try:
        yield
    finally:
        for key in _INTERPRETED:
            session.conf.unset(key)
