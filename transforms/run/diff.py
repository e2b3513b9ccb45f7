"""What differs between two versions of a dataset: columns, rows by their key or as a whole, raw files by their sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from transforms.engine.local.data_files import files_of, scan_files
from transforms.engine.local.reading import scan_polars
from transforms.errors import UsageError, nearest
from transforms.store.features import can_read
from transforms.store.layout import alias_of
from transforms.store.tables import TableView
from transforms.store.type_names import type_name

if TYPE_CHECKING:
    import polars as pl

_SIDE, _NEW, _NUMBER = "__transforms_before", "__transforms_after", "__transforms_number"
_FILE_KEY, _FILE_COLUMNS = ("path",), ("path", "size", "sha256")


@dataclass(frozen=True)
class ColumnChange:
    """A column that only one of two versions has, or that has another type in them.

    Attributes:
        name: the column.
        before: its type in the first; None where it is not there.
        after: its type in the second; None where it is not there.
    """

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class DatasetDiff:
    """What differs between two versions.

    Attributes:
        kind: ``rows``, or ``files`` for a dataset of raw files.
        counts: how many rows or files the versions have.
        columns: the columns that differ; their values are not compared.
        key: the columns by which rows were told from each other; none where rows are compared as a whole.
        added: how many are in the second only.
        removed: how many are in the first only.
        changed: how many have one key in both, and other values; None without a key.
        added_rows: some of them, with the columns that both versions have.
        removed_rows: some of them.
        changed_rows: some of them: the key, and for each column that differs its two values.
    """

    kind: str
    counts: tuple[int, int]
    columns: tuple[ColumnChange, ...]
    key: tuple[str, ...]
    added: int
    removed: int
    changed: int | None
    added_rows: Sequence[Mapping[str, Any]] = ()
    removed_rows: Sequence[Mapping[str, Any]] = ()
    changed_rows: Sequence[tuple[Mapping[str, Any], Mapping[str, tuple[Any, Any]]]] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.columns or self.added or self.removed or self.changed)


def diff(before: TableView, after: TableView, key: Sequence[str] = (), limit: int = 10) -> DatasetDiff:
    """Compare two versions of a dataset.

    Rows are read by Polars, lazily, and only the columns that both have. Without a key a row that is there twice more counts
    twice, and files that both versions name are not read.

    :param before: the first version.
    :param after: the second version.
    :param key: the columns that tell a row; raw files are told by their path.
    :param limit: how many rows of each kind are shown.
    :raises UsageError: if a version holds rows and the other raw files, or the key is none.
    """
    if before.holds_files != after.holds_files:
        kinds = ["raw files" if view.holds_files else "rows" for view in (before, after)]
        raise UsageError(
            f"{alias_of(after.name)} holds {kinds[0]} at version {before.version} and {kinds[1]} at version {after.version}, so "
            f"nothing of the two can be compared."
        )
    counts = (before.row_count(), after.row_count())
    if after.holds_files:
        frames = [scan_polars(view).select(_FILE_COLUMNS) for view in (before, after)]
        return _by_key(frames, DatasetDiff("files", counts, (), _FILE_KEY, 0, 0, 0), limit)
    columns = tuple(_column_changes(before, after))
    left_out = {change.name for change in columns}
    names = [name for name in after.column_names if name not in left_out]
    if key:
        _check_key(key, names, after)
        frames = [scan_polars(view).select(names) for view in (before, after)]
        return _by_key(frames, DatasetDiff("rows", counts, columns, tuple(key), 0, 0, 0), limit)
    if not names:
        raise UsageError(
            f"The two versions of {alias_of(after.name)} have no column of one name and type, so no rows can be compared."
        )
    return _as_a_whole(_apart(before, after, names), counts, columns, limit)


def _column_changes(before: TableView, after: TableView) -> list[ColumnChange]:
    was, now = ({str(field["name"]): type_name(field["type"]) for field in view.fields} for view in (before, after))
    names = dict.fromkeys([*was, *now])
    return [ColumnChange(name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)]


def _check_key(key: Sequence[str], names: Sequence[str], view: TableView) -> None:
    for name in key:
        if name not in names:
            raise UsageError(
                f"{name!r} is no column that both versions of {alias_of(view.name)} have in one type.{nearest(name, names)} There "
                f"are: {', '.join(names) or 'none'}."
            )


def _apart(before: TableView, after: TableView, names: Sequence[str]) -> list[pl.LazyFrame]:
    """Return the rows of each version; where its files tell their rows, without those that lie in files of both."""
    views = (before, after)
    if before.schema_json != after.schema_json or not all(can_read(view.table, "added files") for view in views):
        return [scan_polars(view).select(names) for view in views]
    files = [files_of(view) for view in views]
    shared = {file.path for file in files[0]} & {file.path for file in files[1]}
    return [
        scan_files(view.storage, view.name, view.fields, [file for file in found if file.path not in shared]).select(
            names
        )
        for view, found in zip(views, files, strict=True)
    ]


def _as_a_whole(
    frames: Sequence[pl.LazyFrame], counts: tuple[int, int], columns: tuple[ColumnChange, ...], limit: int
) -> DatasetDiff:
    import polars as pl

    names = frames[0].collect_schema().names()
    number = pl.col(_NUMBER)
    marked = [
        frame.with_columns(pl.lit(sign, pl.Int64).alias(_NUMBER)) for frame, sign in zip(frames, (-1, 1), strict=True)
    ]
    differing = pl.concat(marked).group_by(names).agg(number.sum()).filter(number != 0)
    added, removed = differing.filter(number > 0), differing.filter(number < 0)
    totals, more, less = pl.collect_all(
        [
            differing.select(
                number.filter(number > 0).sum().alias("added"), (-number.filter(number < 0).sum()).alias("removed")
            ),
            _first(added.select(names), limit),
            _first(removed.select(names), limit),
        ]
    )
    (new, gone) = totals.row(0)
    return DatasetDiff("rows", counts, columns, (), new, gone, None, more.to_dicts(), less.to_dicts())


def _by_key(frames: Sequence[pl.LazyFrame], told: DatasetDiff, limit: int) -> DatasetDiff:
    """Return what is told of two versions, with their rows compared by a key."""
    import polars as pl

    key, names = told.key, frames[0].collect_schema().names()
    others = [name for name in names if name not in key]
    for frame in frames:
        twice = frame.group_by(key).agg(pl.len().alias(_NUMBER)).filter(pl.col(_NUMBER) > 1).head(1).collect()
        if twice.height:
            *values, number = twice.row(0)
            which = ", ".join(f"{name}={value!r}" for name, value in zip(key, values, strict=True))
            raise UsageError(
                f"The key does not tell rows apart: {number} rows have {which}. Name more columns with --key, or none."
            )
    renamed = {name: f"{_NEW}{name}" for name in others}
    joined = (
        frames[0]
        .with_columns(pl.lit(True).alias(_SIDE))
        .join(
            frames[1].rename(renamed).with_columns(pl.lit(True).alias(_NEW)),
            on=list(key),
            how="full",
            coalesce=True,
            nulls_equal=True,
        )
    )
    was, now = pl.col(_SIDE).is_not_null(), pl.col(_NEW).is_not_null()
    differs = {name: pl.col(name).ne_missing(pl.col(renamed[name])) for name in others}
    is_changed = was & now & (pl.any_horizontal(differs.values()) if differs else pl.lit(False))
    added = joined.filter(~was).select(*key, *(pl.col(renamed[name]).alias(name) for name in others))
    removed = joined.filter(~now).select(names)
    totals, more, less, changed = pl.collect_all(
        [
            joined.select(
                (~was).sum().alias("added"), (~now).sum().alias("removed"), is_changed.sum().alias("changed")
            ),
            _first(added.select(names), limit),
            _first(removed, limit),
            _first(joined.filter(is_changed), limit, key),
        ]
    )
    new, gone, other = totals.row(0)
    pairs = [
        (
            {name: row[name] for name in key},
            {name: (row[name], row[renamed[name]]) for name in others if not _same(row[name], row[renamed[name]])},
        )
        for row in changed.to_dicts()
    ]
    return replace(
        told,
        added=new,
        removed=gone,
        changed=other,
        added_rows=more.to_dicts(),
        removed_rows=less.to_dicts(),
        changed_rows=pairs,
    )


def _first(frame: pl.LazyFrame, limit: int, by: Sequence[str] = ()) -> pl.LazyFrame:
    """Return some rows, the same ones each time: ordered by what can be ordered."""
    schema = frame.collect_schema()
    order = [name for name in by or schema.names() if not schema[name].is_nested() and not schema[name].is_object()]
    return (frame.sort(order, nulls_last=True) if order else frame).head(limit)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (one != one and other != other)  # NaN differs from itself
