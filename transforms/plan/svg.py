"""The graph as an SVG picture."""

from __future__ import annotations

from html import escape

from transforms.plan.graph import Graph
from transforms.plan.render import edges_of, label_of, printable, resources_of
from transforms.store.lookup import input_key

_BOX_HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _LETTER = 34, 60, 18, 20, 7.9
_STYLE = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1b1f24}"
    ".transform{fill:#dbeafe;stroke:#2563eb}.dataset{fill:#ecfdf5;stroke:#059669}.model{fill:#fef3c7;stroke:#d97706}"
    "path{fill:none;stroke:#6b7280}"
)
_HEAD = (
    '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    '<path d="M0,0 L8,4 L0,8 z" style="fill:#6b7280;stroke:none"/></marker></defs>'
)
Place = tuple[float, float, float]  # left, middle, width


def to_svg(graph: Graph) -> str:
    """Return the graph as an SVG picture, left to right: transforms blue boxes, datasets green pills, models amber hexagons."""
    labels, kinds = _labels(graph)
    columns, routes = _layers(graph)
    places: dict[str, Place] = {}
    left = float(_MARGIN)
    for column in columns:
        width = max((len(labels[key]) * _LETTER + 24 for key in column if key in labels), default=0.0)
        for row, key in enumerate(column):
            places[key] = (left, _MARGIN + row * (_BOX_HEIGHT + _GAP_Y) + _BOX_HEIGHT / 2, width)
        left += width + _GAP_X
    height = max((middle for _, middle, _ in places.values()), default=0.0) + _BOX_HEIGHT / 2 + _MARGIN
    width = left - _GAP_X + _MARGIN
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    boxes = [_box(places[key], labels[key], kinds[key]) for key in labels]
    arrows = [_arrow([places[key] for key in route]) for route in routes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>{_HEAD}'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(arrows)}{"".join(boxes)}</svg>'
    )


def _labels(graph: Graph) -> tuple[dict[str, str], dict[str, str]]:
    resources = resources_of(graph)
    labels = {node.name: printable(node.name) for node in graph.order} | {input_key(r): label_of(r) for r in resources}
    kinds = {node.name: "transform" for node in graph.order} | {input_key(r): r.kind for r in resources}
    return labels, kinds


def _layers(graph: Graph) -> tuple[list[list[str]], list[list[str]]]:
    """Return the columns, and for each arrow the places it goes through: a long one reserves a place in each column."""
    depth: dict[str, int] = {}
    for node in graph.order:
        reached = [depth.setdefault(input_key(graph.located(r)), 0) for r in node.inputs]
        depth[node.name] = max(reached, default=-1) + 1
        for resource in node.outputs:
            depth[input_key(graph.located(resource))] = depth[node.name] + 1
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, column in depth.items():
        columns[column].append(key)
    routes = []
    for start, end in edges_of(graph):
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


def _box(place: Place, label: str, kind: str) -> str:
    left, middle, width = place
    top, bottom, right = middle - _BOX_HEIGHT / 2, middle + _BOX_HEIGHT / 2, left + width
    if kind == "model":
        corners = (
            (left, middle),
            (left + 9, top),
            (right - 9, top),
            (right, middle),
            (right - 9, bottom),
            (left + 9, bottom),
        )
        shape = f'<polygon class="model" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}"/>'
    else:
        radius = 6 if kind == "transform" else _BOX_HEIGHT / 2
        shape = f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_BOX_HEIGHT}" rx="{radius}"/>'
    return f'{shape}<text x="{left + 12:.1f}" y="{middle + 5:.1f}">{escape(label)}</text>'


def _arrow(places: list[Place]) -> str:
    x, y, width = places[0]
    x += width
    path = f"M{x:.1f},{y:.1f}"
    for number, (left, middle, wide) in enumerate(places[1:], 1):
        end = left - 2 if number == len(places) - 1 else left
        bend = (x + end) / 2
        path += f" C{bend:.1f},{y:.1f} {bend:.1f},{middle:.1f} {end:.1f},{middle:.1f}"
        x, y = left + wide, middle
        if number < len(places) - 1:
            path += f" L{x:.1f},{y:.1f}"
    return f'<path d="{path}" marker-end="url(#head)"/>'
