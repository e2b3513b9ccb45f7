"""Which transforms would run, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from transforms.plan.graph import Graph, Node, mark
from transforms.spec.resource import Resource


@dataclass(frozen=True)
class LastBuild:
    """The newest commit that wrote a resource.

    Attributes:
        transform: the transform that wrote it, or ``put``.
        version: the version of its logic then.
        inputs: the state of each input it read, by resource key.
        seq: the ledger row of the commit.
        waits: whether a table refused the commit, so that it is in none yet.
    """

    transform: str
    version: str
    inputs: Mapping[str, int]
    seq: int
    waits: bool = False


@dataclass(frozen=True)
class PlannedJob:
    """A transform in a plan.

    Attributes:
        node: the transform.
        action: ``build``, or ``fresh`` where nothing has to be done.
        reason: why.
        depends_on_rebuild: whether it would run only because something before it does.
    """

    node: Node
    action: Literal["build", "fresh"]
    reason: str
    depends_on_rebuild: bool = False


@dataclass(frozen=True)
class Plan:
    """What a build would do.

    Attributes:
        jobs: the transforms in the order of their dependencies.
        missing: inputs that exist nowhere and that nothing in the plan makes, each with the transform that reads it.
    """

    jobs: tuple[PlannedJob, ...]
    missing: tuple[tuple[Node, Resource], ...] = ()


def plan_jobs(
    graph: Graph,
    nodes: Sequence[Node],
    last: Mapping[str, LastBuild],
    current: Mapping[str, int],
    force: bool = False,
) -> Plan:
    """Decide for each transform whether it runs.

    :param graph: all transforms.
    :param nodes: those that were selected, in the order of their dependencies.
    :param last: the newest commit of each resource on the branch of the build, by resource key.
    :param current: the state of each input that exists, by :func:`~transforms.plan.graph.mark`: any number that changes
        with it.
    :param force: run fresh ones too.
    """
    jobs: list[PlannedJob] = []
    missing: list[tuple[Node, Resource]] = []
    made: set[str] = set()
    selected = {node.name for node in nodes}
    for node in nodes:
        rebuilt = [r for r in node.inputs if (p := graph.producer(r)) is not None and p.name in made]
        for resource in node.inputs:
            producer = graph.producer(resource)
            made_here = producer is not None and producer.name in selected
            if mark(graph.located(resource)) not in current and not made_here:
                missing.append((node, resource))
        seen = {r.key: current.get(mark(graph.located(r))) for r in node.inputs}
        job = _decide(node, rebuilt, last, seen, force)
        if job.action == "build":
            made.add(node.name)
        jobs.append(job)
    return Plan(tuple(jobs), tuple(missing))


def _decide(
    node: Node,
    rebuilt: Sequence[Resource],
    last: Mapping[str, LastBuild],
    current: Mapping[str, int | None],
    force: bool,
) -> PlannedJob:
    if force:
        return PlannedJob(node, "build", "forced")
    reason = _own_reason(node, last)
    if reason is None:
        reason = _input_reason(node, rebuilt, last, current)
    if reason is not None:
        return PlannedJob(node, "build", reason)
    if rebuilt:
        names = ", ".join(resource.alias for resource in rebuilt)
        return PlannedJob(node, "build", f"{names} will be rebuilt", depends_on_rebuild=True)
    return PlannedJob(node, "fresh", "nothing changed")


def _own_reason(node: Node, last: Mapping[str, LastBuild]) -> str | None:
    builds = [last.get(resource.key) for resource in node.outputs]
    if not builds:
        return "it has no outputs"
    for resource, build in zip(node.outputs, builds, strict=True):
        if build is None:
            return "new" if not any(builds) else f"{resource.alias} was never built"
        if build.waits:
            return f"its commit #{build.seq} is not published: 'transforms recover' says why"
        if build.transform != node.name:
            return f"{resource.alias} was last written by {build.transform}"
    if any(build is not None and build.version != node.version for build in builds):
        return "code changed"
    return None


def _input_reason(
    node: Node, rebuilt: Sequence[Resource], last: Mapping[str, LastBuild], current: Mapping[str, int | None]
) -> str | None:
    waiting = {resource.key for resource in rebuilt}
    read = [last[resource.key].inputs for resource in node.outputs]
    declared = {resource.key: resource for resource in node.inputs}
    for inputs in read:
        removed = sorted(set(inputs) - set(declared))
        if removed:
            return f"input {removed[0].split(':', 1)[1]} removed"
        for key, resource in declared.items():
            if key not in inputs:
                return f"input {resource.alias} added"
            if key not in waiting and current.get(key) != inputs[key]:
                return f"{resource.alias} changed"
    return None
