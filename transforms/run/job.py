"""One job: open what a transform reads and writes, call its function, commit everything in one step."""

from __future__ import annotations

import logging
import os
import pkgutil
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any, Literal

from transforms.common.usercode import met_at, user_line
from transforms.engine.spark import sessions
from transforms.errors import CheckFailedError, DataError, TransformsError
from transforms.plan.incremental import ABORTED, INPUTS, RECORD, Decision
from transforms.plan.lineage import LOADED
from transforms.run.as_of import AS_OF, AsOf
from transforms.run.checking import JobChecks
from transforms.run.contexts import JobAborted, job_context
from transforms.run.increment import JobIncrement
from transforms.run.replaying import Replay, ReplayedIncrement
from transforms.run.scope import EngineChoice, JobScope, Participant, Sealed
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.spec.uses import names_package
from transforms.store.change import joined
from transforms.store.entry import Entry, Lineage
from transforms.store.interrupts import InterruptedAfterCommit
from transforms.store.store import Store

if TYPE_CHECKING:
    from transforms.config import Config
    from transforms.spec.transform import Transform

_log = logging.getLogger(__name__)
_LIBRARIES = {"transform_df": "pyspark", "transform_pandas": "pandas", "transform_polars": "polars"}

_FRAMES = {
    "pandas": ("DataFrame", "Series"),
    "polars": ("DataFrame", "LazyFrame", "Series"),
    "pyarrow": ("Table", "RecordBatch", "RecordBatchReader"),
    "pyspark": ("DataFrame",),
    "duckdb": ("DuckDBPyRelation",),
    "_duckdb": ("DuckDBPyRelation",),
}

Status = Literal["committed", "aborted", "aborted by check", "failed", "fresh", "skipped", "interrupted"]


@dataclass(frozen=True)
class JobResult:
    """How a job ended.

    Attributes:
        name: the transform's name.
        status: ``committed``, ``aborted`` (by itself), ``aborted by check``, ``failed``, ``fresh`` (nothing to do), ``skipped``
            (because of a failure before it, or because the build was stopped) or ``interrupted`` (by the user; nothing of
            it was committed).
        seconds: how long the job took, commit included.
        entry: the ledger's row, where something was committed.
        error: what went wrong, where something did.
        reason: why it ran, or did not.
        values: what the compute function was given, by parameter name; for tests.
        warnings: what is hardly what was meant.
        incremental: whether it went on from its last run, and why; None for a transform that never does.
        log: the transaction under whose id its log is kept; empty where it said nothing, or is no job of a build.
        attempts: how often it was tried.
    """

    name: str
    status: Status
    seconds: float = 0.0
    entry: Entry | None = None
    error: BaseException | None = None
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    warnings: tuple[str, ...] = ()
    incremental: Decision | None = None
    log: str = ""
    attempts: int = 1

    @property
    def is_failure(self) -> bool:
        """Whether what needs its outputs must not run."""
        return self.status in ("failed", "aborted by check")

    @property
    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """What became of each output, by resource key."""
        return {} if self.entry is None else self.entry.outputs


@dataclass(frozen=True)
class JobOptions:
    """How jobs of a build run.

    Attributes:
        branch: the branch that is written.
        name: the name under which the job is known; the transform's own when None.
        parameters: values for scalar parameters, by name.
        wait_seconds: how long to wait for an output that another job is building, in seconds.
        engine: which engines it may use; see :class:`~transforms.run.scope.JobScope`.
        profiles: the Spark profiles of every job of the build.
        may_commit: called right before a commit point; raising there commits nothing.
        begun: is told the id of the job's transaction.
        as_of: the earlier state of the inputs that it reads; None for what they are.
        replay: the job that ran before, and is run again as it ran; None for one of today.
    """

    branch: str = DEFAULT_BRANCH
    name: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    wait_seconds: float = 0.0
    engine: EngineChoice = "auto"
    profiles: Sequence[str] = ()
    may_commit: Callable[[], None] = lambda: None
    begun: Callable[[str], None] = lambda transaction: None
    as_of: AsOf | None = None
    replay: Replay | None = None


