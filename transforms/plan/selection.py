"""The selection language: ``name``, ``alias``, globs, ``+x``, ``x+``, ``2+x``, ``tag:``, ``path:``, commas, exclusion."""

from __future__ import annotations

import posixpath
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
    :raises NotFoundError: if a selection is empty or a part of it names nothing; the nearest names are suggested.
    """
    chosen = {node.name for node in graph.nodes} if not selectors else _any(graph, selectors)
    return list(in_order(graph, chosen - _any(graph, exclude)))


def names_each(graph: Graph, selectors: Sequence[str]) -> bool:
    """Tell whether a selection names every transform it means, so that no other one can be meant."""
    parts = [part for selector in selectors for part in selector.split(",") if part]
    return bool(parts) and all(_exact(graph, part) for part in parts)


def _any(graph: Graph, selectors: Iterable[str]) -> set[str]:
    chosen: set[str] = set()
    for selector in selectors:
        parts = [_part(graph, part) for part in selector.split(",") if part]
        if not parts:
            raise NotFoundError(f"The selection {selector!r} names nothing; leave it out, or name a transform.")
        chosen |= set.intersection(*parts)
    return chosen


def _part(graph: Graph, part: str) -> set[str]:
    match = _OPERATORS.fullmatch(part)
    assert match is not None
    exact = _exact(graph, part)  # a name may end in a plus
    selected = exact or _core(graph, match["core"])
    chosen = {node.name for node in selected}
    if match["up"] and not exact:
        chosen |= {node.name for node in graph.upstream(*selected, depth=_depth(match["up_depth"]))}
    if match["down"] and not exact:
        chosen |= {node.name for node in graph.downstream(*selected, depth=_depth(match["down_depth"]))}
    return chosen


def _core(graph: Graph, core: str) -> list[Node]:
    method, _, pattern = core.partition(":")
    if method == "tag":
        selected = [node for node in graph.nodes if any(fnmatchcase(tag, pattern) for tag in node.tags)]
    elif method == "path":
        selected = [node for node in graph.nodes if fnmatchcase(node.source.file, f"*{pattern}*")]
    else:
        selected = _exact(graph, core)  # a name may have brackets
        selected = selected or [node for node in graph.nodes if any(fnmatchcase(name, core) for name in _names(node))]
    if not selected:
        raise _unknown(graph, core)
    return selected


def _exact(graph: Graph, name: str) -> list[Node]:
    return [node for node in graph.nodes if name in _names(node)]


def _names(node: Node) -> list[str]:
    return [node.name, *(resource.alias for resource in node.outputs)]


def _unknown(graph: Graph, core: str) -> NotFoundError:
    outside = next((r for r in graph.external_inputs if fnmatchcase(r.alias, core) or r.alias == core), None)
    if outside is not None:
        where = f" --branch {outside.branch}" if outside.branch else ""
        bring = f"bring it in with 'transforms put {outside.alias} FILE{where}'"
        advice = bring if outside.kind == "dataset" else "declare the transform that trains it in a pipeline"
        return NotFoundError(
            f"{outside.alias} is a {outside.kind} that is read but not made by any transform; {advice}."
        )
    method = core.partition(":")[0]
    if method == "tag":
        known = {f"tag:{tag}" for node in graph.nodes for tag in node.tags}
    elif method == "path":
        known = {f"path:{posixpath.basename(node.source.file)}" for node in graph.nodes}
    else:
        known = {name for node in graph.nodes for name in _names(node)}
    suggestion = nearest(core, sorted(known))
    if core.endswith(".py") and method == core:
        suggestion = f" What a file declares is selected with path:{core}."
    return NotFoundError(
        f"No transform, dataset or model matches {core!r}.{suggestion} 'transforms list' shows what there is."
    )


def _depth(text: str | None) -> int | None:
    return int(text) if text else None
