"""Running one transform on small data, for real."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import warnings
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from transforms.common.usercode import user_traceback
from transforms.config import Config, load_config
from transforms.errors import DeclarationError, NotFoundError, TransformsWarning, nearest
from transforms.run.job import JobOptions, run_job
from transforms.run.put_frame import put_frame
from transforms.run.reader import DatasetReader
from transforms.run.scope import EngineChoice, JobScope
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.store.store import Store
from transforms.testing.frames import as_frame
from transforms.testing.result import Named, Output, TransformResult


def run_transform(
    transform: Any,
    inputs: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    *,
    store: Store | None = None,
    branch: str = DEFAULT_BRANCH,
    engine: EngineChoice = "auto",
) -> TransformResult:
    """Run a transform as a build would, on small data, and return everything it left as real objects.

    The settings of the project's pyproject.toml hold as they do in a build; it is looked for from the working folder upward.

    :param transform: what a decorator made.
    :param inputs: data for each input, by parameter name: a pandas, Polars, PyArrow or Spark table, a list of dicts, a dict
        of columns, the path of a CSV, Parquet, NDJSON file or Delta table; for a raw-file dataset a dict of file name
        to bytes or text, or the path of a folder; for a model input an adapter. An input that the store has already
        may be left out.
    :param params: values for scalar parameters, by name.
    :param store: the store to run in; a temporary one, deleted with the result, when None.
    :param branch: the branch to write.
    :param engine: ``auto`` for Spark where something asks for it, ``local`` for never, ``spark`` for Spark at once.
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
    for name, data in (inputs or {}).items():
        _put(transform, store, config, branch, name, data)
    with _recorded() as records:
        job = run_job(transform, store, config, JobOptions(branch=branch, parameters=dict(params or {}), engine=engine))
    if job.error is not None:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        __tracebackhide__ = True
        raise job.error.with_traceback(user_traceback(job.error) or job.error.__traceback__)
    for text in job.warnings:
        warnings.warn(text, TransformsWarning, stacklevel=2)
    result = _result(transform, store, config, branch, job, records)
    if folder is not None:
        # As long as anything can be read from it, also when only an output of the result is kept.
        weakref.finalize(store.storage, shutil.rmtree, folder, ignore_errors=True)
    return result


def _put(transform: Any, store: Store, config: Config, branch: str, name: str, data: Any) -> None:
    if name not in transform.inputs:
        raise NotFoundError(
            f"{transform.__name__} ({transform.source}) has no input {name!r}.{nearest(name, transform.inputs)} "
            f"It has: {', '.join(transform.inputs) or 'none'}."
        )
    (declared,) = transform.inputs[name].resources
    resource = config.resolve(declared)
    if resource.kind == "model":
        from palantir_models.testing import put_model

        put_model(store, branch, resource, data)
        return
    where = resource.branch or branch
    put_frame(store, where, resource.alias, data if _is_files(data) else as_frame(data))


def _is_files(data: Any) -> bool:
    if isinstance(data, Mapping) and data:
        return all(isinstance(value, (bytes, str)) for value in data.values())
    return isinstance(data, (str, Path)) and Path(data).is_dir() and not (Path(data) / "_delta_log").is_dir()


def _result(transform: Any, store: Store, config: Config, branch: str, job: Any, records: Any) -> TransformResult:
    outputs, models, experiments = {}, {}, []
    scope = JobScope(transform, None, config)  # type: ignore[arg-type]  # for reading only: the job is over
    for name, param in transform.outputs.items():
        for resource in param.resources:
            if resource.kind == "dataset":
                found = store.view(config.resolve(resource), branch)
                if found is not None:
                    reader = DatasetReader(resource.alias, found[0], scope)
                    outputs[name if len(param.resources) == 1 else resource.alias] = Output(resource.alias, reader)
            elif name in job.values:
                from palantir_models.testing import trained_model

                models[name] = trained_model(job.values[name], store, branch)
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
