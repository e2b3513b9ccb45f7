"""Experiments side by side."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from palantir_models.display import html_table, text_table
from palantir_models.reading.chart import chart, legend
from palantir_models.reading.curve import sparkline
from palantir_models.reading.facts import ExperimentFacts, source_of
from palantir_models.reading.frame import Frame
from palantir_models.reading.parameters import ParameterValue, parameters_by_experiment
from palantir_models.reading.read_only import ReadOnly
from palantir_models.reading.series import SeriesSummary, parse_series
from palantir_models.reading.sources import Source
from transforms.common.text import counted
from transforms.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

_CHARTS = 8
_LISTED = 20
_MOST_DRAWN = 5_000_000


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
        return Frame(rows.select(named, "series", "step", "value", "timestamp").sort("experiment", "series", "step"))

    @cached_property
    def _sources(self) -> list[tuple[Source, list[str]]]:
        found: dict[int, tuple[Source, list[str]]] = {}
        for one in self.experiments:
            source = source_of(one)
            found.setdefault(id(source), (source, []))[1].append(one.experiment_id)
        return list(found.values())

    @cached_property
    def _params(self) -> list[Mapping[str, ParameterValue]]:
        found: dict[str, dict[str, ParameterValue]] = {}
        for source, ids in self._sources:
            found |= parameters_by_experiment(source.part("hyperparameters", ids))
        return [found.get(one.experiment_id, {}) for one in self.experiments]

    @cached_property
    def _metrics(self) -> list[dict[str, SeriesSummary]]:
        details: dict[str, Mapping[str, Any]] = {}
        for source, ids in self._sources:
            details |= source.details(ids)
        summaries = [parse_series(details[one.experiment_id]["series"]) for one in self.experiments]
        return [{series.name: series for series in found if series.kind == "metric"} for found in summaries]

    @cached_property
    def _names(self) -> list[str]:
        """The metrics, those that most experiments have first."""
        times = Counter(name for found in self._metrics for name in found)
        return [name for name, _ in times.most_common()]

    def _values(self, of: str) -> Frame:
        columns = {name: [getattr(found.get(name), of, None) for found in self._metrics] for name in self._names}
        return self._wide(columns)

    def _wide(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        import polars as pl

        taken = {"experiment", "version"} & columns.keys()
        named = {f"{name}_" if name in taken else name: column for name, column in columns.items()}
        identity: dict[str, list[str | None]] = {
            "experiment": list(self.labels),
            "version": [one.version for one in self.experiments],
        }
        made = [pl.Series(name, values, pl.String) for name, values in identity.items()]
        return Frame(pl.DataFrame([*made, *(_column(name, values) for name, values in named.items())]).lazy())

    def _rows(self) -> tuple[list[str], list[list[object]]]:
        """Header and rows of a display: an experiment a row, with what differs and the last values."""
        params, metrics = self.differing[:_LISTED], self._names[:_LISTED]
        dropped = any(one.dropped_count for one in self.experiments)
        header = ["experiment", "version", "status", *metrics, *params, *(["dropped"] if dropped else [])]
        rows: list[list[object]] = []
        for label, one, values, found in zip(self.labels, self.experiments, self._params, self._metrics, strict=True):
            row: list[object] = [label, one.version, one.status]
            row += [getattr(found.get(name), "last", None) for name in metrics]
            row += [values.get(name) for name in params]
            rows.append(row + ([one.dropped_count] if dropped else []))
        return header, rows

    def _left_out(self) -> str:
        """Say what of the experiments a display does not show, and where it is."""
        differing = len(self.differing)
        same = len({name for params in self._params for name in params}) - differing
        left = [
            (len(self._names) - _LISTED, "metric", ".last"),
            (differing - _LISTED, "differing hyperparameter", ".params"),
        ]
        said = [f"{counted(count, noun)} more in {place}" for count, noun, place in left if count > 0]
        if same:
            said.append(f"{counted(same, 'hyperparameter')} the same in all: .params")
        return f"Not shown: {'; '.join(said)}." if said else ""

    def _drawn(self) -> list[str]:
        drawn: list[str] = []
        total = 0
        for name in self._names:
            lengths = [found[name].length for found in self._metrics if name in found]
            total += sum(lengths)
            if max(lengths) > 1 and total <= _MOST_DRAWN and len(drawn) < _CHARTS:
                drawn.append(name)
        return drawn

    def _curves(self) -> dict[str, dict[int, Any]]:
        """Steps and values by metric and the experiment's position."""
        names = self._drawn()
        found: dict[str, dict[int, Any]] = {name: {} for name in names}
        if names:
            positions = {label: index for index, label in enumerate(self.labels)}
            parts = self.metrics(names).polars().partition_by("experiment", "series", as_dict=True)
            for (label, name), part in parts.items():
                found[name][positions[label]] = (part["step"].to_numpy(), part["value"].to_numpy())
        return found

    def __repr__(self) -> str:
        header, rows = self._rows()
        lines = [f"{counted(len(self.experiments), 'experiment')}, last values", text_table(header, rows)]
        lines += [self._left_out()] * bool(self._left_out())
        for name, curves in self._curves().items():
            lines.append(name)
            lines.append(
                text_table(["", ""], [(self.labels[index], sparkline(values)) for index, (_, values) in curves.items()])
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        charts = "".join(chart(name, curves) for name, curves in self._curves().items())
        return (
            f"<div><b>{counted(len(self.experiments), 'experiment')}</b>, last values{html_table(*self._rows())}"
            f"<div><small>{html.escape(self._left_out())}</small></div><div>{legend(self.labels)}</div><div>{charts}</div></div>"
        )


def _same(values: Sequence[Any]) -> bool:
    # By type too: 1, 1.0 and True are equal, and say different things.
    return all(type(value) is type(values[0]) and value == values[0] for value in values)


def _column(name: str, values: Sequence[Any]) -> pl.Series:
    import polars as pl

    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return pl.Series(name, values, pl.Float64, strict=False)
    if len(kinds) > 1:
        return pl.Series(name, [None if value is None else str(value) for value in values], pl.String)
    return pl.Series(name, values, pl.Float64 if kinds <= {float} else None)
