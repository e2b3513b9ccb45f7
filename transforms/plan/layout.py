"""Where everything of the graph stands in a picture, left to right, and the ways between; whatever draws it."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.plan.graph import Graph
from transforms.plan.render import edges_of, label_of, printable, resources_of
from transforms.store.lookup import input_key

BOX_HEIGHT = 34.0
_GAP_X, _GAP_Y, _MARGIN, _PADDING = 60, 18, 20, 12
_LETTER = 7.9  # of a font of 13 pixels whose letters are all as wide


@dataclass(frozen=True)
class Place:
    """A transform, dataset or model in the picture; all lengths are in pixels.

    Attributes:
        key: the transform's name, or the resource's key.
        kind: ``transform``, ``dataset`` or ``model``.
        label: what a person reads.
        left: where its box begins.
        middle: the middle of its height.
        width: the width of its box.
    """

    key: str
    kind: str
    label: str
    left: float
    middle: float
    width: float


@dataclass(frozen=True)
class Route:
    """The way from one place to another.

    Attributes:
        start: the key of the place where it begins.
        end: the key of the place where it ends.
        points: where it goes through, as x and y: from one to the next, in turn, it bends through a gap between two columns, and
            crosses a column straight.
    """

    start: str
    end: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Layout:
    """The picture of a graph.

    Attributes:
        places: everything in it; transforms first.
        routes: the ways between.
        width: in pixels.
        height: in pixels.
    """

    places: tuple[Place, ...]
    routes: tuple[Route, ...]
    width: float
    height: float


def layout_of(graph: Graph) -> Layout:
    """Return where everything of a graph stands."""
    labels, kinds = _labels(graph)
    columns, routes = _layers(graph)
    places: dict[str, Place] = {}
    left = float(_MARGIN)
    for column in columns:
        width = max((len(labels[key]) * _LETTER + 2 * _PADDING for key in column if key in labels), default=0.0)
        for row, key in enumerate(column):
            middle = _MARGIN + row * (BOX_HEIGHT + _GAP_Y) + BOX_HEIGHT / 2
            places[key] = Place(key, kinds.get(key, ""), labels.get(key, ""), left, middle, width)
        left += width + _GAP_X
    height = max((place.middle for place in places.values()), default=0.0) + BOX_HEIGHT / 2 + _MARGIN
    ways = tuple(_route([places[key] for key in route]) for route in routes)
    return Layout(tuple(places[key] for key in labels), ways, left - _GAP_X + _MARGIN, height)


def _route(passed: list[Place]) -> Route:
    first, *between, last = passed
    points = [(first.left + first.width, first.middle)]
    for place in between:
        points += [(place.left, place.middle), (place.left + place.width, place.middle)]
    return Route(first.key, last.key, (*points, (last.left, last.middle)))


def _labels(graph: Graph) -> tuple[dict[str, str], dict[str, str]]:
    resources = resources_of(graph)
    labels = {node.name: printable(node.name) for node in graph.order} | {input_key(r): label_of(r) for r in resources}
    kinds = {node.name: "transform" for node in graph.order} | {input_key(r): r.kind for r in resources}
    return labels, kinds


def _layers(graph: Graph) -> tuple[list[list[str]], list[list[str]]]:
    """Return the columns, and for each arrow the places it goes through: a long one reserves a place in each column."""
    depth: dict[str, int] = {}
    for node in graph.order:
        others = [r for r in node.inputs if graph.producer(r) is not node]  # its own model has an arrow to it already
        reached = [depth.setdefault(input_key(graph.located(r)), 0) for r in others]
        depth[node.name] = max(reached, default=-1) + 1
        for resource in node.outputs:
            depth[input_key(graph.located(resource))] = depth[node.name] + 1
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, column in depth.items():
        columns[column].append(key)
    routes = []
    for start, end in edges_of(graph):
        if depth[start] > depth[end]:
            continue
        between = [f"{start}>{end}>{column}" for column in range(depth[start] + 1, depth[end])]
        for column, key in enumerate(between, depth[start] + 1):
            columns[column].append(key)
        routes.append([start, *between, end])
    _untangle(columns, routes)
    return columns, routes


def _untangle(columns: list[list[str]], routes: list[list[str]]) -> None:
    """Order each column by where its neighbours to the left stand, so that fewer arrows cross."""
    before: dict[str, list[str]] = {}
    for route in routes:
        for start, end in zip(route, route[1:], strict=False):
            before.setdefault(end, []).append(start)
    row: dict[str, float] = {}
    for column in columns:
        middle = {k: sum(row[b] for b in before[k]) / len(before[k]) if k in before else 0.0 for k in column}
        column.sort(key=middle.__getitem__)
        row.update({key: float(number) for number, key in enumerate(column)})
