"""Everything one experiment logged, put together from the pieces in which it was drained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns import summary
from palantir_models.experiment.columns.points import Points
from palantir_models.experiment.columns.schema import part_schema, schema

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


class Recorded:
    """What an experiment holds, as columns.

    :param pieces: what was drained, in the order it came; see :func:`palantir_models.experiment.columns.pieces.pieces`.
        ``dropped`` may be among them: a list of kind, name and count, of which the last one is true.
    """

    def __init__(self, pieces: Iterable[Mapping[str, Any]]) -> None:
        found: dict[str, list[Any]] = defaultdict(list)
        for piece in pieces:
            for kind, content in piece.items():
                found[kind].append(content)
        self.names: list[str] = [name for names in found["series"] for name in names]
        self.dropped = {(kind, name): count for kind, name, count in (found["dropped"] or [[]])[-1]}
        self._metrics = found["metrics"]
        self._found = found

    @property
    def value_count(self) -> int:
        """How many metric values there are."""
        return sum(table.num_rows for table in self._metrics)

    @property
    def dropped_count(self) -> int:
        """How many values of any kind were lost."""
        return sum(self.dropped.values())

    @property
    def parameter_count(self) -> int:
        """How many hyperparameters there are."""
        return int(self.part("hyperparameters").num_rows)

    def part(self, kind: str) -> pa.Table:
        """Return this experiment's part of a table: its columns without ``experiment_id``.

        :param kind: ``metrics``, ``images`` or ``plots`` (ordered by series and step), ``hyperparameters`` or
            ``tables`` (of each name the last, in the order the names came).
        :returns: the rows; none where nothing was logged.
        """
        if kind == "metrics":
            return self._metrics_part().cast(part_schema(kind))
        import pyarrow as pa

        rows = pa.concat_tables(self._found[kind] or [part_schema(kind).empty_table()])
        if kind in ("hyperparameters", "tables"):
            picked = list({name: index for index, name in enumerate(rows["name"].to_pylist())}.values())
        else:
            keys = list(zip(rows["series"].to_pylist(), rows["step"].to_pylist(), strict=True))
            picked = sorted(range(len(keys)), key=keys.__getitem__)
        if picked == list(range(rows.num_rows)):
            return rows
        # Row by row, as a column of images may be larger than one Arrow array can be.
        return pa.concat_tables([rows.slice(index, 1) for index in picked])

    def points(self) -> dict[str, Points]:
        """Return the values of each metric series, with their times."""
        import numpy as np

        if not self._metrics:
            return {}
        codes, rows = self._ordered
        starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
        columns = [rows[name].to_numpy() for name in ("step", "value", "timestamp")]
        return {
            self.names[codes[begin]]: Points(*(column[begin:end] for column in columns))
            for begin, end in zip(starts, [*starts[1:], len(codes)], strict=True)
        }

    def arrow(self, experiment_id: str, plain: bool = True) -> dict[str, pa.Table]:
        """Return the rows of each table that is not empty, as the store has them.

        :param experiment_id: the value of their first column.
        :param plain: spell out what repeats; otherwise names of metrics and the id come as dictionaries.
        """
        import pyarrow as pa

        made: dict[str, pa.Table] = {}
        for kind in ("hyperparameters", "metrics", "images", "plots", "tables"):
            if self._found[kind]:
                part = self._metrics_part() if kind == "metrics" else self.part(kind)
                zeros = pa.repeat(pa.scalar(0, pa.int8()), part.num_rows)
                identity = pa.DictionaryArray.from_arrays(zeros, pa.array([experiment_id]))
                rows = part.add_column(0, "experiment_id", identity)
                made[kind] = rows.cast(schema(kind)) if plain else rows
        return made

    def series_json(self) -> str:
        """Return the ``series`` column of the experiments table."""
        tables = dict(self._columns("tables", "name", "row_count"))
        return summary.series_json(
            summary.metric_series(self.names, *self._ordered) if self._metrics else (),
            (*self._media("image", "images"), *self._media("plot", "plots")),
            tables,
            self.dropped,
        )

    def _metrics_part(self) -> pa.Table:
        import pyarrow as pa

        if not self._metrics:
            return part_schema("metrics").empty_table()
        codes, rows = self._ordered
        series = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(self.names, pa.string()))
        return rows.set_column(0, "series", series)

    @cached_property
    def _ordered(self) -> tuple[npt.NDArray[np.int32], pa.Table]:
        """The metrics' series numbers and rows, ordered by the series' names and by step."""
        import numpy as np
        import pyarrow as pa

        rows = pa.concat_tables(self._metrics)
        codes = rows["series"].to_numpy()
        rank = np.empty(len(self.names), dtype="<i4")
        rank[sorted(range(len(self.names)), key=self.names.__getitem__)] = np.arange(len(self.names))
        # Values of one series mostly lie together, and their steps rise: sorting these runs by series will do.
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        runs = np.argsort(rank[codes[starts]], kind="stable")
        lengths = np.diff(starts, append=len(codes))[runs]
        order = np.repeat(starts[runs] - np.cumsum(lengths) + lengths, lengths) + np.arange(len(codes))
        steps = rows["step"].to_numpy()[order]
        found = codes[order]
        if np.any((np.diff(steps) <= 0) & (np.diff(found) == 0)):  # a series left its group, or came back to it
            order = np.lexsort((rows["step"].to_numpy(), rank[codes]))
            found = codes[order]
        return found, rows.combine_chunks().take(pa.array(order))

    def _media(self, kind: str, table: str) -> Iterable[dict[str, Any]]:
        entries: dict[str, dict[str, Any]] = {}
        for name, step in self._columns(table, "series", "step"):
            entry = entries.setdefault(name, {"kind": kind, "name": name, "length": 0, "first_step": step})
            entry["length"] += 1
            entry["last_step"] = step
        return entries.values()

    def _columns(self, kind: str, *names: str) -> Iterable[tuple[Any, ...]]:
        for table in self._found[kind]:
            yield from zip(*(table[name].to_pylist() for name in names), strict=True)
