"""Where the code that built a version may be found: in the project, in a commit of Git, in what the version keeps."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from palantir_models.adapter.artifacts import verify
from palantir_models.errors import ArtifactMismatchError
from palantir_models.model.input import saved_folder
from palantir_models.model.saving import TRAINING
from palantir_models.model.training import training_module
from palantir_models.reproduction.recorded import Recorded
from transforms.store import layout

_SECONDS = 120.0


@dataclass(frozen=True)
class Code:
    """A place where the code may be.

    Attributes:
        told: what it is, in words.
        project: the folder of the project whose settings go with it.
        kept: the folder of kept code; None where the project's pipelines are imported.
        module: the module of kept code that has the transform.
    """

    told: str
    project: Path
    kept: Path | None = None
    module: str = ""


class CodePlaces:
    """The places of the code of one version, each made when it is asked for.

    :param recorded: the version.
    :param project: the folder of the project.
    :param scratch: an empty folder for what has to be written out.
    :param stack: takes away again what was made.
    """

    def __init__(self, recorded: Recorded, project: Path, scratch: Path, stack: ExitStack) -> None:
        self._recorded = recorded
        self._project = project
        self._scratch = scratch
        self._stack = stack
        self.problems: list[str] = []
        """Why places have not the code, in words."""

    def __iter__(self) -> Iterator[Code]:
        """Yield the places, the most likely first."""
        yield Code("the project's code of today, which is the same", self._project)
        ways = [self._of_git, self._of_version]
        for way in reversed(ways) if self._recorded.git.get("dirty") else ways:
            yield from way()

    def _of_git(self) -> Iterator[Code]:
        commit = self._recorded.git.get("commit")
        if commit is None:
            self.problems.append("no commit of Git was noted when it was built")
            return
        short = str(commit)[:10]
        if _git(self._project, "cat-file", "-e", f"{commit}^{{commit}}") is None:
            self.problems.append(
                f"the commit {short} is not in the Git repository of {self._project} (type: git fetch --all, or clone what has it)"
            )
            return
        if self._recorded.git.get("dirty"):
            self.problems.append(f"files differed from the commit {short} when it was built")
        below = (_git(self._project, "rev-parse", "--show-prefix") or "").strip()
        folder = self._stack.enter_context(_worktree(self._project, str(commit), self._scratch / "worktree"))
        if folder is not None:
            yield Code(f"the code of the commit {short}, in a worktree", folder / below)

    def _of_version(self) -> Iterator[Code]:
        files = {
            name: digest for name, digest in self._recorded.first.sha256.items() if name.startswith(f"{TRAINING}/")
        }
        if not files:
            self.problems.append("the version keeps no code of its transform, as it was published before such was kept")
            return
        storage = self._recorded.store.storage
        model = layout.resource_path(self._recorded.resource, self._recorded.entry.branch)
        saved = saved_folder(storage, model, self._recorded.first)
        try:
            verify(saved, self._recorded.first.sha256)
        except ArtifactMismatchError as error:
            self.problems.append(f"the code that it keeps was changed: {error}")
            return
        folder = self._scratch / "kept"
        content = {name.removeprefix(f"{TRAINING}/"): (saved / name).read_bytes() for name in files}
        for place, source in content.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(source)
        yield Code("the code of its transform that the version keeps", self._project, folder, training_module(content))


@contextmanager
def _worktree(project: Path, commit: str, folder: Path) -> Iterator[Path | None]:
    if _git(project, "worktree", "add", "--detach", str(folder), commit) is None:
        yield None
        return
    try:
        yield folder
    finally:
        _git(project, "worktree", "remove", "--force", str(folder))


def _git(folder: Path, *words: str) -> str | None:
    """Return what Git answers; None where it fails, or is not there."""
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
