"""The selection language: ``name``, ``alias``, globs, ``+x``, ``x+``, ``2+x``, ``tag:``, ``path:``, commas, exclusion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from transforms.errors import NotFoundError, nearest
from transforms.plan.graph import Graph, Node, in_order

_OPERATORS = re.compile(r"(?P<up>(?P<up_depth>\d*)\+)?(?P<core>.*?)(?P<down>\+(?P<down_depth>\d*))?", re.DOTALL)


def select(graph: Graph, selectors: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[Node]:
    """Return the transforms that a selection names, in the order of their dependencies.

    :param graph: the transforms.
    :param selectors: any of them selects; within one, parts joined by commas must all select. A part names a transform,
        a dataset or model that one makes, a glob of either, ``tag:word`` or ``path:glob``; ``+`` before or after it
        adds what it needs or what needs it, with a number only so many steps. None at all selects everything.
    :param exclude: what is left out again.
    :raises NotFoundError: if a part names nothing; the nearest names are suggested.
    """
    chosen = {node.name for node in graph.nodes} if not selectors else _any(graph, selectors)
    return list(in_order(graph, chosen - _any(graph, exclude)))


def _any(graph: Graph, selectors: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for selector in selectors:
        parts = [_part(graph, part) for part in selector.split(",") if part]
        found |= set.intersection(*parts) if parts else set()
    return found


def _part(graph: Graph, part: str) -> set[str]:
    match = _OPERATORS.fullmatch(part)
    assert match is not None
    found = set()
    for node in _core(graph, match["core"]):
        found.add(node.name)
        if match["up"]:
            found |= {other.name for other in graph.upstream(node, _depth(match["up_depth"]))}
        if match["down"]:
            found |= {other.name for other in graph.downstream(node, _depth(match["down_depth"]))}
    return found


def _core(graph: Graph, core: str) -> list[Node]:
    method, _, pattern = core.partition(":")
    if method == "tag":
        found = [node for node in graph.nodes if any(fnmatchcase(tag, pattern) for tag in node.tags)]
    elif method == "path":
        found = [node for node in graph.nodes if fnmatchcase(node.source.file, f"*{pattern}*")]
    else:
        found = [node for node in graph.nodes if any(fnmatchcase(name, core) for name in _names(node))]
        found = found or [node for node in graph.nodes if core in _names(node)]  # names may have brackets
    if not found:
        raise _unknown(graph, core)
    return found


def _names(node: Node) -> list[str]:
    return [node.name, *(resource.alias for resource in node.outputs)]


def _unknown(graph: Graph, core: str) -> NotFoundError:
    if any(core == resource.alias for resource in graph.external_inputs):
        return NotFoundError(
            f"{core} is read but not made by any transform; bring it in with 'transforms put {core} FILE'."
        )
    known = [name for node in graph.nodes for name in _names(node)]
    return NotFoundError(
        f"No transform, dataset or model matches {core!r}.{nearest(core, known)} 'transforms list' shows what there is."
    )


def _depth(text: str | None) -> int | None:
    return int(text) if text else None
