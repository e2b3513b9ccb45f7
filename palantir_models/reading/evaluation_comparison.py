"""Evaluations side by side, and a version of a model against another, such as the one in production."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from palantir_models.display import heading, html_table, note, text_table
from palantir_models.evaluation.subsets import Grouped, grouped
from palantir_models.reading.evaluation import OVERALL, RecordedEvaluation
from palantir_models.reading.frame import Frame
from palantir_models.reading.read_only import ReadOnly
from transforms.common.text import counted
from transforms.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from palantir_models.model.versions import ModelVersion

_ROWS = 200


class EvaluationComparison(ReadOnly):
    """Evaluations, of one model or several, side by side.

    :param evaluations: at least one.
    :raises UsageError: for none, or for something else than recorded evaluations.
    """

    def __init__(self, evaluations: Sequence[RecordedEvaluation]) -> None:
        if not evaluations or not all(isinstance(one, RecordedEvaluation) for one in evaluations):
            raise UsageError("Comparing needs one or more evaluations of open_model(...).evaluations().")
        self._evaluations = tuple({one.evaluation_id: one for one in evaluations}.values())

    @property
    def evaluations(self) -> tuple[RecordedEvaluation, ...]:
        """The evaluations, each of them once."""
        return self._evaluations

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The evaluations' versions; where two are the same, with the name, and then with the beginning of the id."""
        every = self.evaluations
        for label in (
            lambda one: one.version,
            lambda one: f"{one.version} {one.name}",
            lambda one: f"{one.version} {one.name} ({one.evaluation_id[:8]})",
        ):
            found = tuple(map(label, every))
            if max(Counter(found).values()) == 1:
                break
        return found

    @property
    def metrics(self) -> Frame:
        """The metrics side by side: the columns ``subset`` (null for all of the data) and ``metric``, and one for each
        evaluation, named as :attr:`labels`."""
        import polars as pl

        rows: list[dict[str, Any]] = [
            {"subset": part.subset, "metric": part.name}
            | {label: one.metrics.get(part.key) for label, one in zip(self.labels, self.evaluations, strict=True)}
            for part in _parts(self.evaluations)
        ]
        schema = {"subset": pl.String, "metric": pl.String, **dict.fromkeys(self.labels, pl.Float64)}
        return Frame(pl.DataFrame(rows, schema).lazy())

    @property
    def rows(self) -> Frame:
        """The metrics one below the other: one row a metric of an evaluation, with its set, version, branch and subset."""
        import polars as pl

        found = [
            {
                "evaluation_id": one.evaluation_id,
                "evaluation": one.name,
                "set": one.evaluation_set,
                "model": one.model,
                "version": one.version,
                "branch": one.branch,
                "created_time": one.created_time,
                "subset": part.subset,
                "metric": part.name,
                "value": one.metrics[part.key],
            }
            for one in self.evaluations
            for part in map(grouped, one.metrics)
        ]
        kinds: dict[str, Any] = {"created_time": pl.Datetime("us", "UTC"), "value": pl.Float64}
        return Frame(pl.DataFrame(found, {name: kinds.get(name, pl.String) for name in _LONG}).lazy())

    def _shown(self) -> list[tuple[object, ...]]:
        rows = self.metrics.polars().rows()
        return [(OVERALL if subset is None else subset, *rest) for subset, *rest in rows]

    def __repr__(self) -> str:
        rows = self._shown()
        more = [f"  … and {len(rows) - _ROWS} more metrics"] if rows[_ROWS:] else []
        header = ["subset", "metric", *self.labels]
        return "\n".join([counted(len(self.evaluations), "evaluation"), text_table(header, rows[:_ROWS]), *more])

    def _repr_html_(self) -> str:
        rows = self._shown()
        more = f"Not shown: {len(rows) - _ROWS:,} more metrics in .metrics." if rows[_ROWS:] else ""
        table = html_table(["subset", "metric", *self.labels], rows[:_ROWS])
        return f"<div>{heading(counted(len(self.evaluations), 'evaluation'))}{table}{note(more)}</div>"


@dataclass(frozen=True)
class Pair:
    """What two versions scored in one set.

    Attributes:
        evaluation_set: the set.
        version: the evaluation of the version that is compared; None where it was not evaluated in this set.
        baseline: the evaluation of the version that it is compared with; None likewise.
    """

    evaluation_set: str
    version: RecordedEvaluation | None
    baseline: RecordedEvaluation | None


