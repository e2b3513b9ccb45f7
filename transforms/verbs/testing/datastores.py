"""Frames that stand for datasets in a test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from transforms.run.put_frame import put_frame
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.store.store import Store
from transforms.testing.frames import as_content
from transforms.testing.places import temporary_store


class InMemoryDatastore:
    """Datasets by their aliases, gone with the test.

    Attributes:
        store: where they are.
    """

    def __init__(self) -> None:
        self.store: Store = temporary_store()

    def store_dataframe(self, alias: str, df: Any) -> None:
        """Put a frame in the place of a dataset.

        :param alias: the dataset's path or RID, such as ``transform.inputs["raw"].alias``.
        :param df: the frame: Spark's, or anything else that :func:`transforms.testing.run_transform` takes as input.
        :raises DataError: if it cannot be stored.
        """
        put_frame(self.store, DEFAULT_BRANCH, alias, as_content(df))

    @property
    def aliases(self) -> Iterable[str]:
        """The aliases of the datasets there are."""
        return sorted(write.alias for write in self.store.writes().values() if write.kind == "dataset")

    def __repr__(self) -> str:
        return f"<InMemoryDatastore: {', '.join(self.aliases) or 'nothing'}>"
