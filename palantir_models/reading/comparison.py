"""Experiments side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from palantir_models.display import heading, html_table, note, text_table
from palantir_models.experiment.columns.points import Points
from palantir_models.reading.chart import chart, legend, mark
from palantir_models.reading.curve import sparkline
from palantir_models.reading.facts import ExperimentFacts
from palantir_models.reading.frame import Frame
from palantir_models.reading.parameters import ParameterValue
from palantir_models.reading.points import points_of, sources_of
from palantir_models.reading.read_only import ReadOnly
from palantir_models.reading.series import COLUMNS, series_columns
from palantir_models.reading.sources import Source
from transforms.common.text import counted
from transforms.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

_CHARTS, _DRAWN = 8, 20  # charts of a display, and the experiments in them
_LISTED, _LISTED_IN_HTML = 20, 100  # columns of a display for metrics, and as many for what differs
_ROWS = 200
_MOST_DRAWN = 5_000_000  # values that a display reads to draw them


Compared = TypeVar("Compared", bound=ExperimentFacts)


class Comparison(ReadOnly, Generic[Compared]):
    """Experiments, of one model or several, side by side. Their tables are read once, not once an experiment.

    :param experiments: at least one.
    :raises UsageError: for none, or for something else than recorded experiments.
    """

    def __init__(self, experiments: Sequence[Compared]) -> None:
        if not experiments or not all(isinstance(one, ExperimentFacts) for one in experiments):
            raise UsageError("Comparing needs one or more experiments of open_model(...).experiments.")
        self._experiments = tuple({one.experiment_id: one for one in experiments}.values())

    @property
    def experiments(self) -> tuple[Compared, ...]:
        """The experiments, each of them once."""
        return self._experiments

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The experiments' names; where two are the same, with the beginning of the id."""
        times = Counter(one.name for one in self.experiments)
        return tuple(
            one.name if times[one.name] == 1 else f"{one.name} ({one.experiment_id[:8]})" for one in self.experiments
        )

    @property
    def params(self) -> Frame:
        """The hyperparameters: one row an experiment, one column each. A column holds text where types differ."""
        names = sorted({name for params in self._params for name in params})
        return self._wide({name: [params.get(name) for params in self._params] for name in names})

    @property
    def typed_params(self) -> Mapping[str, Mapping[str, ParameterValue]]:
        """The hyperparameters of each experiment by its id, each of the type it was logged with; read in one go."""
        return {one.experiment_id: params for one, params in zip(self.experiments, self._params, strict=True)}

    @property
    def differing(self) -> list[str]:
        """The names of the hyperparameters that are not the same in all experiments."""
        names = sorted({name for params in self._params for name in params})
        return [name for name in names if not _same([params.get(name) for params in self._params])]

    @property
    def last(self) -> Frame:
        """The last value of each metric: one row an experiment, one column each."""
        return self._values("last")

    @property
    def min(self) -> Frame:
        """The least value of each metric: one row an experiment, one column each."""
        return self._values("min")

    @property
    def max(self) -> Frame:
        """The greatest value of each metric: one row an experiment, one column each."""
        return self._values("max")

    def metrics(self, series: str | Sequence[str] | None = None) -> Frame:
        """Return the metric values of all experiments.

        :param series: one series or several; all when not given. An experiment may lack some.
        :returns: the columns ``experiment``, ``series``, ``step``, ``value`` and ``timestamp``.
        """
        import polars as pl

        labels = dict(zip((one.experiment_id for one in self.experiments), self.labels, strict=True))
        rows = pl.concat([source.part("metrics", ids) for source, ids in self._sources])
        if series is not None:
            rows = rows.filter(pl.col("series").is_in([series] if isinstance(series, str) else list(series)))
        named = pl.col("experiment_id").replace_strict(labels).alias("experiment")
        return Frame(rows.select(named, "series", "step", "value", "timestamp"), ("experiment", "series"))

    def points(
        self, series: str | Sequence[str] | None = None, timestamps: bool = False
    ) -> Mapping[str, Mapping[str, Points]]:
        """Return the metric values of all experiments as arrays, the fastest way to them; read in one go.

        :param series: one series or several; all when not given. An experiment may lack some.
        :param timestamps: also read when each value was logged.
        :returns: the points by series, by the experiment's id.
        """
        names = [series] if isinstance(series, str) else series
        return points_of(self.experiments, names, timestamps)

    @property
    def summaries(self) -> Frame:
        """What is known of each series and table of each experiment, without reading them.

        The columns are ``experiment_id`` and the attributes of :class:`~palantir_models.reading.series.SeriesSummary`; one
        row a series, those of an experiment in the order they began.
        """
        import polars as pl

        ids = pl.DataFrame({"experiment_id": [one.experiment_id for one in self.experiments]}).with_row_index(
            "position"
        )
        named = self._summaries.join(ids, on="position", maintain_order="left")
        return Frame(named.select("experiment_id", *COLUMNS).lazy())

    @cached_property
    def _sources(self) -> list[tuple[Source, list[str]]]:
        return sources_of(self.experiments)

    @cached_property
    def _params(self) -> list[Mapping[str, ParameterValue]]:
        found: dict[str, Mapping[str, ParameterValue]] = {}
        for source, ids in self._sources:
            found |= source.parameters(ids)
        return [found.get(one.experiment_id, {}) for one in self.experiments]

    @cached_property
    def _summaries(self) -> pl.DataFrame:
        """What is known of the series, with the experiment's position."""
        import polars as pl

        details: dict[str, Mapping[str, Any]] = {}
        for source, ids in self._sources:
            details |= source.details(ids)
        found = series_columns(details.get(one.experiment_id, {}).get("series") for one in self.experiments)
        return found.with_columns(pl.col("position").cast(pl.UInt32))

    @cached_property
    def _metrics(self) -> pl.DataFrame:
        """The metrics: in how many experiments there are any, the most values in one, and how many in all."""
        import polars as pl

        found = self._summaries.filter(kind="metric").group_by("name", maintain_order=True)
        counted = found.agg(pl.len().alias("times"), pl.max("length").alias("longest"), pl.sum("length").alias("total"))
        return counted.sort("times", descending=True, maintain_order=True)

    @property
    def _names(self) -> list[str]:
        """The metrics, those that most experiments have first."""
        return self._metrics["name"].to_list()

    def _values(self, of: str) -> Frame:
        return self._wide(self._by_metric(of))

    def _by_metric(self, of: str) -> Mapping[str, pl.Series]:
        """Return a value of each metric's summary, one for each experiment."""
        import polars as pl

        found = self._summaries.filter(kind="metric").select("position", "name", of)
        positions = pl.DataFrame({"position": range(len(self.experiments))}, {"position": pl.UInt32})
        every = self._metrics.select("name").join(positions, how="cross", maintain_order="left_right")
        values = every.join(found, on=["name", "position"], how="left", maintain_order="left")[of]
        count = len(self.experiments)
        return {name: values.slice(index * count, count) for index, name in enumerate(self._names)}

    def _wide(self, columns: Mapping[str, Sequence[Any] | pl.Series]) -> Frame:
        import polars as pl

        taken = {"experiment", "version"} & columns.keys()
        named = {f"{name}_" if name in taken else name: column for name, column in columns.items()}
        identity: dict[str, list[str | None]] = {
            "experiment": list(self.labels),
            "version": [one.version for one in self.experiments],
        }
        made = [pl.Series(name, values, pl.String) for name, values in identity.items()]
        return Frame(pl.DataFrame([*made, *(_column(name, values) for name, values in named.items())]).lazy())

    def _rows(self, listed: int) -> tuple[list[str], list[list[object]]]:
        """Header and rows of a display: an experiment a row, with the last values and what differs."""
        params, metrics = self.differing[:listed], self._names[:listed]
        last = self._by_metric("last")
        dropped = any(one.dropped_count for one in self.experiments)
        header = ["experiment", "version", "status", *metrics, *params, *(["dropped"] if dropped else [])]
        rows: list[list[object]] = []
        for index, (label, one) in enumerate(zip(self.labels[:_ROWS], self.experiments, strict=False)):
            row = [label, one.version, one.status, *(last[name][index] for name in metrics)]
            row += [self._params[index].get(name) for name in params]
            rows.append(row + ([one.dropped_count] if dropped else []))
        return header, rows

    def _left_out(self, listed: int, curves: Mapping[str, Any]) -> str:
        """Say what of the experiments a display does not show, and where it is."""
        differing, experiments = len(self.differing), len(self.experiments)
        same = len({name for params in self._params for name in params}) - differing
        left = [
            (experiments - _ROWS, "experiment", "in .last and .params"),
            (len(self._names) - listed, "metric", "in .last"),
            (differing - listed, "differing hyperparameter", "in .params"),
            (len(self._lines) - len(curves), "chart", "by .points()"),
            (experiments - _DRAWN if curves else 0, "experiment", "in the charts"),
        ]
        said = [f"{counted(count, noun)} more {place}" for count, noun, place in left if count > 0]
        if same:
            said.append(f"{counted(same, 'hyperparameter')} the same in all: .params")
        return f"Not shown: {'; '.join(said)}." if said else ""

    @cached_property
    def _lines(self) -> pl.DataFrame:
        """The metrics that have a curve in one of the experiments that a display draws, with the number of values to read."""
        import polars as pl

        drawn = self._summaries.filter((pl.col("kind") == "metric") & (pl.col("position") < _DRAWN))
        lengths = drawn.group_by("name").agg(pl.sum("length").alias("total"), pl.max("length").alias("longest"))
        return self._metrics.select("name").join(
            lengths.filter(pl.col("longest") > 1), on="name", maintain_order="left"
        )

    def _curves(self) -> dict[str, dict[int, Points]]:
        """The points of the metrics that a display draws, by metric and the experiment's position."""
        import polars as pl

        names = self._lines.filter(pl.col("total").cum_sum() <= _MOST_DRAWN)["name"].head(_CHARTS).to_list()
        points = points_of(self.experiments[:_DRAWN], names).values() if names else ()
        return {name: {index: found[name] for index, found in enumerate(points) if name in found} for name in names}

    def __repr__(self) -> str:
        header, rows = self._rows(_LISTED)
        curves = self._curves()
        lines = [f"{counted(len(self.experiments), 'experiment')}, last values", text_table(header, rows)]
        lines += [left] if (left := self._left_out(_LISTED, curves)) else []
        for name, found in curves.items():
            lines.append(name)
            drawn = [(self.labels[index], sparkline(points.values)) for index, points in found.items()]
            lines.append(text_table(["", ""], drawn))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        header, rows = self._rows(_LISTED_IN_HTML)
        curves = self._curves()
        drawn = len(self.experiments[:_DRAWN])
        marks = [mark(index) if curves and index < drawn else "" for index in range(len(rows))]
        charts = "".join(chart(name, found) for name, found in curves.items())
        return (
            f"<div>{heading(counted(len(self.experiments), 'experiment') + ', last values')}"
            f"{html_table(header, rows, marks)}{note(self._left_out(_LISTED_IN_HTML, curves))}"
            f"<div style='margin-top:8px'>{legend(self.labels[:drawn]) if charts else ''}</div><div>{charts}</div></div>"
        )


def _same(values: Sequence[Any]) -> bool:
    # By type too: 1, 1.0 and True are equal, and say different things.
    return all(type(value) is type(values[0]) and value == values[0] for value in values)


def _column(name: str, values: Sequence[Any] | pl.Series) -> pl.Series:
    import polars as pl

    if isinstance(values, pl.Series):
        return values.alias(name)
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return pl.Series(name, values, pl.Float64, strict=False)
    if len(kinds) > 1:
        return pl.Series(name, [None if value is None else str(value) for value in values], pl.String)
    return pl.Series(name, values, pl.Float64 if kinds <= {float} else None)
