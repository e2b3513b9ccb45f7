"""The graph of the project with the state of each job; of a store without a project, as the ledger recorded it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from palantir_models.page.asked import Asked
from palantir_models.page.declared import Declared, Found, declared
from palantir_models.page.ids import rid_of
from transforms.errors import DeclarationError, TransformsError
from transforms.plan.graph import Graph, Node
from transforms.plan.layout import Place, layout_of
from transforms.plan.rollback import LIFECYCLE
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.spec.source import SourceLocation
from transforms.store.lookup import input_key, resource_of

if TYPE_CHECKING:
    from palantir_models.page.opened import Opened
    from transforms.store.index import LastWrite
    from transforms.store.ledger import Ledger

State = tuple[str, str]
"""``fresh``, ``stale``, ``never``, ``failed`` or ``unknown``, and why."""
_PUT = "put"
_LOOKED_AT = 1000  # rows of the ledger


@dataclass(frozen=True)
class Picture:
    """A graph, and how its jobs stand.

    Attributes:
        graph: the graph.
        states: the state of each transform, by name.
        written: where each is written and the version of its logic, by name.
        problems: what a person should know who looks at it.
    """

    graph: Graph
    states: Mapping[str, State] = field(default_factory=dict)
    written: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def lineage(asked: Asked) -> dict[str, Any]:
    """Return everything of the graph with its place and state, and the ways between."""
    opened, branch = asked.opened, asked.branch
    writes = opened.writes(branch)
    picture = _picture(opened, branch, writes)
    states = dict(picture.states) | _failed(opened, branch, writes)
    layout = layout_of(picture.graph)
    resources = {
        input_key(r): r for n in picture.graph.nodes for r in map(picture.graph.located, (*n.inputs, *n.outputs))
    }
    makers = {key: picture.graph.producer(resource) for key, resource in resources.items()}

    def state_of(place: Place) -> State:
        if place.kind == "transform":
            return states.get(place.key, ("unknown", ""))
        maker = makers[place.key]
        if maker is not None:
            return states.get(maker.name, ("unknown", ""))
        there = (resources[place.key].branch or branch, resources[place.key].key) in opened.store.writes()
        return ("fresh", "comes from outside") if there else ("never", "was never brought in")

    jobs = {key: _job(opened.store.ledger, write) for key, write in writes.items()}
    seqs = {writes[key].transform: seq for key, seq in sorted(jobs.items(), key=lambda job: job[1])}
    seqs |= {key: jobs[r.key] for key, r in resources.items() if r.branch is None and r.key in jobs}
    return {
        "places": [
            _place(place, resources.get(place.key), state_of(place), picture) | {"seq": seqs.get(place.key)}
            for place in layout.places
        ],
        "routes": [{"from": route.start, "to": route.end, "points": route.points} for route in layout.routes],
        "width": layout.width,
        "height": layout.height,
        "problems": picture.problems,
    }


def _job(ledger: Ledger, write: LastWrite) -> int:
    """Return the ledger's row of the job that made something: what was decided about its versions since, such as a tag, is none."""
    if LIFECYCLE not in write.output:
        return write.seq
    before = (entry for entry in ledger.newest(_LOOKED_AT, write.seq - 1) if entry.branch == write.branch)
    outputs = ((entry.seq, entry.outputs[write.key]) for entry in before if write.key in entry.outputs)
    return next((seq for seq, output in outputs if LIFECYCLE not in output), write.seq)


def warm_up(opened: Opened) -> None:
    """Find out what the project declares before somebody looks; what is wrong with it is told to who looks.

    :param opened: the store and its project.
    """
    if opened.config.pipelines:
        with suppress(TransformsError, OSError):
            _declared(opened, DEFAULT_BRANCH)


def _place(place: Place, resource: Resource | None, state: State, picture: Picture) -> dict[str, Any]:
    source, code_version = picture.written.get(place.key, (None, None))
    return {
        "id": place.key,
        "kind": place.kind,
        "rid": None if resource is None or not resource.has_table else rid_of(resource),
        "label": place.label,
        "branch": None if resource is None else resource.branch,
        "x": place.left,
        "y": place.middle,
        "width": place.width,
        "state": state[0],
        "reason": state[1],
        "source": source,
        "code_version": code_version,
    }


def _picture(opened: Opened, branch: str, writes: Mapping[str, LastWrite]) -> Picture:
    """Return the graph that the project declares, or the one that was recorded, and why it is that one."""
    if not opened.config.pipelines:
        return _recorded(writes, branch)
    try:
        found = _declared(opened, branch)
        nodes = [_node(one.name, one.inputs, one.outputs) for one in found.transforms]
        return Picture(
            Graph(nodes, branch),
            {one.name: _state(one) for one in found.transforms},
            {one.name: (one.source, one.code_version) for one in found.transforms},
            tuple(found.problems),
        )
    except TransformsError as error:
        recorded = _recorded(writes, branch)
        told = f"{error} So this is how the jobs were when they last ran."
        return Picture(recorded.graph, recorded.states, {}, (told, *recorded.problems))


def _declared(opened: Opened, branch: str) -> Found:
    """Return what the project declares, found out anew when a file of it, or the ledger, has changed."""
    key = ("declared", branch, opened.store.ledger.head())
    found = opened.once(key, lambda: declared(opened.config, branch))
    if not found.is_current:
        opened.forget(key)
        found = opened.once(key, lambda: declared(opened.config, branch))
    return found


def _state(job: Declared) -> State:
    if job.action is None:
        return "unknown", job.reason
    if job.action == "fresh":
        return "fresh", job.reason
    return ("never" if job.reason == "new" or job.reason.endswith("was never built") else "stale"), job.reason


def _recorded(writes: Mapping[str, LastWrite], branch: str) -> Picture:
    """Return the graph of the jobs that last wrote what there is; what was put has no job."""
    jobs: dict[str, list[LastWrite]] = {}
    for write in writes.values():
        if write.transform != _PUT:
            jobs.setdefault(write.transform, []).append(write)
    nodes = [
        _node(
            name,
            dict.fromkeys(resource_of(key) for write in found for key in sorted(write.inputs)),
            [resource_of(write.key) for write in found],
        )
        for name, found in sorted(jobs.items())
    ]
    unknown = dict.fromkeys(jobs, ("unknown", "no project says what it would do now"))
    try:
        return Picture(Graph(nodes, branch), unknown)
    except DeclarationError as error:  # they ran at different times, and were connected otherwise in between
        return Picture(Graph([], branch), {}, {}, (f"The jobs of the ledger make no graph. {error}",))


def _node(name: str, inputs: Iterable[Resource], outputs: Iterable[Resource]) -> Node:
    return Node(name, tuple(inputs), tuple(outputs), SourceLocation("", 0), compute_version=str)


def _failed(opened: Opened, branch: str, writes: Mapping[str, LastWrite]) -> dict[str, State]:
    """Return the transforms whose newest failed experiment is younger than what they committed last.

    A job that fails commits nothing; what it leaves, if anything, is its experiments.
    """
    from palantir_models.reading.everywhere import failed_experiments

    committed = {write.transform: write.committed_time for write in writes.values()}
    found: dict[str, State] = {}
    for row in failed_experiments(opened.store, branch):
        name, last = row["transform"], committed.get(row["transform"])
        if last is None or datetime.fromisoformat(row["created_time"]) > last:
            found[name] = "failed", f"its experiment {row['name']} failed: {row.get('error') or 'it does not say why'}"
    return found
