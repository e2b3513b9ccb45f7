"""Checks asked of Spark: all questions about a dataset in one query. What is about groups of rows shuffles them by their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
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
from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison
from transforms.expectations.measures import Property, RowCount
from transforms.expectations.rows import ForeignMembership

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SparkRows:
    """The rows of a dataset as a Spark DataFrame.

    :param frame: the rows.
    :param facts: what is known of them.
    :param foreign: the rows of the other inputs that checks name, by parameter.
    """

    def __init__(self, frame: DataFrame, facts: Facts, foreign: Mapping[str, DataFrame]) -> None:
        self._frame = frame
        self._facts = facts
        self._foreign = foreign

    def answers(self, questions: Sequence[Question]) -> Mapping[Question, Any]:
        """Return a number for each question, and for a property its value, None where there is none."""
        grouped = [question for question in questions if isinstance(question, FailingGroups)]
        plain = [question for question in questions if not isinstance(question, FailingGroups)]
        frame, say = self._joined(plain)
        asked = [self._collected(question, _expression(question, say)) for question in plain]
        queries = [frame.agg(*asked)] if asked else []
        queries += [self._failing_groups(question).agg(_failing_rows()) for question in grouped]
        if not queries:
            return {}
        row = reduce(lambda one, other: one.crossJoin(other), queries).collect()[0]
        values = dict(zip([*plain, *grouped], row, strict=True))
        return {question: self._value(question, value) for question, value in values.items()}

    def sample(self, question: FailingRows | FailingGroups, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Return some of the rows, or groups, that a question counts."""
        if isinstance(question, FailingGroups):
            is_unique = isinstance(question.condition, Unique)
            groups = self._failing_groups(question).drop(MEASURED_COLUMN if is_unique else ROWS_COLUMN)
            groups = groups.withColumnRenamed(ROWS_COLUMN, "rows").withColumnRenamed(MEASURED_COLUMN, "measured")
            return [row.asDict() for row in groups.limit(SAMPLE).collect()]
        frame, say = self._joined([question])
        found = frame.filter(failing(question.condition, say)).select(*map(_column, columns)).limit(SAMPLE)
        return [row.asDict() for row in found.collect()]

    def _collected(self, question: Question, asked: Column) -> Column:
        """Return what is brought to this process: moments as microseconds, or they would lose their time zone."""
        from pyspark.sql import functions as F

        return F.unix_micros(asked) if self._is_moment(question) else asked

    def _value(self, question: Question, collected: Any) -> Any:
        is_moment = collected is not None and self._is_moment(question)
        return _EPOCH + collected * _EPOCH.resolution if is_moment else collected

    def _is_moment(self, question: Question) -> bool:
        if not isinstance(question, Property) or question.statistic not in ("max_value", "min_value"):
            return False
        return bool(self._facts.columns[question.column] == "timestamp")

    def _joined(self, questions: Sequence[Question]) -> tuple[DataFrame, _Spark]:
        """Return the rows, each with what is known of it in other inputs."""
        from pyspark.sql import functions as F

        frame, markers = self._frame, {}
        for number, leaf in enumerate(foreign_columns(questions)):
            marker, key = FOREIGN_COLUMN.format(number), f"{FOREIGN_COLUMN.format(number)} key"
            markers[leaf] = marker
            wanted = self._facts.foreign_type(leaf.param, leaf.foreign)
            type = common_type(self._facts.columns[leaf.column], wanted)
            other = self._foreign[leaf.param].select(_as_type(_column(leaf.foreign), type).alias(key))
            other = other.dropna().distinct().withColumn(marker, F.lit(True))
            frame = frame.join(other, _as_type(_column(leaf.column), type) == _column(key), "left")
        return frame, _Spark(self._facts.columns, markers)

    def _failing_groups(self, question: FailingGroups) -> DataFrame:
        from pyspark.sql import functions as F

        say = _Spark(self._facts.columns, {})
        asked, rows = question.condition, F.count(F.lit(1))
        measured = rows if isinstance(asked, Unique) else _expression(_measure(asked), say)
        keys = map(_column, question.by)
        groups = self._frame.groupBy(*keys).agg(rows.alias(ROWS_COLUMN), measured.alias(MEASURED_COLUMN))
        return groups.filter(failing(asked, say))


def _measure(asked: Comparison) -> Property | RowCount:
    measure = asked.measure
    assert isinstance(measure, (Property, RowCount))
    return measure


def _failing_rows() -> Column:
    from pyspark.sql import functions as F

    return F.coalesce(F.sum(_column(ROWS_COLUMN)), F.lit(0))


