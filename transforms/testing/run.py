"""Running one transform on small data, for real."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import warnings
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from transforms.common.usercode import user_traceback
from transforms.config import Config, load_config
from transforms.errors import DeclarationError, NotFoundError, TransformsWarning, nearest
from transforms.external.systems import Source
from transforms.run.adding import Addition, add
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.run.outside import OutsideJob
from transforms.run.put_frame import put_frame
from transforms.run.reader import DatasetReader
from transforms.run.scope import EngineChoice
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.store.store import Store
from transforms.testing.frames import as_frame
from transforms.testing.result import Named, Output, TransformResult


def run_transform(  # noqa: PLR0913 - what a test says of one run
    transform: Any,
    inputs: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    *,
    sources: Mapping[str, Any] | None = None,
    store: Store | None = None,
    branch: str = DEFAULT_BRANCH,
    engine: EngineChoice = "auto",
    append: bool = False,
) -> TransformResult:
    """Run a transform as a build would, on small data, and return everything it left as real objects.

    The settings of the project's pyproject.toml hold as they do in a build; it is looked for from the working folder upward.

    :param transform: what a decorator made.
    :param inputs: data for each input, by parameter name: a pandas, Polars, PyArrow or Spark table, a list of dicts, a dict
        of columns, the path of a CSV, Parquet, NDJSON file or Delta table; for a raw-file dataset a dict of file name
        to bytes or text, or the path of a folder; for a model input an adapter; for an ``InputSet`` a list of such
        things in the order of its aliases, or a dict of them by alias. An input that the store has already may be left out.
    :param params: values for scalar parameters, by name.
    :param sources: what the function receives for each external system, by parameter name: a :class:`FakeSource`, or any
        other object; a system that is left out is what the project says of it.
    :param store: the store to run in; a temporary one, deleted with the result, when None.
    :param branch: the branch to write.
    :param engine: ``auto`` for Spark where something asks for it, ``local`` for never, ``spark`` for Spark at once.
    :param append: whether the data of each input is added to what the store has of it, as the next run of an incremental
        transform finds it; it replaces that otherwise.
    :returns: the result.
    :raises NotFoundError: if a name is no input of the transform (the nearest is suggested), or an input has no data.
    :raises Exception: whatever the compute function raised; nothing is committed then.
    """
    from transforms.spec.transform import Transform

    if not isinstance(transform, Transform):
        raise DeclarationError(f"run_transform() takes what a decorator made; got {type(transform).__qualname__}.")
    folder = None
    if store is None:
        folder = tempfile.mkdtemp(prefix="transforms-test-")
        store = Store(folder)
    config = replace(load_config(), root=str(store.root))
    config = replace(config, sources={**config.sources, **_sources_by_rid(transform, sources or {})})
    trial = _Trial(transform, store, config, branch, append)
    for name, data in (inputs or {}).items():
        trial.put(name, data)
    with _recorded() as records:
        job = run_job(transform, store, config, JobOptions(branch=branch, parameters=dict(params or {}), engine=engine))
    if job.error is not None:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        __tracebackhide__ = True
        raise job.error.with_traceback(user_traceback(job.error) or job.error.__traceback__)
    for text in job.warnings:
        warnings.warn(text, TransformsWarning, stacklevel=2)
    result = trial.result(job, records)
    if folder is not None:
        # As long as anything can be read from it, also when only an output of the result is kept.
        weakref.finalize(store.storage, shutil.rmtree, folder, ignore_errors=True)
    return result


@dataclass(frozen=True)
class _Trial:
    """A transform, and where it is tried; ``append`` says whether data is added to what is there."""

    transform: Any
    store: Store
    config: Config
    branch: str
    append: bool

    def put(self, name: str, data: Any) -> None:
        """Bring in what an input is to read."""
        transform = self.transform
        _need(transform, "input", name, transform.inputs)
        declared = transform.inputs[name].resources
        if len(declared) == 1:
            self._put_one(declared[0], data)
            return
        for resource, part in zip(declared, _parts(name, declared, data), strict=True):
            self._put_one(resource, part)

    def _put_one(self, declared: Resource, data: Any) -> None:
        resource = self.config.resolve(declared)
        if resource.kind == "model":
            from palantir_models.testing import put_model

            put_model(self.store, self.branch, resource, data)
            return
        where = resource.branch or self.branch
        content = data if _is_files(data) else as_frame(data)
        if self.append:
            add(self.store, self.config, Addition(resource.alias, content), JobOptions(branch=where))
        else:
            put_frame(self.store, where, resource.alias, content)

    def result(self, job: JobResult, records: Sequence[logging.LogRecord]) -> TransformResult:
        """Return what the job left."""
        outputs, models, experiments = {}, {}, []
        ended = OutsideJob(self.store, self.config, self.transform)
        for name, param in self.transform.outputs.items():
            for resource in param.resources:
                if resource.kind == "dataset":
                    found = self.store.view(self.config.resolve(resource), self.branch)
                    if found is not None:
                        reader = DatasetReader(resource.alias, found[0], ended)
                        outputs[name if len(param.resources) == 1 else resource.alias] = Output(resource.alias, reader)
                elif name in job.values:
                    from palantir_models.testing import trained_model

                    models[name] = trained_model(job.values[name], self.store, self.branch)
                    experiments.extend(job.values[name].experiments)
        return TransformResult(
            status=job.status,
            outputs=Named("output", outputs),
            models=Named("model", models),
            experiments=tuple(experiments),
            logs=tuple(records),
            entry=job.entry,
            seconds=job.seconds,
        )


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


def _is_files(data: Any) -> bool:
    if isinstance(data, Mapping) and data:
        return all(isinstance(value, (bytes, str)) for value in data.values())
    return isinstance(data, (str, Path)) and Path(data).is_dir() and not (Path(data) / "_delta_log").is_dir()


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
