"""What may be logged as an image, as the PNG that is stored."""

from __future__ import annotations

import io
import logging
import os
import sys
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.experiment.errors import ExperimentError, ExperimentTypeError
from palantir_models.experiment.media import pngfile
from palantir_models.experiment.media.compressing import submit

if TYPE_CHECKING:
    from PIL.Image import Image

_LEVEL = 1  # of zlib: 6, the usual one, takes twice as long for a few per cent of size
_OTHERS = {
    b"\xff\xd8\xff": "a JPEG",
    b"GIF8": "a GIF",
    b"BM": "a BMP",
    b"II*\x00": "a TIFF",
    b"MM\x00*": "a TIFF",
    b"RIFF": "a WebP",
    b"<svg": "an SVG",
    b"<?xml": "an SVG",
    b"%PDF": "a PDF",
}
_WRITABLE = {"1", "L", "LA", "I;16", "I;16B", "P", "RGB", "RGBA"}
_CONVERTED = {
    "CMYK": "RGB",
    "HSV": "RGB",
    "I;16L": "I;16",
    "I;16N": "I;16",
    "LAB": "RGB",
    "La": "LA",
    "PA": "RGBA",
    "RGBX": "RGB",
    "RGBa": "RGBA",
    "YCbCr": "RGB",
}

_LOSSY = {"CMYK", "HSV", "LAB", "La", "RGBa", "YCbCr"}
_warned: set[str] = set()
_log = logging.getLogger(__name__)


class Png(NamedTuple):
    """A PNG.

    Attributes:
        data: its bytes.
        width: its width in pixels.
        height: its height in pixels.
    """

    data: bytes
    width: int
    height: int


def png(image: object) -> Png | Future[Png]:
    """Return the PNG of what a caller logs as an image.

    A file or bytes are stored as they are once their content proves to be a PNG, whatever the file's name. A
    Pillow image is encoded; modes that PNG lacks are converted when nothing but the encoding changes. A
    Matplotlib figure is drawn as it would be saved.

    :param image: a path, bytes, a Pillow image or a Matplotlib figure.
    :returns: the PNG; of a Pillow image its future, as it is compressed in the background from a copy.
    :raises ExperimentTypeError: for an object of another kind.
    :raises ExperimentError: for a file that cannot be read, content that is no PNG, or an image PNG cannot
        hold.
    """
    if isinstance(image, (str, os.PathLike)):
        return _from_path(image)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return _checked(bytes(image), "The byte string")
    if (pillow := sys.modules.get("PIL.Image")) and isinstance(image, pillow.Image):
        return _from_pillow(image)
    if (figures := sys.modules.get("matplotlib.figure")) and isinstance(image, figures.Figure):
        return _from_matplotlib(image)
    kind = type(image)
    raise ExperimentTypeError(
        f"An image must be a path to a PNG, PNG bytes, a Pillow image or a Matplotlib figure, "
        f"not {kind.__module__}.{kind.__qualname__}.{_advice(image)}"
    )


def _from_path(path: str | os.PathLike[Any]) -> Png:
    try:
        data = Path(os.fsdecode(path)).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ExperimentError(
            f"The image {os.fspath(path)!r} cannot be read ({reason}), looked for from {os.getcwd()}: "
            "pass the path of a PNG file."
        ) from error
    return _checked(data, f"The file {os.fspath(path)!r}")


def _checked(data: bytes, what: str) -> Png:
    if not data.startswith(pngfile.SIGNATURE):
        looks = next((f"looks like {name}" for start, name in _OTHERS.items() if data.startswith(start)), "is no PNG")
        looks = looks if data else "has no content"
        raise ExperimentError(
            f"{what} given as an image {looks} (by content): only PNG is stored. "
            "Open it with PIL.Image.open and log that image."
        )
    try:
        width, height = pngfile.size_of(data)
    except pngfile.TooLarge as error:
        raise ExperimentError(
            f"{what} given as an image is too large: {error}. Scale it down, for example with .resize()."
        ) from error
    except ValueError as error:
        raise ExperimentError(
            f"{what} given as an image starts like a PNG but is broken: {error}. Make it anew: no reader could show it."
        ) from error
    return Png(data, width, height)


def _from_pillow(image: Image) -> Future[Png]:
    _require_one_frame(image)
    try:
        ready = _writable(image)
        if 0 in ready.size:
            raise ValueError("it has no pixels")
        copy = ready.copy() if ready is image else ready  # the caller may go on drawing
    except (ExperimentError, MemoryError):
        raise
    except Exception as error:  # a file that is opened only now, for example
        raise ExperimentError(
            f"The Pillow image (mode {image.mode}, {image.width}x{image.height}) cannot be written as PNG: {error}."
        ) from error
    copy.info = {key: value for key, value in copy.info.items() if _belongs_in_png(str(key), value, copy.mode)}
    return submit(partial(_compressed, copy), copy.width * copy.height * len(copy.getbands()))


def _require_one_frame(image: Image) -> None:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # of a camera, whose other frames are previews
        raise ExperimentError(
            f"The Pillow image has {frames} frames, and an image is one: log image.copy() for the frame at which it stands, "
            "or each of PIL.ImageSequence.Iterator(image) as a step of the series."
        )


def _compressed(image: Image) -> Png:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=_LEVEL)
    return Png(buffer.getvalue(), image.width, image.height)


def _belongs_in_png(key: str, value: object, mode: str) -> bool:
    """Whether something that came with an image from its file has a place in a PNG and can be written there."""
    if key == "transparency":
        return type(value).__name__ in {"RGB": ("tuple",), "P": ("bytes", "int")}.get(mode, ("int",))
    return key == "icc_profile" and isinstance(value, bytes)


def _writable(image: Image) -> Image:
    if image.mode in _WRITABLE:
        return image
    if image.mode in _CONVERTED:
        if image.mode in _LOSSY and image.mode not in _warned:
            _warned.add(image.mode)
            _log.warning(
                "Images of mode %s are stored as %s, as PNG has no %s; colours can change a little. "
                "To choose how, convert them yourself, for example with image.convert(%r).",
                image.mode, _CONVERTED[image.mode], image.mode, _CONVERTED[image.mode],
            )  # fmt: skip
        return image.convert(_CONVERTED[image.mode])
    if image.mode == "I":
        low, high = image.getextrema()
        if low >= 0 and high <= 65535:  # type: ignore[operator]
            return image.convert("I;16")
    raise ExperimentError(
        f"PNG cannot hold a Pillow image of mode {image.mode} as it is: scale its values to 0..255 and "
        "convert it, for example with image.convert('L')."
    )


def _from_matplotlib(figure: Any) -> Png:
    buffer = io.BytesIO()
    try:
        figure.savefig(buffer, format="png")
    except MemoryError:
        raise
    except Exception as error:
        raise ExperimentError(f"Matplotlib could not draw the figure: {error}") from error
    data = buffer.getvalue()
    return Png(data, *pngfile.size_in_header(data))


def _advice(image: object) -> str:
    module = type(image).__module__
    if module.startswith("numpy"):
        return " Log PIL.Image.fromarray(array)."
    if module.startswith("plotly"):
        return " Log a Plotly figure with log_plot."
    if module.startswith("matplotlib") and hasattr(image, "figure"):
        return " Log its .figure."
    return ""
