"""What a dataset holds, in whatever form a compute function asks for."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from transforms.run.listed_files import ListedFiles

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


class Content(ListedFiles):
    """Rows that can be read as frames, and as the files that hold them; or raw files."""

    @abstractmethod
    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the rows as a Polars frame, or as a lazy one."""

    @abstractmethod
    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""

    @abstractmethod
    def pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas frame."""

    @abstractmethod
    def spark(self, call: str = "dataframe()") -> Any:
        """Return the rows as a Spark DataFrame.

        :param call: what asks for it, for messages.
        """
