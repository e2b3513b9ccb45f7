"""Running one transform on small data, for real."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from transforms.common.usercode import user_traceback
from transforms.errors import TransformsWarning
from transforms.run.job import JobOptions, run_job
from transforms.run.scope import EngineChoice
from transforms.store.store import Store
from transforms.testing.result import TransformResult
from transforms.testing.trial import Trial


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
    trial = Trial.of(transform, sources, previous, store, branch)
    trial.put_all(inputs, previous, append)
    options = JobOptions(branch=trial.branch, parameters=dict(params or {}), engine=engine)
    with _recorded() as records:
        job = run_job(trial.transform, trial.store, trial.config, options)
    if job.error is not None:
        __tracebackhide__ = True
        raise job.error.with_traceback(user_traceback(job.error) or job.error.__traceback__)
    for text in job.warnings:
        warnings.warn(text, TransformsWarning, stacklevel=2)
    return trial.result(job, records)


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
