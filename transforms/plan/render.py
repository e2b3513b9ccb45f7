"""The graph as text and as Mermaid."""

from __future__ import annotations

from transforms.plan.graph import Graph
from transforms.spec.resource import Resource
from transforms.store.lookup import input_key, label


def to_text(graph: Graph) -> str:
    """Return the graph as a tree for the terminal: each transform below what it needs, in full only once."""
    lines: list[str] = []
    shown: set[str] = set()
    for resource in graph.external_inputs:
        lines.append(f"{label_of(resource)} ({resource.kind}, from outside)")
    roots = [node for node in graph.order if not graph.upstream(node, depth=1)]
    waiting = [(root, "", "") for root in reversed(roots)]  # no recursion: a chain may be deeper than Python's stack
    while waiting:
        node, prefix, connector = waiting.pop()
        name = printable(node.name)
        if node.name in shown:
            lines.append(f"{prefix}{connector}{name} (see above)")
            continue
        shown.add(node.name)
        made = ", ".join(label_of(graph.located(resource)) for resource in node.outputs) or "nothing"
        lines.append(f"{prefix}{connector}{name} -> {made}")
        below = prefix + {"": "", "├─ ": "│  ", "└─ ": "   "}[connector]
        children = graph.downstream(node, depth=1)
        last = len(children) - 1
        waiting += [(child, below, "└─ " if n == last else "├─ ") for n, child in reversed([*enumerate(children)])]
    return "\n".join(lines)


def to_mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flowchart."""
    ids = _ids(graph)
    shapes = {"dataset": ("[(", ")]"), "model": ("{{", "}}"), "evaluation": ("([", "])")}
    lines = ["flowchart LR"]
    for node in graph.order:
        lines.append(f'    {ids[node.name]}["{_mermaid(node.name)}"]')
    for resource in resources_of(graph):
        left, right = shapes[resource.kind]
        lines.append(f'    {ids[input_key(resource)]}{left}"{_mermaid(label_of(resource))}"{right}')
    lines.extend(f"    {ids[start]} --> {ids[end]}" for start, end in edges_of(graph))
    return "\n".join(lines)


def resources_of(graph: Graph) -> list[Resource]:
    """Return everything that is read or made, each once, in the order of the keys."""
    found = {graph.located(r) for node in graph.order for r in (*node.inputs, *node.outputs)}
    return sorted(found, key=input_key)


def edges_of(graph: Graph) -> list[tuple[str, str]]:
    """Return what flows from where to where: the names of transforms and the keys of resources, each pair once."""
    pairs = [
        pair
        for node in graph.order
        for pair in (
            *((input_key(graph.located(r)), node.name) for r in node.inputs),
            *((node.name, input_key(graph.located(r))) for r in node.outputs),
        )
    ]
    return list(dict.fromkeys(pairs))


def label_of(resource: Resource) -> str:
    """Return what a person reads for a located resource."""
    return printable(label(input_key(resource)))


def printable(text: str) -> str:
    """Return a text with what neither a terminal nor XML can show replaced."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _ids(graph: Graph) -> dict[str, str]:
    names = [*(node.name for node in graph.order), *map(input_key, resources_of(graph))]
    return {name: f"n{number}" for number, name in enumerate(names)}


def _mermaid(text: str) -> str:
    escapes = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
    return "".join(escapes.get(letter, letter) for letter in printable(text))
