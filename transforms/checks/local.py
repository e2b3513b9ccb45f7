"""Checks asked of Polars: all questions about a dataset in one pass, a piece of it at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from transforms.checks.column_types import common_type, kind_of, scale_of
from transforms.checks.conditions import failing
from transforms.checks.facts import Facts
from transforms.checks.questions import (
    FOREIGN_COLUMN,
    MEASURED_COLUMN,
    ROWS_COLUMN,
    SAMPLE,
    FailingGroups,
    FailingRows,
    Question,
    foreign_columns,
)
from transforms.errors import DataError
from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison
from transforms.expectations.measures import Property, RowCount
from transforms.expectations.rows import ForeignMembership

if TYPE_CHECKING:
    import polars as pl


class LocalRows:
    """The rows of a dataset as a lazy Polars frame.

    :param frame: the rows.
    :param facts: what is known of them.
    :param foreign: the rows of the other inputs that checks name, by parameter.
    """

    def __init__(self, frame: pl.LazyFrame, facts: Facts, foreign: Mapping[str, pl.LazyFrame]) -> None:
        self._frame = frame
        self._facts = facts
        self._columns = facts.columns
        self._foreign = foreign

    def answers(self, questions: Sequence[Question]) -> Mapping[Question, Any]:
        """Return a number for each question, and for a property its value, None where there is none."""
        import polars as pl

        grouped = [question for question in questions if isinstance(question, FailingGroups)]
        plain = [question for question in questions if not isinstance(question, FailingGroups)]
        frame, say = self._joined(plain)
        asked = [_expression(question, say).alias(str(number)) for number, question in enumerate(plain)]
        queries = [frame.select(asked)] if asked else []
        queries += [self._failing_groups(question).select(_failing_rows()) for question in grouped]
        found = pl.collect_all(queries, engine="streaming")
        single = found[0].row(0) if asked else ()
        counts = [frame.item() for frame in found[bool(asked) :]]
        return dict(zip([*plain, *grouped], [*single, *counts], strict=True))

    def sample(self, question: FailingRows | FailingGroups, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Return some of the rows, or groups, that a question counts."""
        if isinstance(question, FailingGroups):
            found = (
                self._failing_groups(question).head(SAMPLE).rename({ROWS_COLUMN: "rows", MEASURED_COLUMN: "measured"})
            )
            return _shown(found.collect(engine="streaming"), isinstance(question.condition, Unique))
        frame, say = self._joined([question])
        return frame.filter(failing(question.condition, say)).select(columns).head(SAMPLE).collect().to_dicts()

    def _joined(self, questions: Sequence[Question]) -> tuple[pl.LazyFrame, _Polars]:
        """Return the rows, each with what is known of it in other inputs."""
        import polars as pl

        frame, markers = self._frame, {}
        for number, leaf in enumerate(foreign_columns(questions)):
            marker, key = FOREIGN_COLUMN.format(number), f"{FOREIGN_COLUMN.format(number)} key"
            markers[leaf] = marker
            there, wanted = self._columns[leaf.column], self._facts.foreign_type(leaf.param, leaf.foreign)
            type = common_type(there, wanted)
            other = self._foreign[leaf.param].select(_as_type(pl.col(leaf.foreign), type).alias(key))
            other = other.drop_nulls().unique().with_columns(pl.lit(True).alias(marker))
            frame = frame.join(
                other, left_on=_as_type(pl.col(leaf.column), type), right_on=key, how="left", coalesce=False
            )
        return frame, _Polars(self._columns, markers)

    def _failing_groups(self, question: FailingGroups) -> pl.LazyFrame:
        import polars as pl

        say = _Polars(self._columns, {})
        asked = question.condition
        measured = pl.len() if isinstance(asked, Unique) else _expression(_measure(asked), say)
        groups = self._frame.group_by(question.by).agg(pl.len().alias(ROWS_COLUMN), measured.alias(MEASURED_COLUMN))
        return groups.filter(failing(asked, say))


def _measure(asked: Comparison) -> Property | RowCount:
    measure = asked.measure
    assert isinstance(measure, (Property, RowCount))
    return measure


def _failing_rows() -> pl.Expr:
    import polars as pl

    return pl.col(ROWS_COLUMN).sum()


def _shown(groups: pl.DataFrame, is_unique: bool) -> list[dict[str, Any]]:
    return groups.drop("measured" if is_unique else "rows").to_dicts()


