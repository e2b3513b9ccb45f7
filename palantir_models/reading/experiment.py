"""An experiment as it is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from functools import cached_property
from typing import TYPE_CHECKING, Any

from palantir_models.display import (
    badge,
    beside,
    escaped,
    failure,
    html_facts,
    html_table,
    note,
    text_facts,
    text_table,
)
from palantir_models.experiment.columns.points import Points
from palantir_models.reading.chart import chart
from palantir_models.reading.curve import sparkline
from palantir_models.reading.facts import ExperimentFacts
from palantir_models.reading.following import Follower, News
from palantir_models.reading.frame import Frame
from palantir_models.reading.inputs import InputRead, inputs_read
from palantir_models.reading.logged import LoggedImage, LoggedPlot
from palantir_models.reading.media import Media, Tables
from palantir_models.reading.parameters import ParameterValue
from palantir_models.reading.points import points_of
from palantir_models.reading.series import SeriesSummary, parse_series
from transforms.common.json_text import from_json
from transforms.common.text import counted
from transforms.errors import NotFoundError, nearest

if TYPE_CHECKING:
    import polars as pl

    from palantir_models.reading.comparison import Comparison

_CHARTS = 6
_LISTED = 20
_NAMED = 4
_MOST_DRAWN = 2_000_000  # values that a display reads to draw them


class RecordedExperiment(ExperimentFacts):
    """An experiment that was published with a version, that was imported, or that is kept apart from both.

    Beside what is read here it has what its row says: see :class:`~palantir_models.reading.facts.ExperimentFacts`.
    """

    @cached_property
    def params(self) -> Mapping[str, ParameterValue]:
        """The hyperparameters, each of the type it was logged with; datetimes are in UTC."""
        return self._source.parameters([self.experiment_id]).get(self.experiment_id, {})

    @cached_property
    def series(self) -> tuple[SeriesSummary, ...]:
        """What is known of each series and table, in the order they began; no series is read for it."""
        return parse_series(self._details.get("series"))

    @cached_property
    def environment(self) -> Mapping[str, Any]:
        """Where it ran: Python, platform, hardware, command, git commit and packages."""
        found: Mapping[str, Any] = from_json(self._details.get("environment") or "{}")
        return found

    @cached_property
    def inputs(self) -> tuple[InputRead, ...]:
        """What its job read, and how much of it; nothing where no job committed it: it runs, failed or was imported."""
        store = self._source.store
        entry = store.entries_of([self.transaction]).get(self.transaction or "")
        return () if entry is None else inputs_read(entry, store.ledger)

    def summary(self, name: str) -> SeriesSummary:
        """Return what is known of a metric series: its length, steps, and first, last, least and greatest value.

        :param name: the series.
        :raises NotFoundError: if there is no such series.
        """
        found = {series.name: series for series in self.series if series.kind == "metric"}
        self._require("metric series", found, [name])
        return found[name]

    def metrics(self, series: str | Sequence[str] | None = None) -> Frame:
        """Return metric values, ordered by series and step.

        :param series: one series or several; all when not given.
        :returns: the columns ``series``, ``step``, ``value`` and ``timestamp``.
        :raises NotFoundError: if there is no such series.
        """
        return Frame(self._part("metrics", "metric", series), ("series",))

    def points(self, series: str | Sequence[str] | None = None, timestamps: bool = False) -> Mapping[str, Points]:
        """Return metric values as arrays, the fastest way to them.

        :param series: one series or several; all when not given.
        :param timestamps: also read when each value was logged.
        :returns: the points by series, in the order that the series began.
        :raises NotFoundError: if there is no such series.
        """
        known = [one.name for one in self.series if one.kind == "metric"]
        names = known if series is None else [series] if isinstance(series, str) else list(series)
        self._require("metric series", known, names)
        found = points_of([self], None if series is None else names, timestamps)[self.experiment_id]
        return {name: found[name] for name in names if name in found}

    def images(self, series: str | Sequence[str] | None = None) -> Media[LoggedImage]:
        """Return images, ordered by series and step; each is read when it is asked for.

        :param series: one series or several; all when not given.
        :raises NotFoundError: if there is no such series.
        """
        return Media(self._part("images", "image", series), LoggedImage, "image")

    def plots(self, series: str | Sequence[str] | None = None) -> Media[LoggedPlot]:
        """Return plots, ordered by series and step; each is read when it is asked for.

        :param series: one series or several; all when not given.
        :raises NotFoundError: if there is no such series.
        """
        return Media(self._part("plots", "plot", series), LoggedPlot, "plot")

    @property
    def tables(self) -> Tables:
        """The tables by name; each is read when it is asked for."""
        return Tables(self._part("tables", "table", None), f"Experiment {self.name!r}")

    def follow(self, since: str | None = None) -> News:
        """Return what is new of it, for whoever follows it while it is logged; what was seen before is not decoded again.

        It goes on to tell when the experiment ends, is published, or is deleted meanwhile.

        :param since: ``cursor`` of the look before; without it everything is new.
        """
        return self._follower.follow(since)

    def compare(self, others: Sequence[RecordedExperiment]) -> Comparison[RecordedExperiment]:
        """Compare it with others, also with some of other models."""
        from palantir_models.reading.comparison import Comparison

        return Comparison([self, *others])

    @cached_property
    def _details(self) -> Mapping[str, Any]:
        return self._source.details([self.experiment_id]).get(self.experiment_id, {})

    @cached_property
    def _follower(self) -> Follower:
        return Follower(self._source.store, self._source.model, self.experiment_id)

    def _part(self, table: str, kind: str, series: str | Sequence[str] | None) -> pl.LazyFrame:
        import polars as pl

        rows = self._source.part(table, [self.experiment_id]).drop("experiment_id")
        if series is None:
            return rows
        names = [series] if isinstance(series, str) else list(series)
        self._require(f"{kind} series", [s.name for s in self.series if s.kind == kind], names)
        return rows.filter(pl.col("series").is_in(names))

    def _require(self, what: str, known: Sequence[str] | Mapping[str, Any], names: Sequence[str]) -> None:
        for name in names:
            if name not in known:
                listed = ", ".join(map(repr, known)) or "none"
                raise NotFoundError(
                    f"Experiment {self.name!r} has no {what} {name!r}.{nearest(name, list(known))} It has: {listed}."
                )

    def _facts(self) -> dict[str, object]:
        return {
            "model": self.model if self.version is None else f"{self.model} {self.version}",
            "created": self.created_time,
            "finished": self.finished_time,
            "transform": self.transform,
            "read": _inputs_text(self.inputs),
            "commit": (self.environment.get("git") or {}).get("commit", "")[:10],
            "values": f"{self.value_count:,}",
            "dropped": f"{counted(self.dropped_count, 'value')} could not be kept" if self.dropped_count else None,
        }

    def _series_rows(self) -> list[tuple[object, ...]]:
        return [(s.kind, s.name, s.length, s.last_step, s.last, s.min, s.max, s.dropped or None) for s in self.series]

    def _drawn(self) -> Mapping[str, Points]:
        """The points of the series that a display draws: the first few metrics, unless that is too much to read."""
        metrics = [s for s in self.series if s.kind == "metric" and s.length > 1][:_CHARTS]
        is_little = 0 < sum(s.length for s in metrics) <= _MOST_DRAWN
        return self.points([s.name for s in metrics]) if is_little else {}

    def _text(self, listed: int | None) -> str:
        """Return it as text, with so many hyperparameters and series at the most."""
        lines = [f"Experiment {self.name!r} ({self.experiment_id})"]
        lines.append(text_facts({"status": self.status, "error": self.error, **self._facts()}))
        if self.params:
            lines += ["Hyperparameters", text_facts(dict(list(self.params.items())[:listed]))]
            lines += [f"  … and {_left(self.params, listed)} more"] * bool(_left(self.params, listed))
        if self.series:
            points = self._drawn()
            drawn = [
                sparkline(points[s.name].values) if s.name in points and s.kind == "metric" else "" for s in self.series
            ]
            rows = [(*row, line) for row, line in zip(self._series_rows()[:listed], drawn, strict=False)]
            lines += ["Series", text_table([*_SERIES_HEADER, ""], rows)]
            lines += [f"  … and {_left(self.series, listed)} more"] * bool(_left(self.series, listed))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self._text(_LISTED)

    def _repr_html_(self) -> str:
        params = html_table(["hyperparameter", "value"], list(self.params.items())[:_LISTED]) if self.params else ""
        width = len(_SERIES_HEADER) - (not any(one.dropped for one in self.series))  # the last column is mostly empty
        rows = [row[:width] for row in self._series_rows()[:_LISTED]]
        series = html_table(_SERIES_HEADER[:width], rows) if rows else ""
        points = self._drawn()
        charts = "".join(chart(name, {0: found}) for name, found in points.items())
        media: list[Media[LoggedImage] | Media[LoggedPlot] | Tables] = [self.images(), self.plots(), self.tables]
        title = f"<b>{escaped(self.name)}</b> {badge(self.status)} <small style='opacity:.6'>{escaped(self.experiment_id)}</small>"
        parts = [
            f"<div style='font-size:1.1em'>{title}</div>",
            failure(self.error),
            beside(html_facts(self._facts()), params, series),
            note(self._left_out(len(points))),
            f"<div>{charts}</div>",
            *(part._repr_html_() for part in media if len(part)),
        ]
        return f"<div>{''.join(parts)}</div>"

    def _left_out(self, drawn: int) -> str:
        """Say what a display does not show, and where it is."""
        curves = sum(one.kind == "metric" and one.length > 1 for one in self.series)
        left = [
            (_left(self.params, _LISTED), "hyperparameter", "in .params"),
            (_left(self.series, _LISTED), "series", "in .series"),
            (curves - drawn, "chart", "by .points()"),
        ]
        said = [
            f"{count:,} more {noun}{'' if count == 1 or noun == 'series' else 's'} {place}"
            for count, noun, place in left
            if count
        ]
        return f"Not shown: {'; '.join(said)}." if said else ""


def row_of(experiment: RecordedExperiment) -> dict[str, Any]:
    """Return an experiment's row of the experiments table, with ``model`` and ``version``, for who passes it on whole."""
    facts = {name: getattr(experiment, name) for name in ExperimentFacts.__annotations__}
    return {**facts, **experiment._details}  # noqa: SLF001 (as facts.source_of)


def text_of(experiment: RecordedExperiment) -> str:
    """Return an experiment as text: where it comes from, and all of its hyperparameters and series."""
    return experiment._text(None)  # noqa: SLF001 (the same)


_SERIES_HEADER = ["kind", "series", "length", "last step", "last", "min", "max", "dropped"]


def _inputs_text(inputs: Sequence[InputRead]) -> str:
    more = [f"{len(inputs) - _NAMED:,} more in .inputs"] * (len(inputs) > _NAMED)
    return ", ".join([*map(str, inputs[:_NAMED]), *more])


def _left(things: Sized, listed: int | None) -> int:
    return 0 if listed is None else max(0, len(things) - listed)
