"""Images, plots and tables of an experiment: looked at one by one, or read as rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from palantir_models.display import escaped, heading, html_table, note
from palantir_models.experiment.media.portable import portable
from palantir_models.reading.frame import Frame
from palantir_models.reading.logged import LoggedImage, LoggedPlot, figure_html
from transforms.common.text import counted
from transforms.errors import NotFoundError, nearest

if TYPE_CHECKING:
    import polars as pl

_SERIES, _OF_EACH = 4, 4  # that a display shows
_TABLES, _ROWS, _COLUMNS, _MOST_READ = 4, 5, 30, 1_000_000


Item = TypeVar("Item", LoggedImage, LoggedPlot)


class Media(Frame, Sequence[Item], Generic[Item]):
    """The images, or the plots, of one or all series: a sequence of them, each read when it is asked for.

    :param rows: the rows as the table has them, without ``experiment_id``.
    :param make: makes one of a row.
    :param noun: what they are.
    """

    def __init__(self, rows: pl.LazyFrame, make: Callable[..., Item], noun: str) -> None:
        super().__init__(rows, ("series",))
        self._make: Callable[..., Item] = make
        self._noun = noun

    @cached_property
    def _places(self) -> list[tuple[str, int]]:
        return self._rows.select("series", "step").collect().sort("series", "step").rows()

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        """Read one by its position, or several."""
        import polars as pl

        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        series, step = self._places[index]
        row = self._rows.filter((pl.col("series") == series) & (pl.col("step") == step)).collect()
        item: Item = self._make(*row.row(0))
        return item

    def __iter__(self) -> Iterator[Item]:
        return (self[position] for position in range(len(self)))

    def __repr__(self) -> str:
        names = ", ".join(map(repr, dict.fromkeys(series for series, _ in self._places)))
        return f"<{counted(len(self), self._noun)} of {names}>" if names else f"<no {self._noun}s>"

    def _repr_html_(self) -> str:
        chosen = self._sample()
        figures = "".join(figure_html(self[position]) for position in chosen)
        title = heading(counted(len(self), self._noun).capitalize() if len(self) else f"No {self._noun}s")
        left = len(self) - len(chosen)
        said = [f"Not shown: {left:,} more."] if left else []
        if self._make is LoggedPlot and chosen:
            said.append("A plot is drawn where it is the last line of a cell: .plots()[0].")
        return f"<div>{title}{figures}{note(' '.join(said))}</div>"

    def _sample(self) -> list[int]:
        """Return which to show: of the first series, the first, the last and some between them."""
        found: dict[str, list[int]] = {}
        for position, (series, _) in enumerate(self._places):
            found.setdefault(series, []).append(position)
        chosen: list[int] = []
        for positions in list(found.values())[:_SERIES]:
            last = len(positions) - 1
            chosen += sorted({positions[round(part * last / (_OF_EACH - 1))] for part in range(_OF_EACH)})
        return chosen


class Tables(Mapping[str, Frame]):
    """The tables of an experiment or an evaluation by name, each read when it is asked for.

    :param rows: the rows of the tables' table.
    :param owner: the experiment or evaluation, for messages: ``Experiment 'forest'``.
    """

    def __init__(self, rows: pl.LazyFrame, owner: str) -> None:
        self._rows = rows
        self._owner = owner

    @cached_property
    def _known(self) -> dict[str, dict[str, Any]]:
        frame = self._rows.select("name", "description", "row_count").collect()
        return {row["name"]: row for row in frame.iter_rows(named=True)}

    def __getitem__(self, name: str) -> Frame:
        """Read a table.

        :raises NotFoundError: if there is no such table.
        """
        import polars as pl
        import pyarrow.parquet as pq

        if name not in self._known:
            raise NotFoundError(f"{self._owner} has no table {name!r}.{nearest(name, self._known)}")
        content = self._rows.filter(pl.col("name") == name).select("parquet").collect().item()
        table = portable(pq.read_table(io.BytesIO(content)), f"Table {name!r}", wide_as_text=True)
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        return Frame(frame.lazy())

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def description(self, name: str) -> str | None:
        """Return what was written about a table, if anything."""
        description: str | None = self._known[name]["description"]
        return description

    def __repr__(self) -> str:
        found = ", ".join(f"{name!r} ({counted(row['row_count'], 'row')})" for name, row in self._known.items())
        return f"<Tables: {found or 'none'}>"

    def _repr_html_(self) -> str:
        parts = [heading("Tables" if self else "No tables")]
        for name in list(self)[:_TABLES]:
            about = f" · {escaped(self.description(name))}" if self.description(name) else ""
            rows = counted(self._known[name]["row_count"], "row")
            title = f"<summary>{escaped(name)} <span style='opacity:.75'>{rows}{about}</span></summary>"
            parts.append(f"<details open style='margin:4px 0'>{title}{self._head(name)}</details>")
        parts.append(note(f"Not shown: {len(self) - _TABLES:,} more tables." if len(self) > _TABLES else ""))
        return f"<div>{''.join(parts)}</div>"

    def _head(self, name: str) -> str:
        """Return the first rows of a table, and what is left out."""
        count = self._known[name]["row_count"]
        if count > _MOST_READ:
            return note("Too long to be read for a display; .polars(), .pandas() or .arrow() reads it.")
        head = self[name].polars(lazy=True).head(_ROWS).collect()
        left = [(count - head.height, "row"), (head.width - _COLUMNS, "column")]
        said = " and ".join(counted(more, noun) for more, noun in left if more > 0)
        return html_table(head.columns[:_COLUMNS], (row[:_COLUMNS] for row in head.rows())) + note(
            f"Not shown: {said} more." if said else ""
        )
