"""Running one transform on small data, for real."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from transforms.common.usercode import user_traceback
from transforms.config import Config, load_config
from transforms.errors import DeclarationError, NotFoundError, TransformsWarning, UsageError, nearest
from transforms.external.systems import Source
from transforms.run.adding import Addition, add
from transforms.run.check_results import results_in
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.run.outside import OutsideJob
from transforms.run.put_frame import put_frame
from transforms.run.reader import DatasetReader
from transforms.run.scope import EngineChoice
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.store.store import Store
from transforms.testing.frames import as_content
from transforms.testing.places import temporary_store
from transforms.testing.result import Named, Output, TransformResult

if TYPE_CHECKING:
    from palantir_models.reading.experiment import RecordedExperiment


def run_transform(  # noqa: PLR0913 - what a test says of one run
    transform: Any,
    inputs: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    *,
    sources: Mapping[str, Any] | None = None,
    previous: TransformResult | None = None,
    store: Store | None = None,
    branch: str | None = None,
    engine: EngineChoice = "auto",
    append: bool | None = None,
) -> TransformResult:
    """Run a transform as a build would, on small data, and return everything it left as real objects.

    The settings of the project's pyproject.toml hold as they do in a build; it is looked for from the working folder upward.

    :param transform: what a decorator made.
    :param inputs: data for each input, by parameter name: a pandas, Polars, PyArrow or Spark table, a list of dicts, a dict
        of columns, the path of a CSV, Parquet, NDJSON file or Delta table, an output of an earlier result; for a raw-file
        dataset a dict of file name to bytes or text, or the path of a folder; for a model input an adapter, or a model of
        an earlier result; for an ``InputSet`` a list of such things in the order of its aliases, or a dict of them by
        alias. An input that the store has already may be left out.
    :param params: values for scalar parameters, by name.
    :param sources: what the function receives for each external system, by parameter name: a :class:`FakeSource`, or any
        other object; a system that is left out is what the project says of it.
    :param previous: what an earlier call returned: this run meets what that one left. An incremental transform goes on from
        there, and what is given for its inputs is added to what they have.
    :param store: the store to run in; when None, that of ``previous``, or a temporary one that is
        deleted some time after the result is let go.
    :param branch: the branch to write; that of ``previous``, or ``master``, when None.
    :param engine: ``auto`` for Spark where something asks for it, ``local`` for never, ``spark`` for Spark at once.
    :param append: whether the data of each input is added to what the store has of it, rather than replacing that; when None,
        it is added after ``previous``, for inputs that the transform reads incrementally.
    :returns: the result.
    :raises NotFoundError: if a name is no input of the transform (the nearest is suggested), or an input has no data.
    :raises UsageError: if ``previous`` ran in another store than ``store``.
    :raises Exception: whatever the compute function raised; nothing is committed then.
    """
    from transforms.spec.transform import Transform

    if not isinstance(transform, Transform):
        raise DeclarationError(f"run_transform() takes what a decorator made; got {type(transform).__qualname__}.")
    if previous is not None:
        store = _store_of(previous, store)
    elif store is None:
        store = temporary_store()
    branch = branch or (DEFAULT_BRANCH if previous is None else previous.branch)
    config = replace(load_config(), root=str(store.root))
    config = replace(config, sources={**config.sources, **_sources_by_rid(transform, sources or {})})
    trial = _Trial(transform, store, config, branch)
    for name, data in (inputs or {}).items():
        trial.put(name, data, _is_added(transform, name, previous) if append is None else append)
    with _recorded() as records:
        job = run_job(transform, store, config, JobOptions(branch=branch, parameters=dict(params or {}), engine=engine))
    if job.error is not None:
        __tracebackhide__ = True
        raise job.error.with_traceback(user_traceback(job.error) or job.error.__traceback__)
    for text in job.warnings:
        warnings.warn(text, TransformsWarning, stacklevel=2)
    return trial.result(job, records)


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


@dataclass(frozen=True)
class _Trial:
    """A transform, and where it is tried."""

    transform: Any
    store: Store
    config: Config
    branch: str

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
                elif name in job.values:
                    from palantir_models.testing import experiments_of, opened_model

                    model = opened_model(job.values[name], self.store, self.branch)
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
            checks=Named("check", {one.check: one for output in job.outputs.values() for one in results_in(output)}),
            logs=tuple(records),
            is_incremental=job.incremental is not None and job.incremental.is_incremental,
            reason="" if job.incremental is None else job.incremental.reason,
            entry=job.entry,
            seconds=job.seconds,
            store=self.store,
            branch=self.branch,
        )

    def _output(self, resource: Resource) -> Output | None:
        found = self.store.view(self.config.resolve(resource), self.branch)
        if found is None:
            return None
        ended = OutsideJob(self.store, self.config, self.transform)
        return Output(resource.alias, DatasetReader(resource.alias, found[0], ended))


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


@contextmanager
def _recorded() -> Iterator[list[logging.LogRecord]]:
    records: list[logging.LogRecord] = []
    thread = threading.get_ident()

    class Recorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                records.append(record)

    handler, root = Recorder(logging.INFO), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(min(level, logging.INFO) if level else logging.INFO)
    try:
        yield records
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
