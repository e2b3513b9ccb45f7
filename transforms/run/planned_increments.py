"""Which jobs of a plan will run incrementally: told beforehand, by the rules and facts that the jobs themselves go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from transforms.plan.graph import Graph
from transforms.plan.incremental import RECORD, Decision, decide, foreseen
from transforms.plan.staleness import Plan, PlannedJob
from transforms.run.continuing import Growth, Place, ReadInput, read_inputs
from transforms.run.plan_reading import PlanReader
from transforms.spec.incremental import Incremental
from transforms.spec.resource import Resource
from transforms.store.lookup import candidates, label


@dataclass(frozen=True)
class _Standing:
    """How a job would run as things stand.

    Attributes:
        decision: how.
        read: the datasets that it reads incrementally.
        growth: how it asks for what was added to them.
    """

    decision: Decision
    read: Sequence[ReadInput]
    growth: Growth


@dataclass(frozen=True)
class IncrementalPlanner(PlanReader):
    """Tells of a plan's jobs how they will run.

    Attributes:
        graph: all transforms.
    """

    graph: Graph

    def told(self, plan: Plan) -> Plan:
        """Return a plan that says of each job that is built how it will run.

        A job whose inputs are built before it is told by what those will do: one that runs incrementally adds to its outputs.
        """
        jobs = [job for job in plan.jobs if job.action == "build" and self._declared(job) is not None]
        if not jobs:
            return plan
        place = self._place(jobs)
        names = [job.node.name for job in jobs]
        standing = dict(zip(names, self.side_by_side(partial(self._standing, place), jobs), strict=True))
        built: dict[str, Decision | None] = {}
        told = []
        for job in plan.jobs:
            found = standing.get(job.node.name)
            if found is not None:
                decision = foreseen(found.decision, self._replaced(found, built, place))
                job = replace(job, incremental=decision)
            if job.action == "build":
                built[job.node.name] = job.incremental
            told.append(job)
        return replace(plan, jobs=tuple(told))

    def _declared(self, job: PlannedJob) -> Incremental | None:
        return self.transforms[job.node.name].incremental

    def _place(self, jobs: Sequence[PlannedJob]) -> Place:
        """Return the place of the build, which knows of all tables that are asked for whether they are there."""
        plain = [replace(output, branch=None) for job in jobs for output in job.node.outputs]
        asked = dict.fromkeys([*plain, *(read for job in jobs for read in job.node.inputs)])
        tables = [
            self.store.table_of(resource, branch)
            for resource in asked
            if resource.has_table
            for branch in candidates(resource, self.branch, self.fallbacks)
        ]
        there = self.store.storage.tables(tables)
        return Place(self.store, self.branch, self.fallbacks, self.store.writes(), there.__contains__)

    def _standing(self, place: Place, job: PlannedJob) -> _Standing:
        declared = self._declared(job)
        assert declared is not None
        outputs = [place.output(resource) for resource in job.node.outputs]
        growth = Growth.since(self.store.storage, declared, outputs)
        read = read_inputs(self.transforms[job.node.name], declared, self.resolve)
        found = ((one, place.branch_of(one.resource)) for one in read)
        states = (
            growth.look(one, branch, self.store.table_of(one.resource, branch))[0]
            for one, branch in found
            if branch is not None  # made by a job of this plan
        )
        return _Standing(decide(job.node.name, declared, outputs, states), read, growth)

    def _replaced(self, standing: _Standing, built: Mapping[str, Decision | None], place: Place) -> list[str]:
        """Return which inputs were read before and will have been replaced by then."""
        replaced = []
        for read in standing.read:
            producer = self.graph.producer(read.resource)
            if producer is None or producer.name not in built or standing.growth.pin(read.resource) is None:
                continue
            if not self._grows(read.resource, built[producer.name], place):
                replaced.append(label(read.key))
        return replaced

    def _grows(self, resource: Resource, decision: Decision | None, place: Place) -> bool:
        """Whether a job adds to a dataset: as it declares, or as it chose the last time."""
        last = place.writes.get((self.branch, resource.key))
        chosen = None if last is None else last.output.get("mode")
        if decision is None:  # no incremental transform; it may choose to append
            return chosen in ("append", "modify")
        record = {} if last is None else last.output.get(RECORD, {})
        return decision.is_incremental and not (record.get("ran") and chosen == "replace")
