"""The graph as text, Mermaid and SVG."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from transforms.plan.graph import Graph, Node
from transforms.spec.resource import Resource

_BOX_HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _LETTER = 34, 60, 18, 20, 7.4
_STYLE = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1b1f24}"
    ".transform{fill:#dbeafe;stroke:#2563eb}.dataset{fill:#ecfdf5;stroke:#059669}.model{fill:#fef3c7;stroke:#d97706}"
    "path{fill:none;stroke:#6b7280}"
)


def to_text(graph: Graph) -> str:
    """Return the graph as a tree for the terminal: each transform below what it needs, in full only once."""
    lines: list[str] = []
    shown: set[str] = set()
    for resource in graph.external_inputs:
        lines.append(f"{resource.alias} ({resource.kind}, from outside)")
    roots = [node for node in graph.order if not graph.upstream(node, depth=1)]
    for root in roots:
        _branch(graph, root, "", "", lines, shown)
    return "\n".join(lines)


def to_mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flowchart."""
    ids = _ids(graph)
    shapes = {"dataset": ("[(", ")]"), "model": ("{{", "}}")}
    lines = ["flowchart LR"]
    for node in graph.order:
        lines.append(f'    {ids[node.name]}["{_mermaid(node.name)}"]')
    for resource in _resources(graph):
        left, right = shapes[resource.kind]
        lines.append(f'    {ids[resource.key]}{left}"{_mermaid(resource.alias)}"{right}')
    for node in graph.order:
        lines.extend(f"    {ids[r.key]} --> {ids[node.name]}" for r in node.inputs)
        lines.extend(f"    {ids[node.name]} --> {ids[r.key]}" for r in node.outputs)
    return "\n".join(lines)


def to_svg(graph: Graph) -> str:
    """Return the graph as an SVG picture, left to right: datasets green, models amber, transforms blue."""
    columns = _columns(graph)
    places: dict[str, tuple[float, float, float]] = {}
    shapes: list[str] = []
    left, height = float(_MARGIN), 0.0
    for column in columns:
        width = max((len(label) for _, label, _ in column), default=0) * _LETTER + 24
        for row, (key, label, kind) in enumerate(column):
            top = _MARGIN + row * (_BOX_HEIGHT + _GAP_Y)
            places[key] = (left, top + _BOX_HEIGHT / 2, width)
            radius = 6 if kind == "transform" else _BOX_HEIGHT / 2
            shapes.append(
                f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_BOX_HEIGHT}" '
                f'rx="{radius}"/><text x="{left + 12:.1f}" y="{top + 22}">{escape(label)}</text>'
            )
            height = max(height, top + _BOX_HEIGHT)
        left += width + _GAP_X
    arrows = [_arrow(places[start], places[end]) for start, end in _edges(graph)]
    size = f'width="{left - _GAP_X + _MARGIN:.0f}" height="{height + _MARGIN:.0f}"'
    marker = (
        '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" style="fill:#6b7280;stroke:none"/></marker></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>{marker}'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(arrows)}{"".join(shapes)}</svg>'
    )


def _branch(graph: Graph, node: Node, prefix: str, connector: str, lines: list[str], shown: set[str]) -> None:
    made = ", ".join(resource.alias for resource in node.outputs) or "nothing"
    if node.name in shown:
        lines.append(f"{prefix}{connector}{node.name} (see above)")
        return
    shown.add(node.name)
    lines.append(f"{prefix}{connector}{node.name} -> {made}")
    children = graph.downstream(node, depth=1)
    below = prefix + {"": "", "├─ ": "│  ", "└─ ": "   "}[connector]
    for index, child in enumerate(children):
        _branch(graph, child, below, "└─ " if index == len(children) - 1 else "├─ ", lines, shown)


def _resources(graph: Graph) -> list[Resource]:
    found = {r.key: r for node in graph.order for r in (*node.inputs, *node.outputs)}
    return [found[key] for key in sorted(found)]


def _ids(graph: Graph) -> dict[str, str]:
    names = [*(node.name for node in graph.order), *(resource.key for resource in _resources(graph))]
    return {name: f"n{number}" for number, name in enumerate(names)}


def _mermaid(text: str) -> str:
    return text.replace('"', "#quot;")


def _columns(graph: Graph) -> list[list[tuple[str, str, str]]]:
    depth: dict[str, int] = {}
    for node in graph.order:
        reached = [depth.setdefault(r.key, 0) for r in node.inputs]
        depth[node.name] = max(reached, default=-1) + 1
        for resource in node.outputs:
            depth[resource.key] = depth[node.name] + 1
    entries: Iterable[tuple[str, str, str]] = [
        *((node.name, node.name, "transform") for node in graph.order),
        *((r.key, r.alias, r.kind) for r in _resources(graph)),
    ]
    columns: list[list[tuple[str, str, str]]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for entry in entries:
        columns[depth[entry[0]]].append(entry)
    return columns


def _edges(graph: Graph) -> list[tuple[str, str]]:
    return [
        *((r.key, node.name) for node in graph.order for r in node.inputs),
        *((node.name, r.key) for node in graph.order for r in node.outputs),
    ]


def _arrow(start: tuple[float, float, float], end: tuple[float, float, float]) -> str:
    x1, y1, x2, y2 = start[0] + start[2], start[1], end[0], end[1]
    middle = (x1 + x2) / 2
    curve = f"M{x1:.1f},{y1:.1f} C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2 - 2:.1f},{y2:.1f}"
    return f'<path d="{curve}" marker-end="url(#head)"/>'
