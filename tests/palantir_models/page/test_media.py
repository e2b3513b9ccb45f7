"""Images, plots and tables: by ids, with fixed types, and hostile text that stays text."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl
import pytest
from PIL import Image


def test_images_of_several_experiments_are_told_by_series_and_step(page: Any, rid: str, ids: list[str]) -> None:
    """With caption and size, without reading them."""
    (series,) = page.get(f"/data/models/{rid}/media/image", id=ids)["series"]
    assert series["name"] == "val/samples"
    entries = [(one["id"], one["step"], one["caption"], one["width"], one["height"]) for one in series["entries"]]
    assert entries == [(ids[1], 0, "<b>red</b>", 4, 2), (ids[1], 5, None, 3, 3)]


def test_an_image_is_a_png_whatever_its_name_says(page: Any, rid: str, ids: list[str]) -> None:
    """Its type is fixed, no browser guesses another, and it never changes."""
    for path in ("val/samples", "val%2Fsamples"):
        answer = page.ask(f"/data/models/{rid}/images/{ids[1]}/{path}/0")
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "immutable" in answer.headers["Cache-Control"]
        assert Image.open(io.BytesIO(answer.body)).size == (4, 2)


def test_a_download_has_a_name_that_no_header_or_disk_minds(page: Any, rid: str, ids: list[str]) -> None:
    """The experiment's name has markup in it."""
    answer = page.ask(f"/data/models/{rid}/images/{ids[1]}/val/samples/0?download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="trial-b-1-b--val-samples-0.png"'


def test_a_plot_is_its_figure(page: Any, rid: str, ids: list[str]) -> None:
    """As JSON, which the frame draws."""
    answer = page.ask(f"/data/models/{rid}/plots/{ids[1]}/curve/0")
    assert json.loads(answer.body)["data"][0]["y"] == [1, 2]
    assert answer.headers["Content-Type"] == "application/json"
    (series,) = page.get(f"/data/models/{rid}/media/plot", id=ids)["series"]
    assert series["entries"][0]["caption"] == "two"


def test_a_table_is_shown_row_by_row(page: Any, rid: str, ids: list[str]) -> None:
    """Within bounds."""
    found = page.get(f"/data/models/{rid}/tables/{ids[1]}/confusion")
    assert found["columns"] == [{"name": "a", "type": "Int64"}, {"name": "b", "type": "String"}]
    assert found["rows"] == [[1, "x"], [str(2**60), None]]
    assert (found["count"], found["description"]) == (2, "all")
    assert page.get(f"/data/models/{rid}/tables/{ids[1]}/confusion", offset=1, limit=1)["rows"] == [[str(2**60), None]]
    (series,) = page.get(f"/data/models/{rid}/media/table", id=ids)["series"]
    assert (series["name"], series["entries"][0]["rows"]) == ("confusion", 2)
    assert page.ask(f"/data/models/{rid}/tables/{ids[1]}/confusion?limit=100000").status == 400


def test_a_table_is_saved_as_it_was_logged(page: Any, rid: str, ids: list[str]) -> None:
    """As Parquet, with its types."""
    answer = page.ask(f"/data/models/{rid}/tables/{ids[1]}/confusion?download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="trial-b-1-b--confusion.parquet"'
    frame = pl.read_parquet(io.BytesIO(answer.body))
    assert (frame.rows(), frame.schema) == ([(1, "x"), (2**60, None)], {"a": pl.Int64, "b": pl.String})


@pytest.mark.parametrize(
    "path",
    [
        "images/{id}/val/samples/7",
        "images/{id}/other/0",
        "plots/{id}/other/0",
        "tables/{id}/other",
        "media/video?id={id}",
        "images/{id}/..%2F..%2F..%2Fetc%2Fpasswd/0",
        "tables/{id}/..%2F..%2Fpyproject.toml",
        "images/{id}/val/samples/x",
    ],
)
def test_what_is_not_there_is_said(page: Any, rid: str, ids: list[str], path: str) -> None:
    """A name is looked up, and never followed as a path."""
    answer = page.ask(f"/data/models/{rid}/{path.format(id=ids[1])}")
    assert answer.status == 404
    assert answer.error["title"]
