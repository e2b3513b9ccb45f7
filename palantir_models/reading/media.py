"""Images, plots and tables of an experiment: looked at one by one, or read as rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from palantir_models.display import escaped
from palantir_models.experiment.media.portable import portable
from palantir_models.reading.frame import Frame
from transforms.common.text import counted
from transforms.errors import NotFoundError, nearest

if TYPE_CHECKING:
    import plotly.graph_objects
    import polars as pl
    from PIL.Image import Image

_SHOWN = 6


@dataclass(frozen=True)
class LoggedImage:
    """An image as it was logged.

    Attributes:
        series: its series.
        step: its step in the series.
        timestamp: when it was logged, in UTC.
        caption: its caption, if any.
        width: in pixels.
        height: in pixels.
        png: the bytes of the PNG.
    """

    series: str
    step: int
    timestamp: datetime
    caption: str | None
    width: int
    height: int
    png: bytes

    def pillow(self) -> Image:
        """Return it as a Pillow image, however many pixels it has; without texts in it that Pillow finds too long."""
        from PIL.PngImagePlugin import PngImageFile

        from palantir_models.experiment.media.pngfile import without_texts

        # Not by Image.open, whose limits are for pictures of strangers: this one was decoded when it was logged.
        try:
            image = PngImageFile(io.BytesIO(self.png))
            image.load()  # texts may also follow the pixels
        except ValueError:
            image = PngImageFile(io.BytesIO(without_texts(self.png)))
        return image

    def _repr_png_(self) -> bytes:
        return self.png

    def __repr__(self) -> str:
        return f"<Image of {self.series!r} at step {self.step}, {self.width}x{self.height}{_quoted(self.caption)}>"


@dataclass(frozen=True)
class LoggedPlot:
    """A plot as it was logged.

    Attributes:
        series: its series.
        step: its step in the series.
        timestamp: when it was logged, in UTC.
        caption: its caption, if any.
        json: the Plotly figure as JSON.
    """

    series: str
    step: int
    timestamp: datetime
    caption: str | None
    json: str

    def figure(self) -> plotly.graph_objects.Figure:
        """Return it as a ``plotly.graph_objects.Figure``."""
        import plotly.io

        return plotly.io.from_json(self.json, skip_invalid=True)

    def __repr__(self) -> str:
        return f"<Plot of {self.series!r} at step {self.step}{_quoted(self.caption)}>"


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
        import base64

        parts = [f"<div><b>{counted(len(self), self._noun)}</b></div>"]
        for item in self[:_SHOWN]:
            label = escaped(f"{item.series} · step {item.step}{' · ' + item.caption if item.caption else ''}")
            picture = ""
            if isinstance(item, LoggedImage):
                source = f"data:image/png;base64,{base64.b64encode(item.png).decode()}"
                picture = f"<img src='{source}' style='max-width:220px;max-height:220px;display:block'>"
            parts.append(f"<figure style='display:inline-block;margin:4px'>{picture}<small>{label}</small></figure>")
        if len(self) > _SHOWN:
            parts.append(f"<div><small>The first {_SHOWN}.</small></div>")
        return "".join(parts)


class Tables(Mapping[str, Frame]):
    """The tables of an experiment by name, each read when it is asked for.

    :param rows: the rows of the tables' table.
    :param experiment: the experiment's name, for messages.
    """

    def __init__(self, rows: pl.LazyFrame, experiment: str) -> None:
        self._rows = rows
        self._experiment = experiment

    @cached_property
    def _known(self) -> dict[str, dict[str, Any]]:
        frame = self._rows.select("name", "description", "row_count").collect()
        return {row["name"]: row for row in frame.iter_rows(named=True)}

    def __getitem__(self, name: str) -> Frame:
        """Read a table.

        :raises NotFoundError: if the experiment has no such table.
        """
        import polars as pl
        import pyarrow.parquet as pq

        if name not in self._known:
            raise NotFoundError(f"Experiment {self._experiment!r} has no table {name!r}.{nearest(name, self._known)}")
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


def _quoted(caption: str | None) -> str:
    return f", {caption!r}" if caption else ""
