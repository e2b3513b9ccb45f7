"""Keeping what a job of a build said, whichever way it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from transforms.common.masking import masked_text
from transforms.run.cancellation import InterruptedCommitError
from transforms.run.job import JobOptions, JobResult, Status
from transforms.run.job_log import JobLog, JobLogs
from transforms.store import job_logs, machine
from transforms.store.identifiers import new_transaction_id
from transforms.store.interrupts import InterruptedAfterCommit
from transforms.store.job_logs import KeptLog
from transforms.store.store import Store

_log = logging.getLogger(__name__)
_LONGEST_ERROR = 500


def logged(store: Store, logs: JobLogs, options: JobOptions, run: Callable[[JobOptions], JobResult]) -> JobResult:
    """Run a job and keep what it says beside its commit, or beside those that were not committed.

    :param store: the store.
    :param logs: what hears the jobs of the build.
    :param options: how the job runs; they name it.
    :param run: runs it, with options that also tell the id of its transaction.
    :returns: its result, with the id under which the log is kept.
    """
    begun: list[str] = []
    name = options.name or ""
    with logs.of(name) as log:
        try:
            result = run(replace(options, begun=begun.append))
        except KeyboardInterrupt as stop:
            status: Status = "committed" if isinstance(stop, InterruptedAfterCommit) else "interrupted"
            _keep(store, log, begun, JobResult(name, status), options.branch)
            raise
        return replace(result, log=_keep(store, log, begun, replace(result, name=name), options.branch))


def _keep(store: Store, log: JobLog, begun: list[str], result: JobResult, branch: str) -> str:
    for warning in result.warnings:
        log.add("WARNING", warning)
    if result.error is not None:
        log.failed(result.error)
    if log.is_empty or not store.exists:  # a store is begun by what is committed, not by what is said
        return ""
    error = "" if result.error is None else f"{type(result.error).__name__}: {result.error}"
    kept = KeptLog(
        begun[-1] if begun else new_transaction_id(),  # it failed before it had one
        result.name,
        branch,
        log.started_time,
        machine.now(),
        "interrupted" if isinstance(result.error, InterruptedCommitError) else result.status,
        log.lines(),
        masked_text(error.splitlines()[0])[:_LONGEST_ERROR] if error else "",
    )
    try:
        job_logs.keep(store.storage, kept)
    except OSError as failure:
        _log.warning("The log of %s could not be kept: %s", result.name, failure)
        return ""
    return kept.transaction
