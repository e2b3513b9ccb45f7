"""A process that dies in the middle of a job, so that a test sees what is left and what the next build makes of it."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from transforms.config import Config
from transforms.errors import UsageError, nearest
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.run.scope import EngineChoice
from transforms.store import machine
from transforms.store.store import Store
from transforms.testing.result import TransformResult
from transforms.testing.trial import Trial

STEPS = {
    "started": ("transforms.store.transaction:Transaction._begin", "after"),
    "written": ("transforms.store.transaction:Transaction.commit", "before"),
    "sealed": ("transforms.store.ledger:Ledger._place", "before"),
    "committed": ("transforms.store.ledger:Ledger._place", "after"),
    "published": ("transforms.store.publishing:publish_change", "after"),
    "ended": ("transforms.store.transaction:Transaction._release", "before"),
}
"""Each step of a job by the function that takes it, and whether the process dies before that begins or after it has ended."""
_COMMITTED, _FAILED, _ABORTED = 0, 3, 4


@dataclass(frozen=True)
class Crash:
    """A job whose process is to die; it is sent to that process.

    Attributes:
        step: when it dies: a name of :data:`STEPS`; ``published:2`` is once two tables have the commit.
        transform: what runs.
        root: the root of the store that it runs in.
        config: the project's configuration.
        options: the branch, parameters and engine.
    """

    step: str
    transform: Any
    root: str
    config: Config
    options: JobOptions


def crash_at(  # noqa: PLR0913 - what run_transform() takes
    step: str,
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
    """Run a transform in a process of its own that is killed in the middle, and return what it left.

    The process gets a copy of the transform. Whatever that changes in memory, nobody sees.

    :param step: when it is killed: ``started`` (before the function), ``written`` (after it), ``sealed`` (everything is staged
        and on the disk, and nothing committed), ``committed`` (right after the commit point), ``published`` or ``published:2``
        (the first, or second, table has the commit), ``ended`` (all of them have it).
    :param transform: what a decorator made, and so on as for :func:`transforms.testing.run_transform`.
    :returns: the result, with the status ``killed``; its ``entry`` tells whether the job is committed. What is not in every
        table yet, the next job on the store, or ``store.recover()``, brings there.
    :raises UsageError: if there is no such step, or the job ended before it came to it.
    :raises Exception: whatever the job failed with before.
    """
    checked_step(step)
    trial = Trial.of(transform, sources, previous, store, branch)
    trial.put_all(inputs, previous, append)
    before = trial.store.ledger.head()
    options = JobOptions(branch=trial.branch, parameters=dict(params or {}), engine=engine)
    crash(Crash(step, trial.transform, str(trial.store.root), trial.config, options))
    entry = next(iter(trial.store.ledger.entries(after=before)), None)
    return replace(trial.result(JobResult(trial.transform.__name__, "interrupted", entry=entry), ()), status="killed")


def checked_step(step: str) -> tuple[str, int]:
    """Return a step's name, and at which of its times the process dies.

    :param step: as :class:`Crash` has it.
    :raises UsageError: if there is no such step; names the nearest.
    """
    name, _, count = step.partition(":")
    if name not in STEPS or (count and not re.fullmatch(r"[1-9]\d*", count)):
        raise UsageError(
            f"There is no step {step!r}.{nearest(name, STEPS)} A job can be killed at: {', '.join(STEPS)}; 'published:2' is "
            f"once two tables have the commit."
        )
    return name, int(count or 1)


def crash(what: Crash) -> None:
    """Run a job in a process of its own, which dies at the step.

    :param what: the job.
    :raises UsageError: if the job ended before it came to the step.
    :raises Exception: whatever the job failed with before.
    """
    import cloudpickle

    checked_step(what.step)
    module = sys.modules.get(getattr(what.transform.__wrapped__, "__module__", ""))
    by_value = module is not None and not _can_import(module)
    if by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        sent = cloudpickle.dumps(what)
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(module)
    path = os.pathsep.join([entry or os.getcwd() for entry in sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "transforms.testing.crashing"],
        input=sent,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    if done.returncode == -signal.SIGKILL:
        return
    if done.returncode == _FAILED:
        raise cloudpickle.loads(done.stdout)
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode in (_COMMITTED, _ABORTED):
        ended = "aborted" if done.returncode == _ABORTED else "committed"
        raise UsageError(
            f"{what.transform.__name__} ({what.transform.source}) {ended} before it came to the step {what.step!r}."
        )
    raise RuntimeError(f"The process that was to be killed ended with {done.returncode}: {said}")


def arm(place: str, moment: str, call: int) -> None:
    """Let this process die, by the signal that nothing can catch, when a function is called.

    :param place: the function, as ``module:Class.name``.
    :param moment: ``before`` it begins, or ``after`` it has ended.
    :param call: at which of its calls, counted from 1.
    """
    module_name, _, path = place.partition(":")
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, name, _deadly(getattr(owner, name), moment, call))


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def _deadly(function: Callable[..., Any], moment: str, call: int) -> Callable[..., Any]:
    lock, calls = threading.Lock(), [0]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with lock:
            calls[0] += 1
            mine = calls[0]
        if moment == "before" and mine == call:
            die()
        result = function(*args, **kwargs)
        if moment == "after" and mine == call:
            die()
        return result

    return wrapped


def _can_import(module: Any) -> bool:
    """Whether another process finds the module by its name, on the path of this one."""
    file = getattr(module, "__file__", None)
    if file is None or module.__name__ == "__main__":
        return False
    parts = module.__name__.split(".")
    places = [Path(entry or ".", *parts) for entry in sys.path]
    found = [end for place in places for end in (place.with_name(f"{parts[-1]}.py"), place / "__init__.py")]
    return any(end.exists() and end.samefile(file) for end in found)


def main() -> None:
    """Run the job that comes by the standard input, and die where it says."""
    import cloudpickle

    what: Crash = cloudpickle.load(sys.stdin.buffer)
    step, call = checked_step(what.step)
    out = os.dup(1)
    os.dup2(2, 1)  # what the job prints is for people
    side_by_side = machine.pool
    machine.pool = lambda threads, name: side_by_side(1, name)  # one table is written after the other
    arm(*STEPS[step], call)
    job = run_job(what.transform, Store(what.root), what.config, what.options)
    if job.error is not None:
        with open(out, "wb") as answer:
            cloudpickle.dump(_sendable(job.error), answer)
        sys.exit(_FAILED)
    sys.exit(_ABORTED if job.status == "aborted" else _COMMITTED)


def _sendable(error: BaseException) -> BaseException:
    import cloudpickle

    try:
        cloudpickle.loads(cloudpickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever an error refuses to be sent with
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main()
