"""What an evaluation was given, checked: the last value of each name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from palantir_models.evaluation.errors import EvaluationLimitError, as_evaluation_errors
from palantir_models.experiment.limits import Limits, advice
from palantir_models.experiment.media.images import Png, png
from palantir_models.experiment.media.plots import plotly_json
from palantir_models.experiment.media.tables import encoded
from palantir_models.experiment.names import checked_name, checked_text
from palantir_models.experiment.values import batch, instant, metric

_STEP = 0  # an evaluation has no steps; the tables that it shares with experiments do


class Contents:
    """What one evaluation was given, whole calls at a time, from any number of threads.

    :param limits: how much it may hold.
    :param clock: the time in nanoseconds since 1970.
    """

    def __init__(self, limits: Limits, clock: Callable[[], int] = time.time_ns) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.RLock()  # a signal handler may log as well
        self._metrics: dict[str, float] = {}
        self._rows: dict[str, dict[str, dict[str, Any]]] = {"images": {}, "plots": {}, "tables": {}}

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics by name, as they are now."""
        with self._lock:
            return dict(self._metrics)

    @property
    def media(self) -> dict[str, list[dict[str, Any]]]:
        """Images, plots and tables as rows of the tables that they go to."""
        with self._lock:
            return {table: list(rows.values()) for table, rows in self._rows.items()}

    def set_metrics(self, values: object) -> None:
        """Set metrics, all of them or none."""
        with as_evaluation_errors():
            given = batch("metrics", values)
            made = {self._name("a metric", key): metric(key, value) for key, value in given.items()}
        with self._lock:
            self._metrics.update(made)

    def set_image(self, name: object, image: object, caption: object) -> None:
        """Set an image."""
        with as_evaluation_errors():
            series, text = self._name("an image", name), self._text("A caption", caption)
            made = png(image)
            found: Png = made.result() if isinstance(made, Future) else made
        self._check_size(f"Image {series!r}", len(found.data), "Scale it down, for example with .resize()")
        row = {"width": found.width, "height": found.height, "png": found.data}
        self._set("images", series, {**self._logged(series, text), **row})

    def set_plot(self, name: object, figure: object, description: object) -> None:
        """Set a plot."""
        with as_evaluation_errors():
            series, text = self._name("a plot", name), self._text("A description", description)
            made = plotly_json(figure)
        self._check_size(f"Plot {series!r}", len(made.encode()), "Draw fewer points")
        self._set("plots", series, {**self._logged(series, text), "figure": made})

    def set_table(self, name: object, table: object, description: object) -> None:
        """Set a table."""
        with as_evaluation_errors():
            title, text = self._name("a table", name), self._text("A description", description)
            made = encoded(title, table, text, self._limits.table_rows)
        self._check_size(f"Table {title!r}", len(made.parquet), "Log a part of it")
        self._set("tables", title, {"name": title, **made._asdict()})

    def _set(self, table: str, name: str, row: Mapping[str, Any]) -> None:
        with self._lock:
            self._rows[table][name] = dict(row)

    def _logged(self, series: str, caption: str | None) -> dict[str, Any]:
        return {"series": series, "step": _STEP, "timestamp": instant(self._clock()), "caption": caption}

    def _name(self, what: str, name: object) -> str:
        return checked_name(what, name, self._limits.name_length)

    def _text(self, what: str, text: object) -> str | None:
        return checked_text(what, text, self._limits.evaluation_caption_length)

    def _check_size(self, what: str, size: int, remedy: str) -> None:
        most = self._limits.evaluation_upload_bytes
        if size > most:
            raise EvaluationLimitError(
                f"{what} takes {size:,} bytes and may take {most:,}. {remedy}, or {advice('evaluation_upload_bytes')}."
            )