def _column(name: str) -> Column:
    from pyspark.sql import functions as F

    return F.col("`{}`".format(name.replace("`", "``")))


def _as_type(column: Column, type: str | None) -> Column:
    return column if type is None else column.cast({"long": "bigint"}.get(type, type))


def _expression(question: RowCount | Property | FailingRows, say: _Spark) -> Column:
    from pyspark.sql import functions as F

    if isinstance(question, RowCount):
        return F.count(F.lit(1))
    if isinstance(question, FailingRows):
        return F.count(F.when(failing(question.condition, say), 1))
    return _statistic(question, say)


def _statistic(question: Property, say: _Spark) -> Column:
    from pyspark.sql import functions as F

    column, type = _column(question.column), say.columns[question.column]
    nulls, rows = F.count(F.when(column.isNull(), 1)), F.count(F.lit(1))
    match question.statistic:
        case "null_count":
            return nulls
        case "null_percentage":
            return F.when(rows == 0, F.lit(0.0)).otherwise(nulls / rows)
        case "distinct_count":
            return F.count_distinct(column)
        case "approx_distinct_count":
            return F.approx_count_distinct(column, 0.05)
        case "sum":
            exact = column if type in ("float", "double") else column.cast(f"decimal(38,{scale_of(type)})")
            return F.coalesce(F.sum(exact), F.lit(0))
        case "standard_deviation_sample":
            return F.stddev_samp(column.cast("double"))
        case "standard_deviation_population":
            return F.stddev_pop(column.cast("double"))
        case "max_value":
            return F.max(column)
        case "min_value":
            return F.min(column)


class _Spark:
    """The language of conditions, as Spark speaks it.

    :param columns: the type of each column in Delta's schema JSON, by name.
    :param markers: the column that tells whether a value is in another input.
    """

    def __init__(self, columns: Mapping[str, Any], markers: Mapping[ForeignMembership, str]) -> None:
        self.columns = columns
        self._markers = markers

    def column(self, name: str) -> Any:
        """Return a column."""
        return _column(name)

    def literal(self, value: Any) -> Any:
        """Return a value: times do not depend on the session's time zone."""
        from pyspark.sql import functions as F

        if not isinstance(value, datetime):
            return F.lit(value)
        if value.tzinfo is None:
            return F.expr(f"TIMESTAMP_NTZ'{value.isoformat(sep=' ')}'")
        return F.timestamp_micros(F.lit((value - _EPOCH) // _EPOCH.resolution))

    def constant(self, truth: bool) -> Any:
        """Return a truth, for each row."""
        from pyspark.sql import functions as F

        return F.lit(truth)

    def is_null(self, operand: Any) -> Any:
        """Return whether something is null."""
        return operand.isNull()

    def is_one_of(self, column: str, values: Sequence[Any]) -> Any:
        """Return whether a column has one of some values."""
        return _column(column).isin(*map(self.literal, values))

    def elements_are_of(self, column: str, values: Sequence[Any], takes_null: bool) -> Any:
        """Return whether each element of an array is one of some values."""
        from pyspark.sql import functions as F

        known = [self.literal(value) for value in values]

        def is_fine(element: Column) -> Column:
            found = F.coalesce(element.isin(*known), F.lit(False)) if known else F.lit(False)
            return (element.isNull() & F.lit(takes_null)) | (element.isNotNull() & found)

        return F.forall(_column(column), is_fine)

    def is_array(self, column: str) -> bool:
        """Return whether a column is one of arrays."""
        return kind_of(self.columns[column]) == "array"

    def size(self, column: str) -> Any:
        """Return how long an array is."""
        from pyspark.sql import functions as F

        return F.array_size(_column(column))

    def contains(self, column: str, value: Any) -> Any:
        """Return whether an array has a value."""
        from pyspark.sql import functions as F

        wanted = self.literal(value)
        return F.exists(_column(column), lambda element: F.coalesce(element == wanted, F.lit(False)))

    def matches(self, column: str, pattern: str) -> Any:
        """Return whether a part of a text matches a regular expression."""
        return _column(column).rlike(pattern)

    def later(self, column: str, seconds: float) -> Any:
        """Return the moment some seconds after a column's."""
        from pyspark.sql import functions as F

        return _column(column) + F.make_dt_interval(secs=F.lit(Decimal(str(seconds))))

    def is_foreign(self, leaf: ForeignMembership) -> Any:
        """Return whether a column's value is one of another input's column."""
        return _column(self._markers[leaf]).isNotNull()

    def measured(self, leaf: Comparison | Unique) -> Any:
        """Return what was measured of a group; of a key, how many rows have it."""
        return _column(MEASURED_COLUMN)
