"""Errors that MLflow swallows: kept until the block's end, where the experiment's error handler hears of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from palantir_models.experiment.errors import ExperimentBridgeError

AUTOLOGGING_LOGGER = "mlflow.utils.autologging_utils"
_SWALLOWED = "Encountered unexpected error"


class Faults:
    """The first error of a run that nobody saw, and how many there were. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.first: Exception | None = None
        self.count = 0

    def add(self, error: Exception) -> None:
        """Keep an error."""
        with self._lock:
            self.count += 1
            self.first = self.first or error


class AutologgingErrors(logging.Handler):
    """Hears of the errors that MLflow's autologging catches: it writes a warning of each to its logger.

    :param faults: returns where the errors of the current thread belong.
    """

    def __init__(self, faults: Callable[[], Faults | None]) -> None:
        super().__init__(logging.WARNING)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what a record tells, if it is of a caught error."""
        text = record.getMessage()
        faults = self._faults() if text.startswith(_SWALLOWED) else None
        if faults is not None:
            error = ExperimentBridgeError(
                f"MLflow's autologging failed, so some of what it logs may be missing. {text.strip().rstrip('.')}."
            )
            error.__cause__ = next((a for a in record.args or () if isinstance(a, Exception)), None)
            faults.add(error)
