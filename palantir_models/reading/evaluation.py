"""An evaluation as it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from palantir_models.display import beside, escaped, html_facts, html_table, note, text_facts, text_table
from palantir_models.evaluation.columns import COLUMNS, metrics_of
from palantir_models.evaluation.evaluation import evaluation_rid
from palantir_models.evaluation.subsets import grouped
from palantir_models.reading.inputs import InputRead, inputs_read
from palantir_models.reading.logged import LoggedImage, LoggedPlot
from palantir_models.reading.media import Media, Tables
from palantir_models.reading.read_only import ReadOnly
from transforms.errors import NotFoundError, nearest

if TYPE_CHECKING:
    import polars as pl

    from palantir_models.reading.sources import ModelTables

OVERALL = "Overall"
"""What people read for metrics that are of no subset."""
_LISTED = 50


class RecordedEvaluation(ReadOnly):
    """What one version of a model scored on one set of data.

    Attributes:
        evaluation_id: 32 hexadecimal digits.
        evaluation_set: the name of its set.
        name: its name, distinct among those of its model and branch.
        model: the model's path or RID.
        model_version_id: the id of the version that was evaluated.
        version: the number of that version.
        version_branch: the branch on which that version was published.
        branch: the branch on which it was evaluated.
        transform: the transform that did.
        transaction: the id of its job's transaction.
        created_time: when it was created, in UTC.
        source: where that transform is, as ``file:line``.
        code_version: the version of the transform's logic.

    :param row: its row of the evaluations table.
    :param model: the model's path or RID.
    :param source: where its images, plots and tables are.
    """

    evaluation_id: str
    evaluation_set: str
    name: str
    model: str
    model_version_id: str
    version: str
    version_branch: str
    branch: str
    transform: str
    transaction: str
    created_time: datetime
    source: str
    code_version: str
    if TYPE_CHECKING:
        _metrics: str
        _source: ModelTables

    def __init__(self, row: Mapping[str, Any], model: str, source: ModelTables) -> None:
        facts = {name: row[name] for name in COLUMNS if name not in ("set", "metrics")}
        vars(self).update(facts, evaluation_set=row["set"], model=model, _metrics=row["metrics"], _source=source)

    @property
    def evaluation_rid(self) -> str:
        """Its RID, as ``Evaluation.evaluation_rid`` has it."""
        return evaluation_rid(self.evaluation_id)

    @cached_property
    def metrics(self) -> Mapping[str, float]:
        """The metrics by the names that they were logged under, with their subsets: ``young/f1``."""
        return metrics_of(self._metrics)

    @cached_property
    def subsets(self) -> Mapping[str | None, Mapping[str, float]]:
        """The metrics by subset, each by the rest of its name; those of no subset stand under None, and first."""
        found: dict[str | None, dict[str, float]] = {}
        for key, value in self.metrics.items():
            part = grouped(key)
            found.setdefault(part.subset, {})[part.name] = value
        return dict(sorted(found.items(), key=lambda item: item[0] is not None))

    @cached_property
    def inputs(self) -> tuple[InputRead, ...]:
        """What its job read: the data that it was evaluated on, and the model."""
        store = self._source.store
        entry = store.entries_of([self.transaction]).get(self.transaction)
        return () if entry is None else inputs_read(entry, store.ledger)

    def images(self, name: str | None = None) -> Media[LoggedImage]:
        """Return the images, each read when it is asked for.

        :param name: only the one of this name; all when not given.
        :raises NotFoundError: if there is none of the name.
        """
        return Media(self._named("images", "image", name), LoggedImage, "image")

    def plots(self, name: str | None = None) -> Media[LoggedPlot]:
        """Return the plots, each read when it is asked for.

        :param name: only the one of this name; all when not given.
        :raises NotFoundError: if there is none of the name.
        """
        return Media(self._named("plots", "plot", name), LoggedPlot, "plot")

    @property
    def tables(self) -> Tables:
        """The tables by name; each is read when it is asked for."""
        return Tables(self._part("tables"), f"Evaluation {self.name!r}")

    def _part(self, table: str) -> pl.LazyFrame:
        return self._source.part(table, [self.evaluation_id]).drop("experiment_id")

    def _named(self, table: str, noun: str, name: str | None) -> pl.LazyFrame:
        import polars as pl

        rows = self._part(table)
        if name is None:
            return rows
        known = rows.select("series").collect()["series"].to_list()
        if name not in known:
            listed = ", ".join(map(repr, sorted(known))) or "none"
            raise NotFoundError(
                f"Evaluation {self.name!r} has no {noun} {name!r}.{nearest(name, known)} It has: {listed}."
            )
        return rows.filter(pl.col("series") == name)

    def _facts(self) -> dict[str, object]:
        return {
            "set": self.evaluation_set,
            "model": f"{self.model} {self.version}",
            "branch": self.branch,
            "created": self.created_time,
            "transform": self.transform,
            "read": ", ".join(map(str, self.inputs)),
        }

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (OVERALL if subset is None else subset, name, value)
            for subset, metrics in self.subsets.items()
            for name, value in metrics.items()
        ]

    def __repr__(self) -> str:
        rows = self._rows()
        lines = [f"Evaluation {self.name!r} ({self.evaluation_id})", text_facts(self._facts())]
        lines += [text_table(_HEADER, rows[:_LISTED])] if rows else []
        lines += [f"  … and {len(rows) - _LISTED} more"] if rows[_LISTED:] else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = self._rows()
        media: list[Media[LoggedImage] | Media[LoggedPlot] | Tables] = [self.images(), self.plots(), self.tables]
        parts = [
            f"<div style='font-size:1.1em'><b>{escaped(self.name)}</b> "
            f"<small style='opacity:.6'>{escaped(self.evaluation_id)}</small></div>",
            beside(html_facts(self._facts()), html_table(_HEADER, rows[:_LISTED]) if rows else ""),
            note(f"Not shown: {len(rows) - _LISTED:,} more metrics in .metrics." if rows[_LISTED:] else ""),
            *(part._repr_html_() for part in media if len(part)),
        ]
        return f"<div>{''.join(parts)}</div>"


_HEADER = ["subset", "metric", "value"]
