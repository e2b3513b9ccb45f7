"""One image, or one plot, of an experiment: as it was logged, and as a notebook shows it."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from palantir_models.display import escaped, note

if TYPE_CHECKING:
    import plotly.graph_objects
    from PIL.Image import Image

_SIDE = 200  # pixels
_TINY, _TINY_SIDE = 64, 96
_PLACE = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='96' height='64' style='display:block'>"
    "<path d='M10 6V54H90M16 44L34 28L50 36L84 12' fill='none' stroke='currentColor' stroke-opacity='.5' stroke-width='2'/></svg>"
)
_UNDRAWN = "This notebook has no way to draw Plotly's figures: .figure() is one."
_MOST_PIXELS = 50_000_000  # of an image that a display decodes to make it small
_SMALL_BYTES = 20_000  # a PNG that is shown as it is
_PLAIN_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")  # others lose their look when Pillow makes them small


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

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # First for every notebook that draws Plotly's figures by itself; then as this one has chosen for all figures.
        drawn = {"application/vnd.plotly.v1+json": json.loads(self.json)}
        found: dict[str, Any] = self.figure()._repr_mimebundle_(include, exclude) or {}
        return {"text/plain": repr(self), "text/html": figure_html(self) + note(_UNDRAWN), **drawn, **found}

    def __repr__(self) -> str:
        return f"<Plot of {self.series!r} at step {self.step}{_quoted(self.caption)}>"


def figure_html(item: LoggedImage | LoggedPlot) -> str:
    """Return a thumbnail of an image, or the place of a plot, which a script must draw, with series, step and caption."""
    picture = _picture(item) if isinstance(item, LoggedImage) else _PLACE
    caption = (
        f"<div style='max-width:{_SIDE}px;overflow-wrap:anywhere'>{escaped(item.caption)}</div>" if item.caption else ""
    )
    return (
        f"<figure style='display:inline-block;vertical-align:top;margin:4px 12px 8px 0'>{picture}"
        f"<figcaption style='font-size:.85em'><span style='opacity:.75'>{escaped(item.series)} · step {item.step}</span>"
        f"{caption}</figcaption></figure>"
    )


def _picture(image: LoggedImage) -> str:
    size = f"{image.width:,}&thinsp;×&thinsp;{image.height:,}"
    small = _thumbnail(image)
    if small is None:
        return f"<div style='opacity:.75'>{size} pixels: too many to show here</div>"
    source = f"data:image/png;base64,{base64.b64encode(small).decode()}"
    # Few pixels are shown as squares, as they are: an image of digits, for example, has eight by eight.
    longest = max(image.width, image.height)
    is_tiny = longest <= _TINY
    look = "image-rendering:pixelated;" if is_tiny else ""
    scale = (_TINY_SIDE if is_tiny else min(_SIDE, longest)) / longest
    width, height = (max(1, round(side * scale)) for side in (image.width, image.height))
    return f"<img src='{source}' width='{width}' height='{height}' title='{size} pixels' style='{look}display:block'>"


def _thumbnail(image: LoggedImage) -> bytes | None:
    """Return a PNG that a notebook can keep; None for an image that has too many pixels."""
    if len(image.png) <= _SMALL_BYTES:
        return image.png
    if image.width * image.height > _MOST_PIXELS:
        return None
    found = image.pillow()
    if found.mode not in _PLAIN_MODES:
        return image.png
    made = found.convert("RGBA" if found.mode in ("P", "LA", "RGBA") else "RGB")
    made.thumbnail((2 * _SIDE, 2 * _SIDE))  # twice, for screens of many pixels
    content = io.BytesIO()
    made.save(content, "PNG")
    return content.getvalue()


def _quoted(caption: str | None) -> str:
    return f", {caption!r}" if caption else ""
