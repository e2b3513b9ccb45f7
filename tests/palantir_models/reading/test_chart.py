"""Charts as SVG: well formed, escaped, with a mark for what is not finite."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.columns.points import Points
from palantir_models.reading.chart import COLOURS, chart, legend

SVG = "{http://www.w3.org/2000/svg}"
CURVES = st.dictionaries(st.integers(0, 20), st.lists(st.floats(), max_size=30), max_size=4)


def points(values):
    """Return values at the steps from 0 on."""
    return Points(np.arange(len(values)), values)


@given(name=st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=20), curves=CURVES)
def test_any_curve_gives_points_inside_of_the_picture(name, curves):
    made = {index: points(np.array(values, float)) for index, values in curves.items()}
    root = ElementTree.fromstring(chart(name, made))
    for line in root.iter(f"{SVG}polyline"):
        for point in line.get("points").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= float(root.get("width"))
            assert 0 <= y <= float(root.get("height"))


def test_a_spike_reaches_the_top_and_gaps_are_gaps():
    values = np.zeros(10_000)
    values[7000] = 3.0
    values[2000] = math.nan
    root = ElementTree.fromstring(chart("loss", {0: points(values)}))
    lines = list(root.iter(f"{SVG}polyline"))
    assert len(lines) == 2, "NaN parts the line"
    heights = [float(point.split(",")[1]) for point in lines[1].get("points").split()]
    frame = root.find(f"{SVG}rect")
    assert min(heights) == float(frame.get("y"))
    assert [text.text for text in root.iter(f"{SVG}text")][:2] == ["×", "loss · 1 not finite"]


def test_names_are_escaped_and_colours_follow_the_position():
    assert "<script" not in chart("<script>", {}) + legend(["<script>"])
    assert f"stroke='{COLOURS[1]}'" in chart("x", {9: points(np.array([1.0, 2.0]))})
    assert "stroke-dasharray" in chart("x", {9: points(np.array([1.0, 2.0]))})
