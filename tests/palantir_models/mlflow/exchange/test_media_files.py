"""Files of a run, as MLflow names and writes them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import plotly.graph_objects as go
import plotly.io
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from palantir_models.experiment.values import instant
from palantir_models.mlflow.exchange.media_files import (
    StepImage,
    figure_of_page,
    image_file,
    milliseconds,
    save_image,
    step_image,
    table_frame,
    thumbnail_file,
)

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


def test_the_name_of_an_image_tells_series_step_and_time() -> None:
    """As MLflow's page reads it; the same image has the same name, so that it is not uploaded twice."""
    name = image_file("a/b", -3, NOON)
    assert name == image_file("a/b", -3, NOON)
    assert step_image(name) == StepImage("a/b", -3, 1767355200123)


@given(st.integers(0, 2**42))
def test_times_in_milliseconds_are_exact(time: int) -> None:
    """A float of seconds would now and then be one off."""
    assert milliseconds(instant(time * 1_000_000)) == time


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("images/a~b+step+1+timestamp+5+0e1.png", StepImage("a/b", 1, 5)),
        ("images/a#b%step%1%timestamp%5%ge1.png", StepImage("a/b", 1, 5)),
        ("images/a+step+1+timestamp+5+0e1+compressed.webp", None),
        ("images/a.png", None),
        ("images/a+step%1+timestamp+5+0e1.png", None),
    ],
)
def test_names_of_old_and_new_mlflow_are_known(name: str, found: StepImage | None) -> None:
    """It changed the sign between the parts in 3.11."""
    assert step_image(name) == found


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "P", "RGB", "RGBA"])
def test_an_image_is_written_as_it_is_with_a_small_copy(mode: str, tmp_path: Path) -> None:
    """Every kind of PNG has one."""
    buffer = io.BytesIO()
    Image.new(mode, (1000, 500)).save(buffer, "PNG")
    file, small = save_image(tmp_path, image_file("a", 0, NOON), buffer.getvalue())
    assert (tmp_path / file).read_bytes() == buffer.getvalue()
    assert small == thumbnail_file(file)
    assert Image.open(tmp_path / small).size == (256, 128)


@pytest.mark.parametrize("plotlyjs", ["cdn", False, True])
def test_a_figure_is_found_in_plotlys_page(plotlyjs: str | bool) -> None:
    """With its frames; what MLflow's log_figure writes is such a page."""
    figure = go.Figure(
        go.Scatter(y=[1, 2], name='</script> "quoted" [,]'),
        layout={"title": {"text": "ü"}},
        frames=[go.Frame(name="f")],
    )
    found = figure_of_page(plotly.io.to_html(figure, include_plotlyjs=plotlyjs))
    assert found is not None
    assert plotly.io.from_json(found) == figure


@pytest.mark.parametrize(
    "page", ["", "<html>Plotly.newPlot(oops</html>", 'Plotly.newPlot("a", [], {}) Plotly.newPlot("b", [], {})']
)
def test_other_pages_hold_no_figure(page: str) -> None:
    """Nor do pages of several."""
    assert figure_of_page(page) is None


def test_cells_of_a_table_keep_the_types_that_json_has() -> None:
    """Text of digits stays text."""
    frame = table_frame("t.json", json.dumps({"columns": ["a", "b"], "data": [["007", 1], [None, 2]]}).encode())
    assert frame.to_dict("list") == {"a": ["007", None], "b": [1, 2]}


@pytest.mark.parametrize("content", [b"{}", b"[]", b"nonsense", b'{"columns": ["a"], "data": [[1, 2]]}'])
def test_other_json_is_no_table(content: bytes) -> None:
    """It is refused."""
    with pytest.raises(ValueError, match=r"."):
        table_frame("t.json", content)
