"""A project: its configuration, its store, the transforms it declares, and how they are planned and built."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from transforms.config import Config, load_config
from transforms.config.job_settings import JobSettings
from transforms.errors import ConfigError, NotFoundError, TransformsError
from transforms.plan.graph import Graph, Node
from transforms.plan.selection import names_each, select
from transforms.plan.staleness import LastBuild, Plan, PlannedJob, State, plan_jobs
from transforms.run.as_of import AsOf
from transforms.run.attempts import Attempts
from transforms.run.build import Listener, Task, run_tasks
from transforms.run.cancellation import Cancellation
from transforms.run.increment import refusal
from transforms.run.job import JobOptions, JobResult
from transforms.run.job_log import JobLogs
from transforms.run.pipelines import Loaded, load_pipelines
from transforms.run.planned_checks import CheckPlanner
from transforms.run.planned_increments import IncrementalPlanner
from transforms.run.scope import EngineChoice
from transforms.spec.discovery import ImportFailedError
from transforms.spec.pipeline import Pipeline
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.spec.transform import Transform
from transforms.store import recovery
from transforms.store.entry import InputPin
from transforms.store.lookup import candidates, first_found, input_key, remedy
from transforms.store.store import Store


@dataclass(frozen=True)
class BuildOptions:
    """How a build runs.

    Attributes:
        branch: the branch that is written.
        force: run fresh jobs too.
        workers: how many jobs run at a time.
        fail_fast: begin nothing new after a failure.
        parameters: values for scalar parameters, by name.
        wait_seconds: how long to wait for an output that another build holds, in seconds.
        engine: which engines the jobs may use; see :class:`~transforms.run.scope.JobScope`.
        retries: how often a job is tried again whose failure may pass; as the project says when None.
        time_limit_seconds: how long a job may take; as the project says when None.
        as_of: the commit as of which inputs are read that no job of the build makes; as they are when None.
    """

    branch: str = DEFAULT_BRANCH
    force: bool = False
    workers: int = 1
    fail_fast: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    wait_seconds: float = 0.0
    engine: EngineChoice = "auto"
    retries: int | None = None
    time_limit_seconds: float | None = None
    as_of: int | None = None

    def job_settings(self, config: Config) -> JobSettings:
        """Return how jobs are tried: as is said here, else as the project says."""
        said = config.jobs
        if self.retries is not None:
            said = replace(said, retries=self.retries)
        return said if self.time_limit_seconds is None else replace(said, time_limit_seconds=self.time_limit_seconds)


class Project:
    """A project as the command line sees it.

    :param config: its configuration.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.store = Store(config.root)
        self.starts_spark = True
        """Whether Spark may be started for modules that make columns when they are imported."""
        self._graphs: dict[str, Graph] = {}

    def __repr__(self) -> str:
        return f"<Project {self.config.project}, {self.store!r}>"

    @classmethod
    def open(cls, start: Path | None = None, root: str | None = None) -> Project:
        """Open the project that a folder belongs to.

        :param start: the folder to look from, upward; the working folder when None.
        :param root: the store's root, where it is not the configured one.
        """
        return cls(load_config(start, root=root))

    @cached_property
    def transforms(self) -> Mapping[str, Transform]:
        """The transforms of every pipeline, by the name they are shown with."""
        return _named(self._loaded.pipelines)

    @property
    def unimported(self) -> Sequence[ImportFailedError]:
        """What of the project could not be imported and why; the transforms in it are not known."""
        return self._loaded.failures

    @cached_property
    def _loaded(self) -> Loaded:
        return load_pipelines(self.config, self.starts_spark)

    def graph(self, branch: str = DEFAULT_BRANCH) -> Graph:
        """Return the graph of all transforms for builds on a branch."""
        if branch not in self._graphs:
            self._graphs[branch] = Graph([self._node(name, made) for name, made in self.transforms.items()], branch)
        return self._graphs[branch]

    def select(self, selectors: Sequence[str], exclude: Sequence[str] = (), branch: str = DEFAULT_BRANCH) -> list[Node]:
        """Return the transforms that a selection names, in the order of their dependencies."""
        try:
            return select(self.graph(branch), selectors, exclude)
        except NotFoundError as error:
            if not self.unimported:
                raise
            raise NotFoundError(f"{error} {self._lacking}") from error

    @property
    def _lacking(self) -> str:
        return f"It may be in {' or '.join(failure.file for failure in self.unimported)}, which cannot be imported."

    def plan(
        self, selectors: Sequence[str] = (), exclude: Sequence[str] = (), options: BuildOptions = BuildOptions()
    ) -> Plan:
        """Tell what a build would do and why; reads the ledger's index, and logs of tables that are read incrementally.

        :raises NotFoundError: if an input exists nowhere and nothing in the build makes it.
        :raises ConfigError: if the project has no transforms.
        """
        graph = self.graph(options.branch)
        if not graph.nodes and self.unimported:
            raise ConfigError("No other module of the project has transforms, so there is nothing to build.")
        if not graph.nodes:
            raise ConfigError(
                f"The pipelines of {self.config.project} have no transforms, so there is nothing to build. Add them where "
                f"the Pipeline is made: pipeline.add_transforms(function), or pipeline.discover_transforms(package)."
            )
        nodes = self.select(selectors, exclude, options.branch)
        as_of = AsOf.of(options.as_of, nodes, options.branch)
        plan = self._plan(graph, nodes, options, as_of)
        if not plan.missing:
            return plan
        if as_of is not None and as_of.until(plan.missing[0][1]) is not None:
            node, resource = plan.missing[0]
            raise as_of.missing(resource, f"{node.name} ({node.source})")
        readers = [node for node, _ in plan.missing]
        blocked = {node.name for node in (*readers, *graph.downstream(*readers))}
        rest = [node for node in nodes if node.name not in blocked]
        if not rest or not self.unimported:
            error = self._missing(graph, plan, options)
            raise NotFoundError(f"{error} {self._lacking}") if self.unimported else error
        return replace(self._plan(graph, rest, options, as_of), missing=plan.missing)

    def left_out(self, plan: Plan) -> list[str]:
        """Return a sentence for each transform that a plan does not run, as what it reads may be made in such a module."""
        return [
            f"{node.name} ({node.source}) and what needs it were left out: it reads {resource}, which is not there yet and "
            f"which a module that cannot be imported may make."
            for node, resource in plan.missing
        ]

    def refused(self, plan: Plan, options: BuildOptions = BuildOptions()) -> list[TransformsError]:
        """Return the errors that jobs of a plan would raise before their functions run, as far as that can be told.

        Of those that must run incrementally and cannot, and of checks that cannot be made of what is there.

        :param plan: the plan.
        :param options: how it would be built.
        """
        required = [
            refused
            for job in plan.jobs
            if job.incremental is not None
            and (refused := refusal(self.transforms[job.node.name], job.incremental)) is not None
        ]
        checks = CheckPlanner(
            self.transforms, self.store, options.branch, self.config.fallback_branches, self.config.resolve
        )
        return [*required, *checks.impossible(plan)]

    def may_lack(self, selectors: Sequence[str], branch: str = DEFAULT_BRANCH) -> bool:
        """Tell whether a selection can mean transforms of modules that could not be imported."""
        return bool(self.unimported) and not names_each(self.graph(branch), selectors)

    def build(self, plan: Plan, listener: Listener, options: BuildOptions = BuildOptions()) -> list[JobResult]:
        """Run a plan.

        :param plan: what to run, from :meth:`plan`.
        :param listener: is told about every job.
        :param options: how to run.
        :returns: a result for each job, in the order in which they ended.
        """
        graph = self.graph(options.branch)
        names = {job.node.name for job in plan.jobs}
        profiles = list(dict.fromkeys(p for job in plan.jobs for p in self.transforms[job.node.name].profiles))
        cancel, logs = Cancellation(), JobLogs()
        attempts = Attempts(self.store, self.config, options.job_settings(self.config), cancel, logs)
        shared = JobOptions(
            branch=options.branch,
            wait_seconds=options.wait_seconds,
            engine=options.engine,
            profiles=profiles,
            as_of=AsOf.of(options.as_of, [job.node for job in plan.jobs], options.branch),
        )
        tasks = []
        for job in plan.jobs:
            needs = frozenset(node.name for node in graph.upstream(job.node, depth=1) if node.name in names)
            tasks.append(Task(job.node.name, needs, self._runner(graph, job, options, shared, attempts)))
        if any(job.action == "build" for job in plan.jobs):
            self.store.storage.check_access()
        if self.store.exists and any(job.action == "build" for job in plan.jobs):
            recovery.finish(self.store)
        workers = options.workers if self.runs_side_by_side(plan, options) else 1
        with logs.listening():
            return run_tasks(tasks, listener, workers, options.fail_fast, cancel)

    def runs_side_by_side(self, plan: Plan, options: BuildOptions) -> bool:
        """Tell whether two jobs of a plan may run at a time; those that each need the one before run in this thread."""
        graph = self.graph(options.branch)
        building = [job.node for job in plan.jobs if job.action == "build"]
        is_chain = all(before in graph.upstream(node, depth=1) for before, node in pairwise(building))
        return options.workers > 1 and not is_chain

    def _runner(
        self, graph: Graph, job: PlannedJob, options: BuildOptions, shared: JobOptions, attempts: Attempts
    ) -> Callable[[], JobResult]:
        as_of = shared.as_of

        def run() -> JobResult:
            planned = job
            if job.action == "build" and job.depends_on_rebuild:
                # What it waited for may have aborted and so left everything as it was: look again.
                (planned,) = self._plan(graph, [job.node], options, as_of).jobs
            if planned.action == "fresh":
                return JobResult(job.node.name, "fresh", reason=planned.reason)
            transform = self.transforms[job.node.name]
            job_options = replace(shared, name=job.node.name, parameters=_given(transform, options))
            result = attempts.run(
                transform, job_options, lambda: self._plan(graph, [job.node], options, as_of).jobs[0].action == "fresh"
            )
            return replace(
                result, reason=result.reason or planned.reason, incremental=result.incremental or planned.incremental
            )

        return run

    def _plan(self, graph: Graph, nodes: Sequence[Node], options: BuildOptions, as_of: AsOf | None) -> Plan:
        state = self._state(graph, options)
        if as_of is not None:
            state = replace(state, inputs=self._inputs_as_of(state.inputs, nodes, as_of))
        plan = plan_jobs(graph, nodes, state, options.force)
        planner = IncrementalPlanner(
            self.transforms, self.store, options.branch, self.config.fallback_branches, self.config.resolve, graph
        )
        told = planner.told(plan)
        return told if as_of is None else replace(told, jobs=tuple(as_of.foreseen(job) for job in told.jobs))

    def _inputs_as_of(self, now: Mapping[str, int], nodes: Sequence[Node], as_of: AsOf) -> dict[str, int]:
        read = {resource for node in nodes for resource in node.inputs if as_of.until(resource) is not None}
        fallbacks = self.config.fallback_branches
        then = {input_key(resource): as_of.state(self.store, resource, fallbacks) for resource in read}
        return {key: state for key, state in {**now, **then}.items() if state is not None}

    def _state(self, graph: Graph, options: BuildOptions) -> State:
        written = self.store.writes()
        looked_at = {
            resource: candidates(resource, options.branch, self.config.fallback_branches)
            for node in graph.nodes
            for resource in node.inputs
        }
        places = {(branch, resource.key) for resource, branches in looked_at.items() for branch in branches}
        tables = {place: self._table(*place) for place in places}
        # A table that somebody deleted by hand was never built, whatever the ledger says.
        made = {
            key: self.store.tables_of(write) for (branch, key), write in written.items() if branch == options.branch
        }
        there = self.store.storage.tables([*tables.values(), *chain.from_iterable(made.values())])
        waiting = self.store.waiting()
        last = {
            key: LastBuild(
                write.transform,
                write.code_version,
                write.inputs,
                write.seq,
                write.seq in waiting,
                write.inputs_branches,
                write.parameters,
            )
            for (branch, key), write in written.items()
            if branch == options.branch and there.issuperset(made[key])
        }
        inputs: dict[str, int] = {}
        for resource, branches in looked_at.items():
            built = {
                branch: tables[branch, resource.key] for branch in branches if tables[branch, resource.key] in there
            }
            found = first_found(branches, built.get)
            if found is None:
                continue
            table, branch = found
            write = written.get((branch, resource.key))
            view = None if write is not None else self.store.view_table(table)
            if write is not None:
                inputs[input_key(resource)] = write.seq
            elif view is not None:  # a Delta table that somebody else put there
                inputs[input_key(resource)] = InputPin(view.seq, view.version, branch).state
        return State(last, inputs, {node.name: self._parameters(node.name, options) for node in graph.nodes})

    def _parameters(self, name: str, options: BuildOptions) -> Mapping[str, Any]:
        transform = self.transforms[name]
        return transform.parameter_values(_given(transform, options))

    def _table(self, branch: str, key: str) -> str:
        kind, _, alias = key.partition(":")
        return self.store.table_of(Resource("model" if kind == "model" else "dataset", alias), branch)

    def _missing(self, graph: Graph, plan: Plan, options: BuildOptions) -> NotFoundError:
        node, resource = plan.missing[0]
        branches = candidates(resource, options.branch, self.config.fallback_branches)
        reads = f"{node.name} ({node.source}) reads it"
        others = {other.alias for _, other in plan.missing[1:]} - {resource.alias}
        also = f" So it is with {', '.join(sorted(others))}." if others else ""
        producer = graph.producer(resource)
        if producer is not None:
            on_branch = f" --branch {options.branch}" if options.branch != DEFAULT_BRANCH else ""
            return NotFoundError(
                f"There is no {resource} on branch {branches[0]} yet; {reads}. {producer.name} ({producer.source}) makes "
                f"it.{also} Nothing was run. Type: transforms build {shlex.quote(f'+{node.name}')}{on_branch}"
            )
        made = {(options.branch, output.key) for other in graph.nodes for output in other.outputs}
        own = {output.key for output in node.outputs}
        written = {*self.store.writes(), *(made if options.branch in branches else ())}
        advice = remedy(resource, branches, written, own)
        return NotFoundError(
            f"There is no {resource} on branch {' or '.join(branches)}, and no transform makes it; {reads}.{advice}{also} "
            f"Nothing was run."
        )

    def _node(self, name: str, transform: Transform) -> Node:
        return Node(
            name=name,
            inputs=self._resources(transform.inputs),
            outputs=tuple(map(self.config.resolve, transform.written(name))),
            source=transform.source,
            compute_version=lambda: transform.comparable_version,
            tags=transform.tags,
        )

    def _resources(self, params: Mapping[str, Any]) -> tuple[Resource, ...]:
        return tuple(self.config.resolve(resource) for param in params.values() for resource in param.resources)


def _given(transform: Transform, options: BuildOptions) -> Mapping[str, Any]:
    return {name: value for name, value in options.parameters.items() if name in transform.scalars}


def _named(pipelines: Sequence[Pipeline]) -> dict[str, Transform]:
    """Return transforms by name; several of one name are told apart as ``name (1)``, ``name (2)``, as Foundry does."""
    distinct = {id(transform): transform for pipeline in pipelines for transform in pipeline.transforms}
    total = Counter(transform.__name__ for transform in distinct.values())
    seen: Counter[str] = Counter()
    named = {}
    for transform in distinct.values():
        name = transform.__name__
        seen[name] += 1
        named[name if total[name] == 1 else f"{name} ({seen[name]})"] = transform
    return named
