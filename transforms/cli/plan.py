"""``transforms plan``: what a build would do, and why."""

from __future__ import annotations

import typer

from transforms.cli.failures import JOB_FAILED, error_text
from transforms.cli.loading import load_project
from transforms.cli.options import AsOfText, Branch, Exclude, Force, Json, Parameters, Selection, session_of
from transforms.cli.output import Output, say_error
from transforms.cli.parameters import parameters_of
from transforms.common.text import counted
from transforms.plan.incremental import run_of
from transforms.spec.resource import DEFAULT_BRANCH


def plan(
    ctx: typer.Context,
    selection: Selection = None,
    exclude: Exclude = None,
    force: Force = False,
    param: Parameters = None,
    as_of: AsOfText = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Say what a build would run and why.

    Examples:

    transforms plan

    transforms plan +total --branch dev

    transforms plan --param least=2

    transforms plan total --as-of 2026-03-01
    """
    from transforms.run.as_of import commit_at
    from transforms.run.project import BuildOptions

    with Output(as_json, session_of(ctx).quiet) as out:
        project = load_project(ctx)
        seq = None if as_of is None else commit_at(project.store, as_of)
        options = BuildOptions(branch=branch, force=force, parameters=parameters_of(project, param or []), as_of=seq)
        found = project.plan(selection or [], exclude or [], options)
        rows = [
            {
                "name": job.node.name,
                "action": job.action,
                "reason": job.reason,
                **run_of(job.incremental),
                "depends_on_rebuild": job.depends_on_rebuild,
                "outputs": [resource.alias for resource in job.node.outputs],
                "source": str(job.node.source),
            }
            for job in found.jobs
        ]
        told = ["run"] if any(job.incremental is not None for job in found.jobs) else []
        out.listing(rows, ["action", "name", "reason", *told], "Nothing is selected.")
        building = sum(job.action == "build" for job in found.jobs)
        for text in project.left_out(found):
            say_error(f"error: {text}")
        refused = project.refused(found, options)
        for error in refused:
            say_error(error_text(error))
        out.say(f"{counted(building, 'job')} to build, {len(found.jobs) - building} fresh, on branch {branch}.")
    if refused:
        raise typer.Exit(JOB_FAILED)
