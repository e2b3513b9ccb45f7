"""``transforms build``: run what is not fresh, and commit each job in one step."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.failures import INTERRUPTED, JOB_FAILED, RECOVERY_NEEDED, error_text, reason_in_spark
from transforms.cli.loading import load_project
from transforms.cli.options import (
    AsOfText,
    Branch,
    Exclude,
    Force,
    Json,
    Parameters,
    Quiet,
    Selection,
    Verbose,
    session_of,
)
from transforms.cli.output import Output, say_error
from transforms.cli.parameters import parameters_of
from transforms.cli.progress import Progress
from transforms.cli.summary import commit_line
from transforms.cli.voices import told_warnings
from transforms.common.usercode import user_line
from transforms.errors import RecoveryNeeded, TransformsError
from transforms.plan.incremental import run_of
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.store.job_logs import SHORTEST_ID

if TYPE_CHECKING:
    from transforms.run.build import BuildInterrupted
    from transforms.run.job import JobResult
    from transforms.run.project import Project

_MOST_JOBS = 4
_TOTALS = {"OK": "committed", "FRESH": "fresh", "ABORTED": "aborted", "FAILED": "failed", "SKIPPED": "skipped"}


class Engine(StrEnum):
    """Which engines the jobs may use."""

    auto = "auto"
    local = "local"
    spark = "spark"


def build(
    ctx: typer.Context,
    selection: Selection = None,
    exclude: Exclude = None,
    force: Force = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, metavar="N", help="How many jobs run at a time; up to 4 if not given."),
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", "-x", help="Begin nothing new after a failure.")] = False,
    param: Parameters = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for outputs others build.")
    ] = 0.0,
    engine: Annotated[
        Engine,
        typer.Option(
            help="auto: Spark for what asks for it; local: never Spark; spark: start it at once.", show_choices=True
        ),
    ] = Engine.auto,
    retries: Annotated[
        int | None,
        typer.Option(
            "--retries",
            min=0,
            metavar="N",
            help="Try jobs N times more that fail with what may pass: network, conflicts.",
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit", min=0.001, metavar="SECONDS", help="End jobs that take longer; they commit nothing."
        ),
    ] = None,
    as_of: AsOfText = None,
    branch: Branch = DEFAULT_BRANCH,
    verbose: Verbose = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run and commit what is not fresh.

    Everything that a job made is committed in one step, or nothing of it.

    Examples:

    transforms build

    transforms build +total --param least=2 -j 4

    transforms build 'clean_*' --exclude tag:slow --force

    transforms build --retries 3 --time-limit 600

    transforms build total --as-of 12

    transforms build --branch dev --json
    """
    from transforms.run.as_of import commit_at
    from transforms.run.build import BuildInterrupted
    from transforms.run.project import BuildOptions

    session = session_of(ctx)
    verbose = verbose or session.verbose
    with Output(as_json, quiet or session.quiet, keeps_on=True) as out, told_warnings(verbose):
        began = time.perf_counter()
        project = load_project(ctx, starts_spark=engine is not Engine.local)
        parameters = parameters_of(project, param or [])
        workers = jobs or min(_MOST_JOBS, os.cpu_count() or 1)
        seq = None if as_of is None else commit_at(project.store, as_of)
        options = BuildOptions(
            branch, force, workers, fail_fast, parameters, wait, engine.value, retries, time_limit, seq
        )
        plan = project.plan(selection or [], exclude or [], options)
        interrupted, side_by_side = None, project.runs_side_by_side(plan, options)
        try:
            with Progress([job.node.name for job in plan.jobs], out, side_by_side=side_by_side) as progress:
                results = project.build(plan, progress, options)
        except BuildInterrupted as stop:
            interrupted, results = stop, stop.results
        seconds = time.perf_counter() - began
        with _undisturbed():
            out.conclude()
            if as_json:
                out.json({**_document(results, seconds, interrupted), "unimported": list(map(str, project.unimported))})
            else:
                _report(project, results, seconds, out, verbose, interrupted)
            for text in project.left_out(plan):
                say_error(f"error: {text}")
            if interrupted is not None:
                say_error(_interruption_text(interrupted))
        is_whole = not plan.missing and not project.may_lack(selection or [], branch)
    raise typer.Exit((_code(results) or (0 if is_whole else JOB_FAILED)) if interrupted is None else INTERRUPTED)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no second Ctrl-C come between a build and the report of what it committed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _report(
    project: Project,
    results: Sequence[JobResult],
    seconds: float,
    out: Output,
    verbose: bool,
    interrupted: BuildInterrupted | None,
) -> None:
    for result in results:
        if result.entry is not None:
            out.say(commit_line(result.entry))
        elif result.log and result.error is not None:
            out.say(f"LOG     {result.name}: transforms log {result.log[:SHORTEST_ID]}")
    for result in results:
        for warning in result.warnings:
            say_error(f"warning: {warning}")
    for result in results:
        if result.error is not None:
            say_error(_error_text(project, result, verbose))
    totals = " ".join(f"{word}={number}" for word, number in _totals(results, interrupted).items())
    out.say(f"{'Done' if interrupted is None else 'Interrupted'}. {totals} in {seconds:.1f}s")


