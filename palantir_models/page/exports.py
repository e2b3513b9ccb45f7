"""A chart's values to take away: as CSV or Parquet, or as the code that reads them from the store."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from palantir_models.page import chosen
from palantir_models.page.answers import saved
from palantir_models.page.asked import Asked
from palantir_models.page.axes import STEP, axis_of
from transforms.spec.resource import Resource
from transforms.store import layout

if TYPE_CHECKING:
    import polars as pl

_FORMULA = r"^[=+\-@\t\r]"


def csv(asked: Asked) -> Response:
    """Return every value of one series or several of some experiments as CSV; a name that a spreadsheet would run stays a name."""
    content = _harmless(_values(asked)).write_csv().encode()
    return Response(content, headers=_saved(asked, "csv"), media_type="text/csv; charset=utf-8")


def parquet(asked: Asked) -> Response:
    """Return every value of one series or several of some experiments as Parquet."""
    buffer = io.BytesIO()
    _values(asked).write_parquet(buffer)
    return Response(buffer.getvalue(), headers=_saved(asked, "parquet"), media_type="application/vnd.apache.parquet")


def query(asked: Asked) -> dict[str, str]:
    """Return code for DuckDB and for Polars that reads the values of a chart from the store, those in view."""
    ids, series = asked.ids(), asked.text_of("series")
    low, high = (asked.number("from"), asked.number("to")) if axis_of(asked) == STEP else (None, None)
    steps = (None if low is None else math.ceil(low), None if high is None else math.floor(high))
    known, opened = chosen.known(asked), asked.opened
    if all(identity in known.published for identity in ids):
        folder = layout.resource_path(Resource("model", known.model.alias), asked.branch)
        wanted = Wanted(series, *steps, ids)
        address = repr(opened.store.storage.uri(f"{folder}/metrics"))
        duckdb = f"from deltalake import DeltaTable\n\nmetrics = DeltaTable({address}).to_pyarrow_dataset()"
        polars = f"\npoints = pl.scan_delta({address})"
    else:  # what is in no version is not in the tables either
        wanted = Wanted(series, *steps)
        named = ", ".join(map(repr, (known.model.alias, asked.branch, str(opened.store.root))))
        rows = f"open_model({named}).compare({ids!r}).metrics({series!r})"
        duckdb = f"from palantir_models import open_model\n\nmetrics = {rows}.arrow()"
        polars = f"from palantir_models import open_model\n\npoints = {rows}.polars(lazy=True)"
    return {
        "duckdb": f"import duckdb\n{duckdb}\npoints = duckdb.sql({wanted.sql!r})\n",
        "polars": f"import polars as pl\n{polars}{wanted.polars}.collect()\n",
    }


@dataclass(frozen=True)
class Wanted:
    """Which rows of a table of metric values are wanted.

    Attributes:
        series: the series.
        first: the first step, if any is too early.
        last: the last step, if any is too late.
        ids: the experiments; where the table has no others, none.
    """

    series: str
    first: int | None = None
    last: int | None = None
    ids: Sequence[str] = ()

    @property
    def _who(self) -> str:
        return "experiment_id" if self.ids else "experiment"

    @property
    def sql(self) -> str:
        """The rows as a query of a table ``metrics``."""
        ids = ", ".join(f"'{identity}'" for identity in self.ids)
        conditions = [
            "series = '{}'".format(self.series.replace("'", "''")),
            *([f"experiment_id IN ({ids})"] if ids else []),
            *([f"step >= {self.first}"] if self.first is not None else []),
            *([f"step <= {self.last}"] if self.last is not None else []),
        ]
        columns = f"{self._who}, step, value, timestamp"
        return f"SELECT {columns} FROM metrics WHERE {' AND '.join(conditions)} ORDER BY {self._who}, step"

    @property
    def polars(self) -> str:
        """The rows as methods of a lazy frame."""
        conditions = [
            f'pl.col("series") == {self.series!r}',
            *([f'pl.col("experiment_id").is_in({list(self.ids)!r})'] if self.ids else []),
            *([f'pl.col("step") >= {self.first}'] if self.first is not None else []),
            *([f'pl.col("step") <= {self.last}'] if self.last is not None else []),
        ]
        columns = f'"{self._who}", "step", "value", "timestamp"'
        return f'.filter({", ".join(conditions)}).select({columns}).sort("{self._who}", "step")'


def _values(asked: Asked) -> pl.DataFrame:
    from palantir_models.reading.comparison import Comparison

    return Comparison(chosen.experiments(asked, asked.ids())).metrics(asked.texts("series")).polars()


def _harmless(values: pl.DataFrame) -> pl.DataFrame:
    """Return values whose texts no spreadsheet takes for a formula: those that begin like one get an apostrophe before."""
    import polars as pl

    return values.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$0"))


def _saved(asked: Asked, ending: str) -> dict[str, str]:
    series = asked.texts("series")
    return saved(f"{series[0] if len(series) == 1 else 'charts'}.{ending}")
