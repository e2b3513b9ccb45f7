"""What a job left is read when the job has ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.errors import UnavailableError
from transforms.run.scope import left_unwritten, process_folder
from transforms.store.store import Store
from transforms.store.tables import TableView

if TYPE_CHECKING:
    from transforms.config import Config
    from transforms.engine.spark.engine import SparkEngine


class EndedJob:
    """Stands for a job that has ended, where somebody reads what it left.

    :param transform: the transform that ran.
    :param store: the store it ran in.
    :param config: the project's configuration.
    """

    def __init__(self, transform: Any, store: Store, config: Config) -> None:
        self._transform = transform
        self._store = store
        self._config = config

    def spark(self, call: str, instead: str) -> SparkEngine:
        """Return Spark; nothing is lent to its session.

        :raises MissingExtraError: if something that it needs is missing.
        """
        from transforms.engine.spark.engine import shared_engine

        engine = shared_engine(self._config.spark, self._transform.profiles)
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
        raise UnavailableError(
            f"{self._transform.__name__} has ended: Spark cannot read its raw files by a folder; use .files()."
        )

    def left_unwritten(self, view: TableView) -> str | None:
        """Return the transform that returned without writing this version of a dataset; None where it was written."""
        return left_unwritten(self._store, view)
