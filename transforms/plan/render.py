"""The graph as text and as Mermaid."""

from __future__ import annotations

from transforms.plan.graph import Graph, Node
from transforms.spec.resource import Resource


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
    for resource in resources_of(graph):
        left, right = shapes[resource.kind]
        lines.append(f'    {ids[resource.key]}{left}"{_mermaid(resource.alias)}"{right}')
    for node in graph.order:
        lines.extend(f"    {ids[r.key]} --> {ids[node.name]}" for r in node.inputs)
        lines.extend(f"    {ids[node.name]} --> {ids[r.key]}" for r in node.outputs)
    return "\n".join(lines)


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


def resources_of(graph: Graph) -> list[Resource]:
    """Return everything that is read or made, in the order of the keys."""
    found = {r.key: r for node in graph.order for r in (*node.inputs, *node.outputs)}
    return [found[key] for key in sorted(found)]


def _ids(graph: Graph) -> dict[str, str]:
    names = [*(node.name for node in graph.order), *(resource.key for resource in resources_of(graph))]
    return {name: f"n{number}" for number, name in enumerate(names)}


def _mermaid(text: str) -> str:
    return text.replace('"', "#quot;")
