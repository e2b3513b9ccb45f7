"""``transforms models check``: whether this environment can load a version, and what to install."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import typer

from transforms.cli.failures import JOB_FAILED, error_text
from transforms.cli.models.choosing import VersionText, find_version
from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.adapter.requirements import Requirement
    from palantir_models.model.versions import ModelVersion
    from transforms.run.project import Project
    from transforms.spec.resource import Resource


def check_version(
    ctx: typer.Context, wanted: VersionText, branch: Branch = DEFAULT_BRANCH, as_json: Json = False
) -> None:
    """Tell whether this environment can load a version of a model, and what to install.

    The packages that the version names are compared with what is installed, and it is loaded, with the code that it keeps.

    Exits with 0 if it can be loaded, 1 if it cannot, and 2 if there is no such version.

    Examples:

    transforms models check /examples/digits/model

    transforms models check /examples/digits/model@1.2.0 --json
    """
    from palantir_models.adapter.requirements import requirements_here
    from transforms.run.pipelines import make_importable

    project = open_project(ctx)
    resource, version = find_version(project, wanted, branch)
    make_importable(project.config)
    needed = requirements_here(version.requirements)
    error = _error_of(project, resource, version, branch)
    session = session_of(ctx)
    with Output(as_json, session.quiet) as out:
        if as_json:
            out.json(_document(resource, version, needed, error))
        else:
            _print(resource, version, needed, error, out, session.verbose)
    raise typer.Exit(0 if error is None else JOB_FAILED)


def _error_of(project: Project, resource: Resource, version: ModelVersion, branch: str) -> Exception | None:
    """Return what keeps a version from being loaded."""
    from palantir_models.reading.model import Model

    try:
        Model(resource.alias, branch, project.store).load(version.rid)
    except Exception as error:  # noqa: BLE001 - what its own code raises is the answer
        return error
    return None


def _unmet(needed: list[Requirement]) -> list[str]:
    return [f"{one.name}=={one.wanted}" for one in needed if not one.is_met]


def _code(version: ModelVersion) -> tuple[str, list[str]]:
    """Return whose code the version is loaded with, and which files the project has otherwise."""
    from palantir_models.adapter.code.choosing import differing_files, own_code

    own = own_code(version.sha256)
    return ("project", []) if not own else ("version", differing_files(own))


def _document(
    resource: Resource, version: ModelVersion, needed: list[Requirement], error: Exception | None
) -> dict[str, Any]:
    code, differing = _code(version)
    return {
        "model": resource.alias,
        "version": version.version,
        "rid": version.rid,
        "adapter": version.adapter,
        "loads": error is None,
        "error": None if error is None else f"{type(error).__name__}: {error}",
        "packages": [
            {"name": one.name, "wanted": one.wanted, "installed": one.installed, "is_met": one.is_met} for one in needed
        ],
        "install": _unmet(needed),
        "code": code,
        "differing_files": differing,
    }


def _print(
    resource: Resource,
    version: ModelVersion,
    needed: list[Requirement],
    error: Exception | None,
    out: Output,
    verbose: bool,
) -> None:
    out.line(f"{resource.alias} {version.version}  {version.adapter}")
    if needed:
        rows = [(one.name, one.wanted, one.installed or "-", "" if one.is_met else "differs") for one in needed]
        out.table(["package", "wanted", "here", ""], rows)
    code, differing = _code(version)
    if code == "project":
        out.line("The version keeps no code: it is loaded with the project's.")
    elif differing:
        out.line(f"It is loaded with its own code: {', '.join(differing)} in the project differs or is gone.")
    else:
        out.line("The project has the code that it was published with.")
    if error is not None:
        out.line(error_text(error, verbose).rstrip())
    missing = _unmet(needed)
    if missing:
        out.line(f"To have {counted(len(missing), 'package')} as they were: pip install {shlex.join(missing)}")
    out.line("It can be loaded here." if error is None else "It cannot be loaded here.")
