"""What a project declares and what a build of it would run, found out in a process of its own.

Declaring means importing the user's modules, which may print, take long, or fail. In a process that lives for one look they
disturb no answer of the page, and an edit of theirs is seen. The process prints one JSON document:
``python -m palantir_models.page.declared PROJECT ROOT BRANCH``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.common.json_text import from_json
from transforms.config import Config
from transforms.errors import StoreError, TransformsError
from transforms.spec.resource import Resource

if TYPE_CHECKING:
    from transforms.plan.graph import Graph
    from transforms.run.project import Project

_SECONDS = 120.0


@dataclass(frozen=True)
class Declared:
    """A transform, as the project declares it now.

    Attributes:
        name: its name.
        inputs: what it reads.
        outputs: what it writes.
        source: where it is written, as ``file:line``.
        code_version: the version of its logic.
        action: ``build`` or ``fresh``, as a build would do; None where that cannot be told.
        reason: why.
    """

    name: str
    inputs: Sequence[Resource]
    outputs: Sequence[Resource]
    source: str
    code_version: str
    action: str | None
    reason: str


@dataclass(frozen=True)
class Found:
    """What a project declares.

    Attributes:
        transforms: its transforms.
        problems: why others are missing.
        files: the files and folders of the project that were read: while none of them changes, neither does this.
    """

    transforms: Sequence[Declared]
    problems: Sequence[str]
    files: Mapping[str, int]

    @property
    def is_current(self) -> bool:
        """Whether the files are what they were."""
        return all(_changed(file) == changed for file, changed in self.files.items())


def declared(config: Config, branch: str) -> Found:
    """Return what a project declares.

    :param config: the project's configuration.
    :param branch: the branch that a build would write.
    :raises StoreError: if it cannot be found out; says why.
    """
    command = [sys.executable, "-m", __name__, str(config.project), config.root, branch]
    try:
        done = subprocess.run(
            command, cwd=config.project, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=True
        )
    except subprocess.TimeoutExpired:
        raise StoreError(f"The project's modules took more than {_SECONDS:.0f} seconds to import.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with {error.returncode}"]
        raise StoreError(f"The project's modules cannot be imported: {said[-1].removesuffix('.')}.") from None
    content = from_json(done.stdout)
    return Found(
        [
            Declared(**{**one, "inputs": _resources(one["inputs"]), "outputs": _resources(one["outputs"])})
            for one in content["transforms"]
        ],
        content["problems"],
        content["files"],
    )


def _resources(found: Sequence[Mapping[str, Any]]) -> list[Resource]:
    return [Resource(**one) for one in found]


def _main() -> None:
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the user's modules print is no part of the document
    from transforms.run.project import Project

    place, root, branch = sys.argv[1:]
    sys.path[0] = place  # as if this was run in the project's folder
    project = Project.open(Path(place), root)
    project.starts_spark = False
    found = _found(project, branch)
    with output:
        json.dump(asdict(found), output)


def _found(project: Project, branch: str) -> Found:
    graph = project.graph(branch)
    plans = _plans(project, graph, branch)
    transforms = [
        Declared(
            node.name,
            node.inputs,
            node.outputs,
            str(node.source),
            node.version,
            *plans[node.name],
        )
        for node in graph.order
    ]
    problems = [f"{failure} Its transforms are left out." for failure in project.unimported]
    return Found(transforms, problems, {file: _changed(file) for file in _read(project.config.project)})


def _plans(project: Project, graph: Graph, branch: str) -> dict[str, tuple[str | None, str]]:
    """Return action and reason of every transform: at once, or where an input is missing, of each by itself."""
    from transforms.run.project import BuildOptions

    options = BuildOptions(branch=branch)
    found: dict[str, tuple[str | None, str]] = {}
    for names in ([], *([node.name] for node in graph.order)):
        try:
            jobs = project.plan(names, (), options).jobs if graph.nodes else ()
        except TransformsError as error:
            found |= {name: (None, str(error)) for name in names}
            continue
        found |= {job.node.name: (job.action, job.reason) for job in jobs}
        if not names:
            break
    return found


def _read(project: Path) -> Iterator[str]:
    """Yield the modules of a project that were imported, their folders, and its settings."""
    yield str(project / "pyproject.toml")
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(project) and "site-packages" not in file:
            yield from (file, str(Path(file).parent))


def _changed(file: str) -> int:
    try:
        return os.stat(file).st_mtime_ns
    except OSError:
        return 0


if __name__ == "__main__":
    _main()