class VersionComparison(ReadOnly):
    """What a version of a model scored against another, in every set in which one of them was evaluated.

    Of each set the newest evaluation of a version counts, those on the model's branch before those on others.

    :param version: the version that is compared.
    :param baseline: the one that it is compared with.
    :param evaluations: the evaluations to choose from, newest first.
    :param branch: the model's branch.
    :raises NotFoundError: if neither was evaluated.
    """

    def __init__(
        self, version: ModelVersion, baseline: ModelVersion, evaluations: Sequence[RecordedEvaluation], branch: str
    ) -> None:
        self._version, self._baseline = version, baseline
        ordered = sorted(evaluations, key=lambda one: one.branch != branch)  # keeps newest first in each part
        found = {
            (one.evaluation_set, one.model_version_id): one
            for one in reversed(ordered)
            if one.model_version_id in (version.version_id, baseline.version_id)
        }
        sets = sorted({name for name, _ in found})
        self._pairs = tuple(
            Pair(name, found.get((name, version.version_id)), found.get((name, baseline.version_id))) for name in sets
        )
        if not sets:
            names = " and ".join(dict.fromkeys([version.version, baseline.version]))
            raise NotFoundError(
                f"There is no evaluation of version {names}. A transform decorated with @evaluation(...) makes some."
            )

    @property
    def version(self) -> ModelVersion:
        """The version that is compared."""
        return self._version

    @property
    def baseline(self) -> ModelVersion:
        """The version that it is compared with."""
        return self._baseline

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The evaluations that are compared, a pair for each set, in the order of the sets' names."""
        return self._pairs

    @property
    def metrics(self) -> Frame:
        """The metrics: the columns ``set``, ``subset`` (null for all of the data), ``metric``, ``baseline``, ``value`` and
        ``difference``, which is ``value - baseline``; null where a version was not evaluated by it."""
        import polars as pl

        rows = [
            {
                "set": pair.evaluation_set,
                "subset": part.subset,
                "metric": part.name,
                "baseline": _value(pair.baseline, part),
                "value": _value(pair.version, part),
            }
            for pair in self.pairs
            for part in _parts(one for one in (pair.baseline, pair.version) if one is not None)
        ]
        schema = {name: pl.String if name in _TEXTS else pl.Float64 for name in (*_TEXTS, "baseline", "value")}
        frame = pl.DataFrame(rows, schema)
        return Frame(frame.with_columns(difference=pl.col("value") - pl.col("baseline")).lazy())

    def _title(self) -> str:
        return f"Version {self.version.version} against {self.baseline.version}"

    def _table(self) -> tuple[list[str], list[tuple[object, ...]]]:
        rows = self.metrics.polars().rows()
        shown: list[tuple[object, ...]] = [
            (name, OVERALL if subset is None else subset, *rest) for name, subset, *rest in rows
        ]
        return ["set", "subset", "metric", self.baseline.version, self.version.version, "difference"], shown

    def __repr__(self) -> str:
        header, rows = self._table()
        more = [f"  … and {len(rows) - _ROWS} more metrics"] if rows[_ROWS:] else []
        return "\n".join([self._title(), text_table(header, rows[:_ROWS]), *more])

    def _repr_html_(self) -> str:
        header, rows = self._table()
        more = f"Not shown: {len(rows) - _ROWS:,} more metrics in .metrics." if rows[_ROWS:] else ""
        return f"<div>{heading(self._title())}{html_table(header, rows[:_ROWS])}{note(more)}</div>"


_LONG = (
    "evaluation_id",
    "evaluation",
    "set",
    "model",
    "version",
    "branch",
    "created_time",
    "subset",
    "metric",
    "value",
)
_TEXTS = ("set", "subset", "metric")


def _parts(evaluations: Iterable[RecordedEvaluation]) -> list[Grouped]:
    """Return the metrics of evaluations, each once: those of no subset first, subsets together, else as they were logged."""
    found = list(dict.fromkeys(grouped(key) for one in evaluations for key in one.metrics))
    order = {subset: number for number, subset in enumerate(dict.fromkeys([None, *(part.subset for part in found)]))}
    return sorted(found, key=lambda part: order[part.subset])


def _value(evaluation: RecordedEvaluation | None, part: Grouped) -> float | None:
    return None if evaluation is None else evaluation.metrics.get(part.key)
