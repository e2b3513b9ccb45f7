"""Incremental transforms of which a plain Python model tells what they make: row-wise ones, and one that has state.

::

    /raw ── sums ──┬── /doubled ── again ── /again       a row for each row
      │            ├── /history                          appended: after each run, its number and the sum of all rows
      │            └── /latest                           replaced: the newest of them
      └──── limited ── /limited                          a row for each row, two transactions of /raw at a time
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tests.transforms.run.local_and_spark.engines import ENGINES
from transforms.api import Input, Output, incremental, transform
from transforms.config import Config
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.spec.transform import Transform
from transforms.store.store import Store

STATE = {"run": "long", "sum": "long"}
ROW_WISE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "/doubled": lambda row: {**row, "y": 2 * row["x"]},
    "/again": lambda row: {
        **row,
        "z": row["y"] + 1 if "y" in row else None,
    },  # others may write rows into what it reads
    "/limited": lambda row: {**row, "y": 2 * row["x"]},
}
"""The datasets that have a row for each row of another, and what becomes of one."""


@dataclass
class Ending:
    """How the next runs end: with a commit, unless ``how`` is ``failure``, ``abort`` or ``abort of one output``."""

    how: str = "commit"

    def come(self, ctx: Any, *outputs: Any) -> None:
        """End the run."""
        if self.how == "failure":
            raise RuntimeError("on purpose")
        if self.how == "abort":
            ctx.abort_job()
        if self.how == "abort of one output" and len(outputs) > 1:
            outputs[0].abort()


ENDING = Ending()
"""Of all transforms of this module."""


def _local(dataset: Any, column: str, value: str) -> tuple[pl.DataFrame, bool]:
    frame = dataset.polars()
    return frame.with_columns(pl.sql_expr(value).alias(column)), frame.is_empty()


def _spark(dataset: Any, column: str, value: str) -> tuple[Any, bool]:
    frame = dataset.dataframe()
    return frame.selectExpr("*", f"{value} AS {column}"), frame.isEmpty()


def _read_state(output: Any, engine: str) -> list[dict[str, Any]]:
    schema = ENGINES[engine].schema(STATE)
    if engine == "spark":
        return [row.asDict() for row in output.dataframe("previous", schema).collect()]
    return [{name: int(row[name]) for name in STATE} for row in output.pandas("previous", schema).to_dict("records")]


def _declared(engine: str) -> dict[str, Transform]:
    rows, with_column = ENGINES[engine], _local if engine == "local" else _spark
    write = "write_table" if engine == "local" else "write_dataframe"

    @incremental()
    @transform(raw=Input("/raw"), doubled=Output("/doubled"), history=Output("/history"), latest=Output("/latest"))
    def sums(ctx: Any, raw: Any, doubled: Any, history: Any, latest: Any) -> None:
        getattr(doubled, write)(with_column(raw, "y", "2 * x")[0])
        before = _read_state(history, engine)
        newest = _read_state(latest, engine)
        assert newest == [row for row in before if row["run"] == len(before)]
        total = sum(row["sum"] for row in newest) + sum(row["x"] for row in rows.read(raw))
        rows.write(history, [{"run": len(before) + 1, "sum": total}])
        latest.set_mode("replace")
        rows.write(latest, [{"run": len(before) + 1, "sum": total}])
        ENDING.come(ctx, doubled, history, latest)

    @incremental()
    @rows.declare(doubled=Input("/doubled"), out=Output("/again"))
    def again(ctx: Any, doubled: Any, out: Any) -> None:
        frame, is_empty = with_column(doubled, "z", "y + 1")
        if not is_empty:  # else the output is left unwritten
            getattr(out, write)(frame)
        ENDING.come(ctx, out)

    @incremental(v2_semantics=True)
    @rows.declare(raw=Input("/raw", transaction_limit=2), out=Output("/limited"))
    def limited(ctx: Any, raw: Any, out: Any) -> None:
        getattr(out, write)(with_column(raw, "y", "2 * x")[0])
        ENDING.come(ctx, out)

    return {made.__name__: made for made in (sums, again, limited)}


TRANSFORMS = {engine: _declared(engine) for engine in ENGINES}


def config_of(store: Store) -> Config:
    """Return the settings of builds in a store; a branch falls back to master."""
    return Config(project=Path.cwd(), root=str(store.root))


def build(store: Store, name: str, branch: str = "master", engine: str = "local") -> JobResult:
    """Run one of the transforms."""
    return run_job(TRANSFORMS[engine][name], store, config_of(store), JobOptions(branch=branch, engine=engine))
