"""What counts as a sound PNG is what can be decoded, whatever else it holds, and nothing else."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.media import pngfile
from palantir_models.experiment.media.images import Png, png
from palantir_models.reading.media import LoggedImage


def saved(image: Image.Image, **options: object) -> bytes:
    """Return an image as a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def read_back(data: bytes) -> Image.Image:
    """Return what somebody gets who reads the image."""
    shown = LoggedImage("series", 0, None, None, *pngfile.size_of(data), data).pillow()  # type: ignore[arg-type]
    shown.load()
    return shown


def with_pixels(data: bytes, stream: bytes) -> bytes:
    """Return a PNG of one part of pixels with another stream in it, under a checksum that is right."""
    position = data.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", data, position)
    checksum = zlib.crc32(b"IDAT" + stream).to_bytes(4, "big")
    return (
        data[:position] + struct.pack(">I", len(stream)) + b"IDAT" + stream + checksum + data[position + length + 12 :]
    )


def interlaced(mode: str, size: tuple[int, int]) -> bytes:
    """Return a PNG in seven passes, which Pillow does not write, of zeros."""
    data = saved(Image.new(mode, size))
    bits = {"1": 1, "L": 8, "RGB": 24, "RGBA": 32, "I;16": 16}[mode]
    rows = b"".join(bytes(count * length) for count, length in pngfile._rows(*size, bits, True))
    header = bytearray(data[16:29])
    header[12] = 1
    checksum = zlib.crc32(b"IHDR" + header).to_bytes(4, "big")
    return with_pixels(data[:16] + bytes(header) + checksum + data[33:], zlib.compress(rows))


def long_text(packed: bool) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("workflow", "{}" * 600_000, zip=packed)
    return info


@pytest.mark.parametrize("packed", [True, False])
def test_a_picture_with_a_long_text_is_stored_with_it_and_opens(packed: bool) -> None:
    """Programs that draw keep their settings in it."""
    picture = Image.effect_noise((8, 8), 50)
    data = saved(picture, pnginfo=long_text(packed))
    stored = png(data)
    assert isinstance(stored, Png)
    assert stored == (data, 8, 8)
    assert read_back(data).tobytes() == picture.tobytes()


@pytest.mark.slow
def test_a_picture_of_many_pixels_is_stored_and_opens() -> None:
    """A slide of a microscope has more of them than Pillow opens from a stranger."""
    slide = Image.new("1", (20_000, 9_500))
    data = saved(slide)
    assert png(data) == (data, 20_000, 9_500)
    assert read_back(data).size == (20_000, 9_500)
    drawn = png(slide)
    assert not isinstance(drawn, Png)
    assert read_back(drawn.result().data).size == (20_000, 9_500)


def test_a_picture_that_no_memory_holds_is_too_large() -> None:
    """A small file may unfold to anything: the error says what to do."""
    header = struct.pack(">IIBBBBB", 1 << 30, 1 << 30, 8, 2, 0, 0, 0)
    data = saved(Image.new("RGB", (1, 1)))
    data = data[:16] + header + zlib.crc32(b"IHDR" + header).to_bytes(4, "big") + data[33:]
    with pytest.raises(ExperimentError, match=r"too large.*1,073,741,824x1,073,741,824 pixels.*Scale it down"):
        png(data)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"", "has 0 of the"),
        (b"not compressed", "damaged"),
        (zlib.compress(bytes(8 * 9))[:-8], "has .* of the|damaged"),
        (zlib.compress(bytes(8 * 9 - 1)), "has 71 of the 72 bytes"),
        (zlib.compress(b"\x07" + bytes(8 * 9 - 1)), "damaged"),
        (zlib.compress(bytes(7 * 9) + b"\x05" + bytes(8)), "damaged"),
    ],
)
def test_pixels_that_cannot_be_decoded_are_refused(stream: bytes, reason: str) -> None:
    """Although every checksum is right."""
    data = with_pixels(saved(Image.new("L", (8, 8))), stream)
    with pytest.raises(ExperimentError, match=f"broken: .*({reason})"):
        png(data)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (5, 3), (8, 8), (17, 33)])
def test_pictures_in_passes_are_known(mode: str, size: tuple[int, int]) -> None:
    """Web pages have them; a short one is refused."""
    data = interlaced(mode, size)
    assert png(data) == (data, *size)
    assert read_back(data).size == size


kinds = st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))


@settings(deadline=None)
@given(kinds, sizes, st.randoms(use_true_random=False))
def test_every_kind_of_picture_comes_back(mode: str, size: tuple[int, int], chance: object) -> None:
    """From bytes and from Pillow, pixel by pixel."""
    noise = np.frombuffer(chance.randbytes(size[0] * size[1] * 4), np.uint8)  # type: ignore[attr-defined]
    if mode == "I;16":
        picture = Image.fromarray(noise[: size[0] * size[1] * 2].view("<u2").reshape(size[1], size[0]))
    else:
        picture = Image.fromarray(noise.reshape(size[1], size[0], 4), "RGBA").convert(mode)
    data = saved(picture)
    stored = png(data)
    assert isinstance(stored, Png)
    assert stored.data == data
    drawn = png(picture)
    assert not isinstance(drawn, Png)
    for found in (stored.data, drawn.result().data):
        assert read_back(found).convert("RGBA").tobytes() == picture.convert("RGBA").tobytes()


@settings(deadline=None, max_examples=300)
@given(kinds, st.integers(0, 200), st.binary(min_size=1, max_size=4), st.booleans())
def test_what_is_accepted_can_be_decoded(mode: str, place: int, change: bytes, cut: bool) -> None:
    """Whatever happened to the stream of pixels or to the file."""
    picture = Image.effect_noise((13, 11), 50).convert(mode) if mode != "I;16" else Image.new("I;16", (13, 11), 7)
    data = saved(picture)
    begin = data.index(b"IDAT") + 4
    (length,) = struct.unpack_from(">I", data, begin - 8)
    stream = data[begin : begin + length]
    stream = (
        stream[: place % length] if cut else stream[: place % length] + change + stream[place % length + len(change) :]
    )
    for broken in (with_pixels(data, stream), data[: place + 1], data[:place] + change + data[place + len(change) :]):
        try:
            png(broken)
        except ExperimentError:
            continue
        read_back(broken)


def test_a_picture_of_several_frames_is_not_one() -> None:
    """It says how to log one of them, or all; an animated PNG given as bytes keeps its frames."""
    frames = [Image.new("L", (4, 4), shade) for shade in (10, 20, 30)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    animated = Image.open(buffer)
    with pytest.raises(ExperimentError, match=r"3 frames.*image\.copy\(\)"):
        png(animated)
    animated.seek(1)
    drawn = png(animated.copy())
    assert not isinstance(drawn, Png)
    assert read_back(drawn.result().data).convert("L").getpixel((0, 0)) == 20
    data = saved(frames[0], save_all=True, append_images=frames[1:])
    assert png(data) == (data, 4, 4)
    assert read_back(data).n_frames == 3  # type: ignore[attr-defined]


def test_a_conversion_that_can_change_colours_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """PNG has no CMYK."""
    from palantir_models.experiment.media import images

    images._warned.clear()
    for _ in range(3):
        png(Image.new("CMYK", (2, 2)))
    (record,) = caplog.records
    assert "CMYK are stored as RGB" in record.getMessage()
