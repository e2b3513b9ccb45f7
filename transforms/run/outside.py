"""Reading datasets where no job runs: what one left, and what a program of one's own asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from transforms.errors import UnavailableError
from transforms.run.scope import left_unwritten, process_folder
from transforms.store.store import Store
from transforms.store.tables import TableView

if TYPE_CHECKING:
    from transforms.config import Config
    from transforms.engine.spark.engine import SparkEngine
    from transforms.spec.transform import Transform


class OutsideJob:
    """Stands for a job, where somebody reads and none runs.

    :param store: the store.
    :param config: the project's configuration.
    :param transform: the transform whose job has ended; None where there was none.
    """

    def __init__(self, store: Store, config: Config, transform: Transform | None = None) -> None:
        self._store = store
        self._config = config
        self._transform = transform

    def spark(self, call: str, instead: str) -> SparkEngine:
        """Return Spark; nothing is lent to its session.

        :raises MissingExtraError: if something that it needs is missing.
        """
        from transforms.engine.spark.engine import shared_engine

        engine = shared_engine(self._config.spark, () if self._transform is None else self._transform.profiles)
        engine.show_sources(self._config.project)
        engine.reach(self._store.storage)
        return engine

    def temporary_folder(self) -> Path:
        """Return a new folder that lives as long as the process."""
        return process_folder()

    def remote_folder(self) -> str:
        """Refuse: only a running job has folders in the store.

        :raises UnavailableError: always.
        """
        what = "No job runs" if self._transform is None else f"{self._transform.__name__} has ended"
        raise UnavailableError(f"{what}: Spark cannot read raw files by a folder; use .files().")

    def left_unwritten(self, view: TableView) -> str | None:
        """Return the transform that returned without writing this version of a dataset; None where it was written."""
        return left_unwritten(self._store, view)
