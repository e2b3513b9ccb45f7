"""Where a picture of the graph has everything: each thing in its column, and ways that touch no box."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from transforms.plan.graph import Graph, Node
from transforms.plan.layout import BOX_HEIGHT, layout_of
from transforms.spec.resource import Resource
from transforms.spec.source import SourceLocation


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph: each transform reads some of what those before it made, and makes one thing."""
    nodes: list[Node] = []
    made = [Resource("dataset", "/outside")]
    for number in range(draw(st.integers(1, 8))):
        read = draw(st.lists(st.sampled_from(made), unique=True, max_size=3))
        output = Resource("model" if number % 3 == 2 else "dataset", f"/made/{'x' * (number * 3)}{number}")
        nodes.append(Node(f"job{number}", tuple(read), (output,), SourceLocation("", 0), str))
        made.append(output)
    return Graph(nodes, "master")


@given(graphs())
def test_no_two_boxes_lie_on_each_other(graph: Graph) -> None:
    """And all are inside of the picture."""
    layout = layout_of(graph)
    for one, other in combinations(layout.places, 2):
        beside = one.left + one.width <= other.left or other.left + other.width <= one.left
        assert beside or abs(one.middle - other.middle) >= BOX_HEIGHT
    for place in layout.places:
        assert place.left >= 0
        assert place.left + place.width <= layout.width
        assert BOX_HEIGHT / 2 <= place.middle <= layout.height - BOX_HEIGHT / 2


@given(graphs())
def test_a_way_leads_from_box_to_box_to_the_right(graph: Graph) -> None:
    """From the edge of one to the edge of the other, and through no third."""
    layout = layout_of(graph)
    places = {place.key: place for place in layout.places}
    for route in layout.routes:
        start, end = places[route.start], places[route.end]
        assert route.points[0] == (start.left + start.width, start.middle)
        assert route.points[-1] == (end.left, end.middle)
        assert all(x < following for (x, _), (following, _) in zip(route.points, route.points[1:], strict=False))
        crossed = zip(route.points[1:-1:2], route.points[2:-1:2], strict=True)
        for (left, y), (right, same) in crossed:
            assert y == same
            for place in layout.places:
                apart = place.left >= right or place.left + place.width <= left
                assert apart or abs(place.middle - y) >= BOX_HEIGHT / 2


def test_an_empty_graph_has_an_empty_picture() -> None:
    """Not an error."""
    layout = layout_of(Graph([], "master"))
    assert layout.places == layout.routes == ()
