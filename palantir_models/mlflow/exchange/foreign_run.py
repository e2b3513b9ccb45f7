"""Reading a run that MLflow's own calls logged, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from palantir_models.experiment.columns.pieces import pieces
from palantir_models.experiment.memory.contents import Batch
from palantir_models.experiment.statuses import FAILED, SUCCEEDED
from palantir_models.experiment.values import instant
from palantir_models.mlflow.exchange import tags
from palantir_models.mlflow.exchange.logged_files import read_logged_files
from palantir_models.mlflow.exchange.run_reader import RunReader, environment_json, metric_rows

_STATUS = {"FINISHED": SUCCEEDED, "FAILED": FAILED, "KILLED": FAILED}
ENDED = tuple(_STATUS)
"""MLflow's statuses of a run that logs no more."""


class ForeignRun(RunReader):
    """Reads a run that is known by what MLflow tells of it alone."""

    def _contents(self) -> Iterator[Mapping[str, Any]]:
        yield pieces(Batch(self._parameters(), [], [], [], [], {}))
        names = sorted(self._run.data.metrics)
        if names:
            yield {"series": names}
        for number, name in enumerate(names):
            yield metric_rows(number, self._rising(name, self._history(name)))
        yield from self._media(read_logged_files(self._files, self._run), {})

    def _row(self) -> dict[str, Any]:
        info, given = self._run.info, self._run.data.tags
        kept = {
            name: text for name, text in given.items() if not name.startswith(tags.OWN) and name not in tags.OF_THE_RUN
        }
        commit = given.get(tags.COMMIT)
        return {
            "status": _STATUS[info.status],
            "created_time": instant((info.start_time or info.end_time or 0) * 1_000_000),
            "finished_time": None if info.end_time is None else instant(info.end_time * 1_000_000),
            "transform": PurePosixPath(given.get(tags.SOURCE_NAME) or "mlflow").name,
            "code_version": None,
            "dropped_count": 0,
            "error": None if info.status == "FINISHED" else f"The MLflow run ended as {info.status}.",
            "environment": environment_json(
                self._origin(kept, self._renumbered, None), {"git": {"commit": commit}} if commit else {}
            ),
        }