def run_job(transform: Transform, store: Store, config: Config, options: JobOptions) -> JobResult:
    """Run one transform to its end.

    Whatever was raised is the result, also what is no ``Exception``: a task that was cancelled, a generator that was closed,
    native code that panicked. They are faults of this job, and others go on.

    :returns: the result, also of a job that failed: whatever was raised stands in its ``error``.
    :raises KeyboardInterrupt: if the user interrupts; nothing is committed then, unless it is an
        :class:`~transforms.store.interrupts.InterruptedAfterCommit`.
    """
    started = time.perf_counter()
    try:
        entry, scope, values = _run(transform, store, config, options)
    except JobAborted:
        return JobResult(transform.__name__, "aborted", time.perf_counter() - started)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        if isinstance(error, TransformsError) and (line := user_line(error)) is not None:
            error.add_note(met_at(line))
        status: Status = "aborted by check" if isinstance(error, CheckFailedError) else "failed"
        return JobResult(transform.__name__, status, time.perf_counter() - started, error=error)
    return JobResult(
        transform.__name__,
        "committed",
        time.perf_counter() - started,
        entry,
        values=values,
        warnings=tuple(scope.warnings),
        incremental=None if scope.increment is None else scope.increment.decision,
    )


def _run(
    transform: Transform, store: Store, config: Config, options: JobOptions
) -> tuple[Entry, JobScope, Mapping[str, Any]]:
    from transforms.spec.availability import check_available

    transform.check_complete()
    check_available(transform)
    parameters = transform.parameter_values(options.parameters)
    name = options.name or transform.__name__
    outputs = [config.resolve(resource) for resource in transform.written(name)]
    code_version = transform.comparable_version
    transaction = store.begin(name, options.branch, outputs, options.wait_seconds)
    options.begun(transaction.id)
    replay = options.replay or Replay()
    scope = JobScope(
        transform,
        transaction,
        config,
        code_version,
        config.fallback_branches,
        parameters,
        engine=options.engine,
        profiles=options.profiles,
        as_of=options.as_of,
        pins=replay.pins,
        views=replay.views,
    )
    participants: dict[str, Participant] = {}
    companions: list[Participant] = []
    checks = JobChecks(scope)
    try:
        scope.increment = JobIncrement.of(scope) if replay.ran is None else ReplayedIncrement(scope, replay.ran)
        _open_companions(scope, companions)
        values = _open(scope, participants)
        checks.of_inputs()
        _call(scope, values, participants)
        if scope.aborted:
            raise JobAborted  # also where the function caught the one that abort_job() raised
        every = [*participants.values(), *companions]
        sealed = checks.of_outputs([part for participant in every for part in participant.seal()])
        interrupted: InterruptedAfterCommit | None = None
        try:
            entry = transaction.commit(
                joined(change for part in sealed for change in part.changes),
                _outputs(scope, sealed),
                Lineage(scope.pins, code_version, parameters),
                options.may_commit,
            )
        except InterruptedAfterCommit as late:
            entry, interrupted = late.entry, late
        for call in scope.at_commit:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - the job is committed, whatever fails from here on
                scope.warnings.append(
                    f"{transform.__name__} is committed, but what is of no use any more could not be deleted: {error}. "
                    f"'transforms gc' deletes it."
                )
        if interrupted is not None:
            raise interrupted
    except BaseException as error:
        if not isinstance(error, (Exception, JobAborted)):  # an interruption, or the end of the job's time
            sessions.leave_call()
        try:
            if not transaction.ratified:  # afterwards it is committed whatever happens, and recovery finishes it
                _tell([*participants.values(), *companions], error)
        finally:
            transaction.abandon()
        raise
    finally:
        scope.close()
    return entry, scope, values


def _tell(participants: Iterable[Participant], error: BaseException) -> None:
    """Let every output know that there is no commit; one that fails at that keeps nothing from the others."""
    for participant in participants:
        try:
            participant.failed(None if isinstance(error, JobAborted) else error)
        except KeyboardInterrupt:
            raise
        except BaseException as failure:  # noqa: BLE001 - what the job raised is what it ends with
            _log.warning("What the job was to leave could not be kept: %s: %s", type(failure).__name__, failure)


