"""The graph as an SVG picture."""

from __future__ import annotations

from html import escape

from transforms.plan.graph import Graph
from transforms.plan.layout import BOX_HEIGHT, Place, Route, layout_of

_STYLE = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1b1f24}"
    ".transform{fill:#dbeafe;stroke:#2563eb}.dataset{fill:#ecfdf5;stroke:#059669}.model{fill:#fef3c7;stroke:#d97706}"
    ".evaluation{fill:#f3e8ff;stroke:#9333ea}"
    "path{fill:none;stroke:#6b7280}"
)
_HEAD = (
    '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    '<path d="M0,0 L8,4 L0,8 z" style="fill:#6b7280;stroke:none"/></marker></defs>'
)
_BEFORE_HEAD = 2  # pixels that the head of an arrow stands before its box


def to_svg(graph: Graph) -> str:
    """Return the graph as an SVG picture, left to right: transforms blue boxes, datasets green pills, models amber hexagons, what
    evaluates them purple pills.
    """
    layout = layout_of(graph)
    width, height = f"{layout.width:.0f}", f"{layout.height:.0f}"
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    arrows, boxes = map(_arrow, layout.routes), map(_box, layout.places)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>{_HEAD}'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(arrows)}{"".join(boxes)}</svg>'
    )


def _box(place: Place) -> str:
    left, middle, right = place.left, place.middle, place.left + place.width
    top, bottom = middle - BOX_HEIGHT / 2, middle + BOX_HEIGHT / 2
    if place.kind == "model":
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
        radius = 6 if place.kind == "transform" else BOX_HEIGHT / 2
        size = f'width="{place.width:.1f}" height="{BOX_HEIGHT:.0f}" rx="{radius}"'
        shape = f'<rect class="{place.kind}" x="{left:.1f}" y="{top:.1f}" {size}/>'
    return f'{shape}<text x="{left + 12:.1f}" y="{middle + 5:.1f}">{escape(place.label)}</text>'


def _arrow(route: Route) -> str:
    *passed, (last_x, last_y) = route.points
    points = [*passed, (last_x - _BEFORE_HEAD, last_y)]
    path = "M{:.1f},{:.1f}".format(*points[0])
    for number, ((x, y), (end_x, end_y)) in enumerate(zip(points, points[1:], strict=False)):
        if number % 2:
            path += f" L{end_x:.1f},{end_y:.1f}"
        else:
            bend = (x + end_x) / 2
            path += f" C{bend:.1f},{y:.1f} {bend:.1f},{end_y:.1f} {end_x:.1f},{end_y:.1f}"
    return f'<path d="{path}" marker-end="url(#head)"/>'