def _interruption_text(interrupted: BuildInterrupted) -> str:
    """Return what became of the jobs that ran when the user interrupted: nothing but what is certain."""
    told = "interrupted; nothing of the running jobs was committed"
    committed = [result.name for result in interrupted.late]
    if committed:
        told = f"interrupted; {', '.join(committed)} was committed all the same, as the commit had begun"
    if interrupted.stopping:
        told += f"; {', '.join(interrupted.stopping)} did not stop in time and ended with this command"
    if interrupted.committing:
        told += (
            f"; {', '.join(interrupted.committing)} was being committed: 'transforms recover' finishes it, and 'transforms "
            f"log' tells whether it is committed"
        )
    return told


def _error_text(project: Project, result: JobResult, verbose: bool) -> str:
    assert result.error is not None
    transform = project.transforms[result.name]
    if isinstance(result.error, TransformsError) and str(transform.source) in str(result.error):
        return error_text(result.error, verbose)
    read = [resource.alias for param in transform.inputs.values() for resource in param.resources]
    inputs = f", inputs {', '.join(read)}" if read else ""
    return error_text(result.error, verbose, f"{result.name} ({transform.source}{inputs})")


def _totals(results: Sequence[JobResult], interrupted: BuildInterrupted | None) -> dict[str, int]:
    counts = Counter(result.status for result in results)
    totals = {word: counts[status] for word, status in _TOTALS.items()}  # type: ignore[index]
    totals["FAILED"] += counts["aborted by check"]
    if interrupted is None:
        return {**totals, "TOTAL": len(results)}
    unfinished = len(interrupted.stopping) + len(interrupted.committing)
    return {**totals, "INTERRUPTED": counts["interrupted"] + unfinished, "TOTAL": len(results) + unfinished}


def _document(results: Sequence[JobResult], seconds: float, interrupted: BuildInterrupted | None) -> dict[str, Any]:
    return {
        "status": "interrupted" if interrupted is not None else "failed" if _code(results) else "done",
        "seconds": round(seconds, 3),
        "totals": {word.lower(): number for word, number in _totals(results, interrupted).items()},
        "jobs": [
            {
                "name": result.name,
                "status": result.status,
                "seconds": round(result.seconds, 3),
                "reason": result.reason,
                **run_of(result.incremental),
                "seq": None if result.entry is None else result.entry.seq,
                "transaction": None if result.entry is None else result.entry.transaction,
                "outputs": result.outputs,
                "error": None if result.error is None else _said(result.error),
                "at": _place_of(result.error),
                "warnings": list(result.warnings),
                "log": result.log or None,
                "attempts": result.attempts,
            }
            for result in results
        ],
    }


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {reason_in_spark(error) or error}"


def _place_of(error: BaseException | None) -> str | None:
    line = None if error is None else user_line(error)
    return None if line is None else str(line)


def _code(results: Sequence[JobResult]) -> int:
    if any(isinstance(result.error, RecoveryNeeded) for result in results):
        return RECOVERY_NEEDED
    return JOB_FAILED if any(result.is_failure for result in results) else 0