def _expression(question: RowCount | Property | FailingRows, say: _Polars) -> pl.Expr:
    import polars as pl

    if isinstance(question, RowCount):
        return pl.len()
    if isinstance(question, FailingRows):
        fails: pl.Expr = failing(question.condition, say)
        return fails.sum()
    return _statistic(question, say)


def _statistic(question: Property, say: _Polars) -> pl.Expr:
    import polars as pl

    column, type = pl.col(question.column), say.columns[question.column]
    match question.statistic:
        case "null_count":
            return column.null_count()
        case "null_percentage":
            return pl.when(pl.len() == 0).then(0.0).otherwise(column.null_count() / pl.len())
        case "distinct_count":
            return column.drop_nulls().n_unique()
        case "approx_distinct_count":
            return column.drop_nulls().approx_n_unique()
        case "sum":
            return (column if type in ("float", "double") else column.cast(pl.Decimal(38, scale_of(type)))).sum()
        case "standard_deviation_sample":
            return column.cast(pl.Float64).std(ddof=1)
        case "standard_deviation_population":
            return column.cast(pl.Float64).std(ddof=0)
        case "max_value":  # NaN is above all numbers, as it is where rows are compared
            return column.nan_max() if type in ("float", "double") else column.max()
        case "min_value":
            return column.min()


def _as_type(column: pl.Expr, type: str | None) -> pl.Expr:
    import polars as pl

    if type is None:
        return column
    return column.cast({"long": pl.Int64(), "double": pl.Float64()}.get(type) or pl.Decimal(38, scale_of(type)))


class _Polars:
    """The language of conditions, as Polars speaks it.

    :param columns: the type of each column in Delta's schema JSON, by name.
    :param markers: the column that tells whether a value is in another input.
    """

    def __init__(self, columns: Mapping[str, Any], markers: Mapping[ForeignMembership, str]) -> None:
        self.columns = columns
        self._markers = markers

    def column(self, name: str) -> Any:
        """Return a column."""
        import polars as pl

        return pl.col(name)

    def literal(self, value: Any) -> Any:
        """Return a value."""
        import polars as pl

        return pl.lit(value)

    def constant(self, truth: bool) -> Any:
        """Return a truth, for each row."""
        import polars as pl

        return pl.repeat(truth, pl.len(), dtype=pl.Boolean)

    def is_null(self, operand: Any) -> Any:
        """Return whether something is null."""
        return operand.is_null()

    def is_one_of(self, column: str, values: Sequence[Any]) -> Any:
        """Return whether a column has one of some values."""
        import polars as pl

        return pl.any_horizontal([pl.col(column) == self.literal(value) for value in values])

    def elements_are_of(self, column: str, values: Sequence[Any], takes_null: bool) -> Any:
        """Return whether each element of an array is one of some values."""
        import polars as pl

        element = pl.element()
        known = pl.any_horizontal([pl.lit(False), *(element == self.literal(value) for value in values)])
        fine = (element.is_null() & takes_null) | (element.is_not_null() & known.fill_null(False))
        return pl.col(column).list.eval(fine).list.all()

    def is_array(self, column: str) -> bool:
        """Return whether a column is one of arrays."""
        return kind_of(self.columns[column]) == "array"

    def size(self, column: str) -> Any:
        """Return how long an array is."""
        import polars as pl

        return pl.col(column).list.len()

    def contains(self, column: str, value: Any) -> Any:
        """Return whether an array has a value."""
        import polars as pl

        return pl.col(column).list.eval((pl.element() == self.literal(value)).fill_null(False)).list.any()

    def matches(self, column: str, pattern: str) -> Any:
        """Return whether a part of a text matches a regular expression.

        :raises DataError: if Polars does not know a part of the expression.
        """
        import polars as pl

        try:
            pl.Series([""]).str.contains(pattern)
        except pl.exceptions.ComputeError as error:
            raise DataError(
                f"The regular expression {pattern!r} for column {column!r} cannot be used on one node, whose expressions "
                f"know no look-around and no back references: {' '.join(str(error).split())}"
            ) from error
        return pl.col(column).str.contains(pattern)

    def later(self, column: str, seconds: float) -> Any:
        """Return the moment some seconds after a column's."""
        import polars as pl

        return pl.col(column) + timedelta(seconds=seconds)

    def is_foreign(self, leaf: ForeignMembership) -> Any:
        """Return whether a column's value is one of another input's column."""
        import polars as pl

        return pl.col(self._markers[leaf]).is_not_null()

    def measured(self, leaf: Comparison | Unique) -> Any:
        """Return what was measured of a group; of a key, how many rows have it."""
        import polars as pl

        return pl.col(MEASURED_COLUMN)
