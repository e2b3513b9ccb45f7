"""Which transforms would run, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from transforms.plan.graph import Graph, Node
from transforms.plan.incremental import Decision
from transforms.plan.render import label_of
from transforms.spec.resource import Resource
from transforms.store import recorded_parameters
from transforms.store.lookup import input_key, label, recorded_key


@dataclass(frozen=True)
class LastBuild:
    """The newest commit that wrote a resource.

    Attributes:
        transform: the transform that wrote it, or ``put``.
        version: the version of its logic then.
        inputs: the state of each input it read, by :func:`~transforms.store.lookup.input_key`.
        seq: the ledger row of the commit.
        waits: whether a table refused the commit, so that it is in none yet.
        branches: the branch on which each input was found.
        parameters: the value of each scalar parameter; see :mod:`transforms.store.recorded_parameters`.
    """

    transform: str
    version: str
    inputs: Mapping[str, int]
    seq: int
    waits: bool = False
    branches: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """What a build would meet.

    Attributes:
        last: the newest commit of each resource on the branch of the build, by resource key.
        inputs: the state of each input that exists, by :func:`~transforms.store.lookup.input_key`: any number that changes
            with it.
        parameters: the values of each transform's scalar parameters, by the transform's name.
    """

    last: Mapping[str, LastBuild] = field(default_factory=dict)
    inputs: Mapping[str, int] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedJob:
    """A transform in a plan.

    Attributes:
        node: the transform.
        action: ``build``, or ``fresh`` where nothing has to be done.
        reason: why.
        depends_on_rebuild: whether it would run only because something before it does.
        incremental: whether it will go on from its last run, and why; None for one that never does, and for a fresh one.
    """

    node: Node
    action: Literal["build", "fresh"]
    reason: str
    depends_on_rebuild: bool = False
    incremental: Decision | None = None


@dataclass(frozen=True)
class Plan:
    """What a build would do.

    Attributes:
        jobs: the transforms in the order of their dependencies.
        missing: inputs that exist nowhere and that nothing in the plan makes, each with the transform that reads it.
    """

    jobs: tuple[PlannedJob, ...]
    missing: tuple[tuple[Node, Resource], ...] = ()


def plan_jobs(graph: Graph, nodes: Sequence[Node], state: State = State(), force: bool = False) -> Plan:
    """Decide for each transform whether it runs.

    :param graph: all transforms.
    :param nodes: those that were selected, in the order of their dependencies.
    :param state: what they would meet.
    :param force: run fresh ones too.
    """
    jobs: list[PlannedJob] = []
    missing: list[tuple[Node, Resource]] = []
    made: set[str] = set()
    selected = {node.name for node in nodes}
    for node in nodes:
        # What it made itself, the last time: a model that it goes on training.
        inputs = [resource for resource in node.inputs if graph.producer(resource) is not node]
        rebuilt = [r for r in inputs if (p := graph.producer(r)) is not None and p.name in made]
        for resource in inputs:
            producer = graph.producer(resource)
            made_here = producer is not None and producer.name in selected
            if input_key(resource) not in state.inputs and not made_here:
                missing.append((node, resource))
        job = _decide(node, inputs, rebuilt, state, force)
        if job.action == "build":
            made.add(node.name)
        jobs.append(job)
    return Plan(tuple(jobs), tuple(missing))


def _decide(
    node: Node, inputs: Sequence[Resource], rebuilt: Sequence[Resource], state: State, force: bool
) -> PlannedJob:
    if force:
        return PlannedJob(node, "build", "forced")
    reason = _own_reason(node, state) or _input_reason(node, inputs, rebuilt, state)
    if reason is not None:
        return PlannedJob(node, "build", reason)
    if rebuilt:
        names = ", ".join(resource.alias for resource in rebuilt)
        return PlannedJob(node, "build", f"{names} will be rebuilt", depends_on_rebuild=True)
    return PlannedJob(node, "fresh", "nothing changed")


def _own_reason(node: Node, state: State) -> str | None:
    builds = [state.last.get(resource.key) for resource in node.outputs]
    if not builds:
        return "it has no outputs"
    for resource, build in zip(node.outputs, builds, strict=True):
        if build is None:
            return "new" if not any(builds) else f"{resource.alias} was never built"
        if build.waits:
            return f"its commit #{build.seq} is not published: 'transforms recover' says why"
        if build.transform != node.name:
            return f"{resource.alias} was last written by {build.transform}"
    written = [build for build in builds if build is not None]
    if any(build.version != node.version for build in written):
        return "code changed"
    values = state.parameters.get(node.name, {})
    return next(filter(None, (recorded_parameters.change(build.parameters, values) for build in written)), None)


def _input_reason(node: Node, inputs: Sequence[Resource], rebuilt: Sequence[Resource], state: State) -> str | None:
    declared = {input_key(resource) for resource in node.inputs}
    for build in (state.last[resource.key] for resource in node.outputs):
        recorded = {resource: recorded_key(resource, build.inputs, build.branches) for resource in inputs}
        removed = sorted(set(build.inputs) - set(recorded.values()) - declared)
        if removed:
            return f"input {label(removed[0])} removed"
        for resource, key in recorded.items():
            if key is None:
                return f"input {label_of(resource)} added"
            if resource not in rebuilt and state.inputs.get(input_key(resource)) != build.inputs[key]:
                return f"{label_of(resource)} changed"
    return None
