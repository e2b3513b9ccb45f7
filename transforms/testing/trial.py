"""A transform on small data: what it reads is brought into a store, and what it left is read back."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from transforms.config import Config, load_config
from transforms.errors import DeclarationError, NotFoundError, UsageError, nearest
from transforms.external.systems import Source
from transforms.run.adding import Addition, add
from transforms.run.check_results import results_in
from transforms.run.job import JobOptions, JobResult
from transforms.run.outside import OutsideJob
from transforms.run.put_frame import put_frame
from transforms.run.reader import DatasetReader
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.spec.transform import Transform
from transforms.store.store import Store
from transforms.testing.frames import as_content
from transforms.testing.places import temporary_store
from transforms.testing.result import Named, Output, TransformResult

if TYPE_CHECKING:
    from palantir_models.reading.evaluation import RecordedEvaluation
    from palantir_models.reading.experiment import RecordedExperiment


@dataclass(frozen=True)
class Trial:
    """A transform, and where it is tried.

    Attributes:
        transform: what a decorator made.
        store: the store.
        config: the project's configuration, with this store.
        branch: the branch that is written.
    """

    transform: Transform
    store: Store
    config: Config
    branch: str

    @classmethod
    def of(
        cls,
        transform: Any,
        sources: Mapping[str, Any] | None,
        previous: TransformResult | None,
        store: Store | None,
        branch: str | None,
    ) -> Trial:
        """Return a transform with a place to try it; the arguments are those of :func:`transforms.testing.run_transform`."""
        if not isinstance(transform, Transform):
            raise DeclarationError(f"run_transform() takes what a decorator made; got {type(transform).__qualname__}.")
        if previous is not None:
            store = _store_of(previous, store)
        elif store is None:
            store = temporary_store()
        config = replace(load_config(), root=str(store.root))
        config = replace(config, sources={**config.sources, **_sources_by_rid(transform, sources or {})})
        return cls(transform, store, config, branch or (DEFAULT_BRANCH if previous is None else previous.branch))

    def put_all(self, inputs: Mapping[str, Any] | None, previous: TransformResult | None, append: bool | None) -> None:
        """Bring in what all inputs are to read, as :func:`transforms.testing.run_transform` is told."""
        for name, data in (inputs or {}).items():
            self.put(name, data, _is_added(self.transform, name, previous) if append is None else append)

    def put(self, name: str, data: Any, added: bool) -> None:
        """Bring in what an input is to read."""
        transform = self.transform
        _need(transform, "input", name, transform.inputs)
        declared = transform.inputs[name].resources
        if len(declared) == 1:
            self._put_one(declared[0], data, added)
            return
        for resource, part in zip(declared, _parts(name, declared, data), strict=True):
            self._put_one(resource, part, added)

    def _put_one(self, declared: Resource, data: Any, added: bool) -> None:
        resource = self.config.resolve(declared)
        if resource.kind == "model":
            from palantir_models.testing import put_model

            put_model(self.store, self.branch, resource, data)
            return
        where = resource.branch or self.branch
        content = as_content(data)
        if added:
            add(self.store, self.config, Addition(resource.alias, content), JobOptions(branch=where))
        else:
            put_frame(self.store, where, resource.alias, content)

    def result(self, job: JobResult, records: Sequence[logging.LogRecord]) -> TransformResult:
        """Return what the job left."""
        outputs, unwritten, models, unpublished = {}, {}, {}, {}
        experiments: list[RecordedExperiment] = []
        for name, param in self.transform.outputs.items():
            for resource in param.resources:
                if resource.kind == "dataset":
                    key = name if len(param.resources) == 1 else resource.alias
                    output = self._output(resource)
                    if output is None:
                        unwritten[key] = (
                            f"The output {key!r} ({resource.alias}) was never written; the job was {job.status}."
                        )
                    else:
                        outputs[key] = output
                else:
                    from palantir_models.testing import experiments_of, opened_model

                    model = opened_model(self.config.resolve(resource), self.store, self.branch)
                    if model is not None and name in job.values:
                        experiments.extend(experiments_of(job.values[name], model))
                    if model is None:
                        unpublished[name] = f"The model {name!r} ({resource.alias}) was never published."
                    else:
                        models[name] = model
        return TransformResult(
            status=job.status,
            outputs=Named("output", outputs, unwritten),
            models=Named("model", models, unpublished),
            experiments=tuple(experiments),
            evaluations=self._evaluations(job),
            checks=Named("check", {one.check: one for output in job.outputs.values() for one in results_in(output)}),
            logs=tuple(records),
            is_incremental=job.incremental is not None and job.incremental.is_incremental,
            reason="" if job.incremental is None else job.incremental.reason,
            entry=job.entry,
            seconds=job.seconds,
            store=self.store,
            branch=self.branch,
        )

    def _evaluations(self, job: JobResult) -> tuple[RecordedEvaluation, ...]:
        if job.entry is None or not self.transform.companions:
            return ()
        from palantir_models.testing import evaluations_of

        return tuple(evaluations_of(job.entry, self.store))

    def _output(self, resource: Resource) -> Output | None:
        found = self.store.view(self.config.resolve(resource), self.branch)
        if found is None:
            return None
        ended = OutsideJob(self.store, self.config, self.transform)
        return Output(resource.alias, DatasetReader(resource.alias, found[0], ended))


def _store_of(previous: TransformResult, store: Store | None) -> Store:
    if store is not None and store.root != previous.store.root:
        raise UsageError(
            f"previous ran in the store {previous.store.root}, and this run is to use {store.root}: leave one of them out."
        )
    return previous.store


def _is_added(transform: Any, name: str, previous: TransformResult | None) -> bool:
    """Whether data for an input is what came since the previous run."""
    declared = transform.incremental
    return previous is not None and declared is not None and name not in declared.snapshot_inputs


def _need(transform: Any, kind: str, name: str, there: Collection[str]) -> None:
    if name not in there:
        raise NotFoundError(
            f"{transform.__name__} ({transform.source}) has no {kind} {name!r}.{nearest(name, there)} "
            f"It has: {', '.join(there) or 'none'}."
        )


def _sources_by_rid(transform: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    declared = {name: param.source_rid for name, param in transform.values.items() if isinstance(param, Source)}
    for name in given:
        _need(transform, "source", name, declared)
    return {declared[name]: source for name, source in given.items()}


def _parts(name: str, declared: Sequence[Resource], data: Any) -> list[Any]:
    """Return the data of each member of a set of inputs."""
    aliases = [resource.alias for resource in declared]
    if isinstance(data, Mapping) and sorted(data) == sorted(aliases):
        return [data[alias] for alias in aliases]
    if isinstance(data, Sequence) and not isinstance(data, str) and len(data) == len(aliases):
        return list(data)
    raise NotFoundError(
        f"The input {name!r} is a set of {len(aliases)} datasets: give a list of that many, or a dict with the keys "
        f"{', '.join(map(repr, aliases))}."
    )
