"""Running the job of a version again into a store of its own, in a process of its own.

The code that built it may lie in another folder than the project's of today, and have modules of the same names. The process is
given a request as JSON on its standard input, and prints its answer as JSON: ``python -m palantir_models.reproduction.rebuilding``.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from palantir_models.reproduction.inputs import pinned
from transforms.common.json_text import from_json
from transforms.common.usercode import report, user_line
from transforms.config import load_config
from transforms.errors import TransformsError
from transforms.run.job import JobOptions, run_job
from transforms.run.project import Project
from transforms.run.replaying import Replay
from transforms.spec.transform import Transform
from transforms.store.entry import InputPin
from transforms.store.store import Store

UNKNOWN = "unknown-"
"""Begins the version of code that closes over what cannot be compared."""


@dataclass(frozen=True)
class Request:
    """A job to be run again.

    Attributes:
        original: the root of the store that has its inputs.
        root: the root of the store that it writes.
        project: the folder of the project whose settings are taken.
        kept: the folder of the code that the version keeps; None for the project's own.
        module: the module of that code which has the transform; empty for the project's.
        transform: the transform's name.
        code_version: the version of its logic.
        branch: the branch that it wrote.
        parameters: the value of each scalar parameter.
        inputs: what it read: ledger row, Delta version and branch by the input's key.
        ran: what the ledger says of a run that went on from the one before; None for any other.
    """

    original: str
    root: str
    project: str
    kept: str | None
    module: str
    transform: str
    code_version: str
    branch: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Sequence[Any]]
    ran: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """How running it again went.

    Attributes:
        status: ``built``; ``other code`` where no transform has that version; ``not imported``, or ``failed``.
        seq: the commit in the new store.
        message: what went wrong, in words.
        log: what it printed.
    """

    status: str
    seq: int = 0
    message: str = ""
    log: str = ""


def rebuild_apart(request: Request, folder: Path) -> Answer:
    """Run a job again in a process of its own.

    :param request: the job.
    :param folder: the folder in which it runs.
    """
    # Whatever the job opens by itself is looked for in the new store, so that it cannot write into the other one.
    environment = {**os.environ, "TRANSFORMS_ROOT": request.root}
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(asdict(request)).encode(),
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode(errors="replace")
    try:
        return Answer(**from_json(done.stdout), log=said)
    except (ValueError, TypeError):
        last = said.strip().splitlines() or [f"it ended with {done.returncode}"]
        return Answer("failed", message=f"The process that was to build it ended: {last[-1]}", log=said)


def rebuild(request: Request) -> Answer:
    """Run a job again in this process."""
    config = load_config(Path(request.project), root=request.root)
    project = Project(config)
    try:
        known = _kept(request) if request.kept is not None else project.transforms
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's modules may raise anything
        return Answer("not imported", message=_said(error))
    transform = _chosen(known, request)
    if transform is None and request.kept is None and project.unimported:
        return Answer("not imported", message="; ".join(map(str, project.unimported)))
    if transform is None:
        return Answer("other code", message=", ".join(known))
    pins = {key: InputPin(*pin) for key, pin in request.inputs.items()}
    options = JobOptions(
        branch=request.branch,
        name=request.transform,
        parameters={name: value for name, value in request.parameters.items() if name in transform.scalars},
        replay=Replay(pinned(Store(request.original), pins), request.ran),
    )
    result = run_job(transform, Store(request.root), config, options)
    if result.entry is None:
        told = "it aborted itself" if result.error is None else _said(result.error)
        return Answer("failed", message=told)
    return Answer("built", result.entry.seq)


def _kept(request: Request) -> dict[str, Transform]:
    """Return the transforms of kept code, by name; those at the top of the module that has the function, and of others it needs."""
    assert request.kept is not None
    sys.path.insert(0, request.kept)
    importlib.import_module(request.module)
    found = _transforms_below(request.kept)
    named = {one.__name__: one for one in found}
    return {**named, **{f"{one.__name__} at {one.source}": one for one in found}}


def _transforms_below(folder: str) -> list[Transform]:
    modules = [
        one for one in list(sys.modules.values()) if str(getattr(one, "__file__", "")).startswith(f"{folder}{os.sep}")
    ]
    return list({id(transform): transform for module in modules for transform in _at_top(module)}.values())


def _at_top(module: ModuleType) -> Iterator[Transform]:
    """Yield the transforms at the top level of a module; what lies below it in folders is none of its."""
    for value in list(vars(module).values()):
        found = value if isinstance(value, (list, tuple)) else [value]
        yield from (one for one in found if isinstance(one, Transform))


def _chosen(known: Mapping[str, Transform], request: Request) -> Transform | None:
    """Return the transform that has the code; of a version that cannot be compared, the one of the name."""
    by_name = known.get(request.transform)
    if request.code_version.startswith(UNKNOWN):
        return by_name
    first = [by_name] if by_name is not None else []
    return next((one for one in [*first, *known.values()] if _version(one) == request.code_version), None)


def _version(transform: Transform) -> str:
    try:
        return transform.version
    except ValueError:
        return ""


def _said(error: BaseException) -> str:
    line = user_line(error)
    told = str(error) if isinstance(error, TransformsError) else f"{type(error).__name__}: {error}"
    print(report(error), file=sys.stderr)
    return told if line is None else f"{told} (at {line})"


def _main() -> None:
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the user's code prints is no part of the answer
    sys.path[0] = os.getcwd()
    request = Request(**from_json(sys.stdin.buffer.read()))
    try:
        answer = rebuild(request)
    except TransformsError as error:
        answer = Answer("failed", message=_said(error))
    with output:
        json.dump({name: value for name, value in asdict(answer).items() if name != "log"}, output)


if __name__ == "__main__":
    _main()
