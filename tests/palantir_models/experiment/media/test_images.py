"""Images: told by their content, stored as PNG."""

from __future__ import annotations

import io
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from palantir_models.experiment.errors import ExperimentError, ExperimentTypeError
from palantir_models.experiment.media.images import png


def encoded(image: Image.Image, kind: str) -> bytes:
    """The bytes of an image in a format."""
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


PHOTO = Image.new("RGB", (5, 3), (250, 20, 40))


def opened(data: bytes) -> Image.Image:
    """The image that PNG bytes hold."""
    return Image.open(io.BytesIO(data), formats=["PNG"])


def test_png_bytes_are_stored_as_they_are() -> None:
    """Bytes that are a PNG keep every byte, and their size in pixels is found."""
    data = encoded(PHOTO, "PNG")
    assert png(data) == (data, 5, 3)
    assert png(bytearray(data)) == (data, 5, 3)
    assert png(memoryview(data)) == (data, 5, 3)


def test_a_path_is_read(tmp_path: Path) -> None:
    """A str or a path object names a file, whose content counts and not its ending."""
    data = encoded(PHOTO, "PNG")
    file = tmp_path / "photo.jpg"
    file.write_bytes(data)
    assert png(str(file)).data == data
    assert png(file).data == data


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_other_formats_are_refused_whatever_the_name(kind: str, tmp_path: Path) -> None:
    """A file of another format is refused even when it is called .png."""
    data = encoded(PHOTO, kind)
    file = tmp_path / "photo.png"
    file.write_bytes(data)
    looks = "WebP" if kind == "WEBP" else kind
    with pytest.raises(ExperimentError, match=f"photo.png.*looks like an? {looks}.*only PNG"):
        png(str(file))
    with pytest.raises(ExperimentError, match=f"^The byte string given as an image looks like an? {looks}.*only PNG"):
        png(data)


def test_content_that_is_no_png_is_refused() -> None:
    """No bytes, text and broken PNGs are refused."""
    data = encoded(Image.effect_noise((40, 40), 50), "PNG")
    with pytest.raises(ExperimentError, match="no content"):
        png(b"")
    with pytest.raises(ExperimentError, match="is no PNG"):
        png(b"hello")
    for broken in (data[:8], data[:20], data[:40], data[:-12], data[:100] + b"\0\0" + data[102:]):
        with pytest.raises(ExperimentError, match="broken"):
            png(broken)


def test_a_file_that_cannot_be_read_is_the_callers_mistake(tmp_path: Path) -> None:
    """A path to nothing or to a folder is refused with the path."""
    with pytest.raises(ExperimentError, match="missing.png.*No such file"):
        png("missing.png")
    with pytest.raises(ExperimentError, match="cannot be read"):
        png(tmp_path)
    with pytest.raises(ExperimentError, match="null"):
        png("a\0b")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pillow_modes_of_png_keep_their_pixels(mode: str) -> None:
    """A Pillow image in a mode that PNG has reads back pixel for pixel."""
    image = Image.effect_noise((6, 4), 90).convert(mode) if mode in {"1", "L", "I;16"} else PHOTO.convert(mode)
    made = png(image).result()
    assert (made.width, made.height) == image.size
    assert opened(made.data).convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


@pytest.mark.parametrize("mode", ["CMYK", "HSV", "YCbCr", "LAB", "PA", "RGBX", "RGBa", "La"])
def test_pillow_modes_that_png_lacks_are_converted(mode: str) -> None:
    """Other colour models are stored as the RGB or grey that they stand for."""
    made = opened(png(Image.new(mode, (2, 2))).result().data)
    assert made.mode in {"RGB", "RGBA", "LA"}


def test_whole_numbers_fit_when_they_are_16_bits() -> None:
    """An image of 32-bit integers is stored exactly when its values fit 16 bits, else refused."""
    fits = Image.new("I", (2, 2), 65535)
    assert opened(png(fits).result().data).getpixel((0, 0)) == 65535
    with pytest.raises(ExperimentError, match="mode I.*convert"):
        png(Image.new("I", (2, 2), 65536))


def test_floats_have_no_range_and_are_refused() -> None:
    """An image of floats does not say what is white, so the caller must."""
    with pytest.raises(ExperimentError, match="mode F.*0..255"):
        png(Image.new("F", (2, 2), 0.5))


def test_an_image_without_pixels_or_closed_is_refused(tmp_path: Path) -> None:
    """What Pillow itself cannot write is the caller's mistake."""
    with pytest.raises(ExperimentError, match="0x5"):
        png(Image.new("L", (0, 5)))
    file = tmp_path / "a.png"
    PHOTO.save(file)
    image = Image.open(file)
    image.close()
    with pytest.raises(ExperimentError, match="cannot be written"):
        png(image)


@pytest.mark.parametrize("image", [None, 3, object(), [b"x"], np.zeros((2, 2))])
def test_other_objects_are_refused(image: Any) -> None:
    """Anything else is refused with its type; an array with how to make it an image."""
    with pytest.raises(ExperimentTypeError, match=type(image).__name__) as raised:
        png(image)
    assert ("PIL.Image.fromarray" in str(raised.value)) == isinstance(image, np.ndarray)


def test_a_matplotlib_figure_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure of Matplotlib is stored as the PNG it saves, and an error of the drawing is the caller's."""
    module = types.ModuleType("matplotlib.figure")

    class Figure:
        broken = False

        def savefig(self, target: io.BytesIO, format: str) -> None:
            if self.broken:
                raise ValueError("unknown LaTeX")
            PHOTO.save(target, format)

    module.Figure = Figure  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "matplotlib.figure", module)
    figure = Figure()
    made = png(figure)
    assert (made.width, made.height) == (5, 3)
    figure.broken = True
    with pytest.raises(ExperimentError, match="unknown LaTeX"):
        png(figure)


def test_a_real_matplotlib_figure_is_drawn() -> None:
    """Where Matplotlib is installed its own figure works."""
    figures = pytest.importorskip("matplotlib.figure")
    assert png(figures.Figure(figsize=(2, 1), dpi=50))[1:] == (100, 50)


def test_later_changes_to_a_pillow_image_change_nothing() -> None:
    """The image is compressed in the background, as it was when it was given."""
    image = Image.new("RGB", (64, 64), "red")
    made = png(image)
    image.paste("blue", (0, 0, 64, 64))
    assert opened(made.result().data).getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("note", ["no colour", {"a": 1}, None, (1, 2), object()])
def test_what_came_with_an_image_cannot_keep_it_from_being_stored(note: Any) -> None:
    """Metadata that PNG cannot hold is left out: the picture is what counts."""
    image = Image.new("RGBA", (2, 2), "red")
    image.info |= {"transparency": note, "icc_profile": note, "dpi": note, 3: note}
    assert opened(png(image).result().data).getpixel((0, 0)) == (255, 0, 0, 255)


@pytest.mark.parametrize(("mode", "colour"), [("L", 7), ("RGB", (1, 2, 3))])
def test_a_transparent_colour_is_kept(mode: str, colour: Any) -> None:
    """An image whose mode has no alpha names its transparent colour beside the pixels."""
    image = Image.new(mode, (2, 2), colour)
    image.info["transparency"] = colour
    assert opened(png(image).result().data).info["transparency"] == colour
