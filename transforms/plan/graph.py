"""The graph of transforms: who makes what others read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from transforms.errors import DeclarationError
from transforms.spec.resource import Resource
from transforms.spec.source import SourceLocation


@dataclass(frozen=True)
class Node:
    """A transform in the graph.

    Attributes:
        name: its name, different from every other's.
        inputs: what it reads.
        outputs: what it writes.
        source: where it is written.
        compute_version: gives the version of its logic; called only when somebody wants to know.
        tags: words to select it by.
    """

    name: str
    inputs: tuple[Resource, ...]
    outputs: tuple[Resource, ...]
    source: SourceLocation
    compute_version: Callable[[], str] = field(compare=False, repr=False)
    tags: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """The version of its logic."""
        return self.compute_version()


class Graph:
    """Transforms and what flows between them.

    :param nodes: the transforms.
    :param branch: the branch of the build: an input that names another branch comes from outside.
    :raises DeclarationError: if two have one name or write one output, one writes an output twice or reads a dataset that it
        writes, or there is a cycle. A transform may read the model that it writes: the version that its last run made.
    """

    def __init__(self, nodes: Iterable[Node], branch: str | None = None) -> None:
        self.nodes: tuple[Node, ...] = tuple(nodes)
        self.branch = branch
        self._named: dict[str, Node] = {}
        self._producers: dict[str, Node] = {}
        for node in self.nodes:
            self._add(node)
        self._before = {node.name: self._producers_of(node) for node in self.nodes}
        self._after: dict[str, list[Node]] = {node.name: [] for node in self.nodes}
        for node in self.nodes:
            for producer in self._before[node.name]:
                self._after[producer.name].append(node)
        self.order: tuple[Node, ...] = self._sorted()

    def node(self, name: str) -> Node | None:
        """Return the transform of a name."""
        return self._named.get(name)

    def producer(self, resource: Resource) -> Node | None:
        """Return the transform that makes a resource; None for what comes from outside."""
        return None if self.located(resource).branch else self._producers.get(resource.key)

    def located(self, resource: Resource) -> Resource:
        """Return a resource with a branch only where that is not the branch of the build, so that equal means same."""
        elsewhere = self.branch is not None and resource.branch not in (None, self.branch)
        return resource if elsewhere or resource.branch is None else replace(resource, branch=None)

    def upstream(self, *nodes: Node, depth: int | None = None) -> list[Node]:
        """Return what some transforms need beside themselves, nearest first.

        :param nodes: the transforms.
        :param depth: how many steps to go; all when None.
        """
        return self._reached(nodes, self._before, depth)

    def downstream(self, *nodes: Node, depth: int | None = None) -> list[Node]:
        """Return what needs some transforms, beside themselves, nearest first.

        :param nodes: the transforms.
        :param depth: how many steps to go; all when None.
        """
        return self._reached(nodes, self._after, depth)

    @property
    def external_inputs(self) -> list[Resource]:
        """What is read and not made by any transform, each once."""
        read = {self.located(resource) for node in self.nodes for resource in node.inputs}
        return sorted((r for r in read if self.producer(r) is None), key=lambda r: (r.key, r.branch or ""))

    def _add(self, node: Node) -> None:
        other = self._named.setdefault(node.name, node)
        if other is not node:
            raise DeclarationError(f"Two transforms are named {node.name!r}: {other.source} and {node.source}.")
        if len({resource.key for resource in node.outputs}) < len(node.outputs):
            twice = next(r for n, r in enumerate(node.outputs) if r.key in {o.key for o in node.outputs[:n]})
            raise DeclarationError(
                f"{node.name} ({node.source}) writes the {twice} through two of its outputs; give each its own alias, "
                f"here and in [tool.transforms]."
            )
        for resource in node.outputs:
            writer = self._producers.setdefault(resource.key, node)
            if writer is not node:
                raise DeclarationError(
                    f"{writer.name} ({writer.source}) and {node.name} ({node.source}) both write the {resource}; an "
                    f"output belongs to one transform."
                )
            is_read = any(read.key == resource.key and self.producer(read) is node for read in node.inputs)
            if is_read and resource.kind != "model":
                raise DeclarationError(f"{node.name} ({node.source}) reads the {resource} that it writes.")

    def _producers_of(self, node: Node) -> list[Node]:
        found = {p.name: p for p in map(self.producer, node.inputs) if p is not None and p is not node}
        return list(found.values())

    def _sorted(self) -> tuple[Node, ...]:
        sorter = TopologicalSorter({name: [p.name for p in before] for name, before in self._before.items()})
        try:
            return tuple(self._named[name] for name in sorter.static_order())
        except CycleError as error:
            cycle = [self._named[name] for name in reversed(error.args[1])]
            path = " -> ".join(f"{node.name} ({node.source})" for node in cycle)
            raise DeclarationError(f"The transforms form a cycle, so none of them can be first: {path}.") from None

    @staticmethod
    def _reached(starts: Sequence[Node], edges: dict[str, list[Node]], depth: int | None) -> list[Node]:
        seen = {node.name for node in starts}
        found: list[Node] = []
        waiting = deque((node, 0) for node in starts)
        while waiting:
            current, distance = waiting.popleft()
            if depth is not None and distance >= depth:
                continue
            for following in edges[current.name]:
                if following.name not in seen:
                    seen.add(following.name)
                    found.append(following)
                    waiting.append((following, distance + 1))
        return found


def in_order(graph: Graph, names: Iterable[str]) -> Sequence[Node]:
    """Return the transforms of some names so that none comes before one that it needs."""
    chosen = set(names)
    return [node for node in graph.order if node.name in chosen]