def _outputs(scope: JobScope, sealed: Sequence[Sealed]) -> dict[str, Mapping[str, Any]]:
    """Return what became of each output, for the ledger's row."""
    written = {part.resource.key for part in sealed}
    unwritten = [output.key for output in scope.transaction.outputs if output.key not in written]
    beside: dict[str, Any] = (
        {ABORTED: aborted} if (aborted := [key for key in unwritten if key.startswith("dataset:")]) else {}
    )
    beside |= {} if scope.as_of is None else {AS_OF: scope.as_of.seq}
    beside |= {LOADED: scope.loaded} if scope.loaded else {}
    outputs: dict[str, Mapping[str, Any]] = {part.resource.key: {**part.summary, **beside} for part in sealed}
    if scope.increment is None:
        return outputs
    record = scope.increment.record()
    brief = {name: value for name, value in record.items() if name != INPUTS}
    first = next(iter(outputs), None)
    return {key: {**summary, RECORD: record if key == first else brief} for key, summary in outputs.items()}


def _open_companions(scope: JobScope, opened: list[Participant]) -> None:
    for name, companion in scope.transform.companions.items():
        participant = pkgutil.resolve_name(companion.runtime)(companion, name, scope)
        opened.append(participant)
        scope.companions[name] = participant.value


def _open(scope: JobScope, participants: dict[str, Participant]) -> dict[str, Any]:
    if _needs_spark(scope):
        _ = scope.spark(f"@{scope.transform.form}", "@transform.using").session
    values: dict[str, Any] = {}
    for name, param in scope.transform.params.items():
        opened = pkgutil.resolve_name(param.runtime)(param, name, scope)
        if param.role == "output":
            participants[name] = opened
            opened = opened.value
        values[name] = opened
    return values


def _needs_spark(scope: JobScope) -> bool:
    """Whether the function finds a Spark session from its first line on, as it does on Foundry.

    Code that names pyspark may make columns, windows or stages before it reads anything. Where Spark cannot start, it may
    still do without.
    """
    transform = scope.transform
    if transform.lightweight or scope.engine == "local":
        return False
    if scope.engine == "spark" or transform.engine == "spark":
        return True
    if not names_package(transform.__wrapped__, "pyspark"):  # type: ignore[attr-defined]
        return False
    from transforms.engine.spark import installation, sessions

    return sessions.running() is not None or not any(problem.is_fatal for problem in installation.problems())


def _call(scope: JobScope, values: Mapping[str, Any], participants: Mapping[str, Participant]) -> None:
    transform = scope.transform
    library = _LIBRARIES.get(transform.form)
    given = {name: value for name, value in values.items() if library is None or name not in participants}
    scope.arguments = given
    arguments = transform.bind_arguments(given, job_context(scope, transform))
    with _only_in(os.getpid()):
        returned = transform(**arguments)
    _check_ran(transform, returned)
    if library is not None:
        (participant,) = participants.values()
        participant.value.write_returned(returned, library)
    elif (kind := _frame_kind(returned)) is not None:
        scope.returned = kind


_LATER = {CoroutineType: "a coroutine", AsyncGeneratorType: "an async generator", GeneratorType: "a generator"}


def _check_ran(transform: Transform, returned: Any) -> None:
    """Refuse a function whose call did nothing yet: what it was to write would be committed as empty."""
    if isinstance(returned, (CoroutineType, AsyncGeneratorType)):
        way = "Write it with 'def', and run what it awaits with asyncio.run(...)"
    elif isinstance(returned, GeneratorType):
        way = f"{'Return one frame' if transform.form in _LIBRARIES else 'Write to the outputs'}, and leave out 'yield'"
    else:
        return
    if not isinstance(returned, AsyncGeneratorType):
        returned.close()  # or Python would warn that it was never awaited
    raise DataError(
        f"{transform.__name__} ({transform.source}) returned {_LATER[type(returned)]}, whose code nobody runs. {way}."
    )


def _frame_kind(value: Any) -> str | None:
    """Return what kind of frame somebody returned, where nobody takes it."""
    library, kind = type(value).__module__.split(".")[0], type(value).__name__
    return f"a {library} {kind}" if library in _FRAMES and kind in _FRAMES[library] else None


@contextmanager
def _only_in(process: int) -> Iterator[None]:
    """End a process that the block forked and that leaves it: the job is its parent's, whose work it must not undo."""
    status = 0
    try:
        yield
    except BaseException as error:
        if os.getpid() == process:
            raise
        status = _status(error)
    if os.getpid() != process:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _status(error: BaseException) -> int:
    if isinstance(error, SystemExit) and (error.code is None or isinstance(error.code, int)):
        return error.code or 0
    traceback.print_exception(error)
    return 1
