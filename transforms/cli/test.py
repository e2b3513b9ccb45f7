"""``transforms test``: the project's tests, and a first one for a transform."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transforms.cli.failures import INTERRUPTED, JOB_FAILED, USAGE
from transforms.cli.loading import load_project
from transforms.cli.options import Quiet, session_of
from transforms.cli.output import Output
from transforms.errors import MissingExtraError, UsageError, nearest

if TYPE_CHECKING:
    from transforms.config import Config
    from transforms.run.project import Project
    from transforms.spec.transform import Transform

_PLUGIN = "transforms.testing.plugin"
_OK, _FAILED, _INTERRUPTED, _WRONG_USE, _NO_TESTS = 0, 1, 2, 4, 5  # pytest's exit codes


def run_tests(
    ctx: typer.Context,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PYTEST ARGUMENTS]...", help="Passed on to pytest as they are.", show_default=False),
    ] = None,
    new: Annotated[
        str | None,
        typer.Option(
            "--new",
            metavar="TRANSFORM",
            help="Write a test for a transform: its name, what it makes, or module:function.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run the project's tests with pytest, or write one.

    Tests have the fixtures run_transform, store, spark_session, assert_table_equal, fake_source, frozen_clock and crash_at. In a
    Foundry repository each subproject's tests run by themselves. --new writes a test with a few synthetic rows, runs the
    transform on them and expects what it gives now.

    Examples:

    transforms test

    transforms test -k clean -x

    transforms test --new daily_means
    """
    given = list(arguments or [])
    if new is not None:
        if given:
            raise UsageError(f"--new takes one transform; {' '.join(given)} is too much.")
        with Output(quiet=quiet or session_of(ctx).quiet) as out:
            _write(ctx, new, out)
        return
    code = _run(given + ["-q"] * (quiet or session_of(ctx).quiet))
    if code:
        raise typer.Exit(code)


def _run(arguments: list[str]) -> int:
    from transforms.config import load_config
    from transforms.config.repository import subprojects

    if find_spec("pytest") is None:
        raise MissingExtraError("The tests run with pytest, which is not installed. Type: pip install pytest")
    config = load_config()
    parts = [part for part in subprojects(config.project) if part.folder != config.project]
    folders = [config.project]
    if any(Path(argument.partition("::")[0]).exists() for argument in arguments if not argument.startswith("-")):
        folders = [Path.cwd()]
    elif parts and not (config.project / "tests").is_dir():
        folders = [part.folder for part in parts if any((part.folder / "src").glob("test*"))]
    command = [sys.executable, "-m", "pytest", *([] if _is_installed() else ["-p", _PLUGIN]), *arguments]
    codes = []
    for folder in folders:
        if len(folders) > 1:
            print(folder.relative_to(config.project).as_posix(), flush=True)
        codes.append(subprocess.run(command, cwd=folder, env=_environment(config), check=False).returncode)
    if not codes or set(codes) == {_NO_TESTS}:
        raise UsageError(f"There are no such tests in {config.project}. Write one: transforms test --new TRANSFORM")
    meanings = {_OK: 0, _NO_TESTS: 0, _FAILED: JOB_FAILED, _WRONG_USE: USAGE, _INTERRUPTED: INTERRUPTED}
    return max(meanings.get(code, JOB_FAILED) for code in codes)


def _is_installed() -> bool:
    """Whether pytest finds the plugin by itself."""
    from importlib.metadata import entry_points

    return any(entry.value == _PLUGIN for entry in entry_points(group="pytest11"))


def _environment(config: Config) -> dict[str, str]:
    """Return an environment in which the project's modules are found, wherever pytest begins."""
    from transforms.config.repository import subprojects

    folders = [config.project, *(folder for part in subprojects(config.project) for folder in part.import_path)]
    path = [str(folder) for folder in folders if folder.is_dir()] + list(filter(None, [os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _write(ctx: typer.Context, wanted: str, out: Output) -> None:
    from transforms.testing.scaffold import file_of, scaffold

    project = load_project(ctx)
    transform = _transform(project, wanted)
    file = file_of(project, transform)
    if file.exists():
        raise UsageError(f"{file} exists, and nothing is overwritten. Rename it, or add a test to it.")
    made = scaffold(project, transform)
    is_first = not file.parent.exists()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if is_first and file.parent.name == "test":
            (file.parent / "__init__.py").touch()
        file.write_text(made.text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error}") from error
    shown = os.path.relpath(file)
    out.line(f"wrote {shown}")
    for remark in made.remarks:
        out.say(f"  to do: {remark}")
    out.say(f"Read what it expects, then type: transforms test {shown}")


def _transform(project: Project, wanted: str) -> Transform:
    """Return the transform that is meant."""
    module, colon, function = wanted.partition(":")
    if colon and "/" not in module:
        found = {f"{one.__wrapped__.__module__}:{one.__name__}": one for one in project.transforms.values()}  # type: ignore[attr-defined]
        if wanted not in found:
            raise UsageError(f"The project has no transform {function!r} in {module}.{nearest(wanted, found)}")
        return found[wanted]
    nodes = project.select([wanted])
    if len(nodes) != 1:
        raise UsageError(
            f"{wanted!r} means {len(nodes)} transforms; name one: {', '.join(node.name for node in nodes)}."
        )
    return project.transforms[nodes[0].name]
