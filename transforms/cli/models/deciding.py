"""``transforms models tag``, ``untag``, ``rm``, ``restore`` and ``rollback``: a decision each, in a commit of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from transforms.cli.models.choosing import parted
from transforms.cli.options import Branch, Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.summary import commit_line
from transforms.errors import UsageError
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.model.deciding import Decider
    from transforms.run.project import Project
    from transforms.store.entry import Entry

Version = Annotated[str, typer.Argument(metavar="MODEL@VERSION", help="A version by its number, RID or tag.")]
Why = Annotated[str | None, typer.Option("--notes", metavar="TEXT", help="Why; it stays with the decision.")]
Wait = Annotated[
    float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for a job that trains the model.")
]


def tag_version(
    ctx: typer.Context,
    version: Version,
    tag: Annotated[str, typer.Argument(metavar="TAG", help="A word of your own, such as production.")],
    notes: Why = None,
    branch: Branch = DEFAULT_BRANCH,
    wait: Wait = 0.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Let a tag name a version; ModelInput(..., model_version="production") reads it from then on.

    A tag names one version at a time. Transforms that read the model are built again.

    Examples:

    transforms models tag /shop/forecast@1.2.0 production

    transforms models tag /shop/forecast@latest staging --notes "passed the June tests"
    """
    project = open_project(ctx)
    decider, wanted = _decider(project, version, branch, wait)
    _tell(ctx, decider.tag(wanted, tag, notes), quiet, as_json)


def untag_version(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    tag: Annotated[str, typer.Argument(metavar="TAG", help="The tag.")],
    notes: Why = None,
    branch: Branch = DEFAULT_BRANCH,
    wait: Wait = 0.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Let a tag name no version any more.

    Examples:

    transforms models untag /shop/forecast staging
    """
    decider, _ = _decider(open_project(ctx), model, branch, wait, needs_version=False)
    _tell(ctx, decider.untag(tag, notes), quiet, as_json)


def remove_version(
    ctx: typer.Context,
    version: Version,
    with_experiments: Annotated[
        bool, typer.Option("--with-experiments", help="Remove the experiment that was published with it, too.")
    ] = False,
    notes: Why = None,
    branch: Branch = DEFAULT_BRANCH,
    wait: Wait = 0.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Remove a version: nobody finds it any more, and its number is given to no other.

    Jobs that read it now go on. Its files stay until 'transforms gc --older-than DAYS', and so long 'transforms models restore'
    brings it back. A version that a tag names stays.

    Examples:

    transforms models rm /shop/forecast@1.1.0

    transforms models rm /shop/forecast@1.1.0 --with-experiments --notes "trained on wrong labels"
    """
    decider, wanted = _decider(open_project(ctx), version, branch, wait)
    _tell(ctx, decider.remove([wanted], with_experiments, notes), quiet, as_json)


def restore_version(
    ctx: typer.Context,
    version: Annotated[str, typer.Argument(metavar="MODEL@VERSION", help="A version that was removed.")],
    notes: Why = None,
    branch: Branch = DEFAULT_BRANCH,
    wait: Wait = 0.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring a version back that was removed, and its experiment.

    Examples:

    transforms models restore /shop/forecast@1.1.0
    """
    decider, wanted = _decider(open_project(ctx), version, branch, wait)
    _tell(ctx, decider.restore(wanted, notes), quiet, as_json)


def roll_back_model(
    ctx: typer.Context,
    version: Version,
    branch: Branch = DEFAULT_BRANCH,
    wait: Wait = 0.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make an earlier version the latest, as a new version with the same content; 'transforms rollback' takes a whole job back.

    Examples:

    transforms models rollback /shop/forecast@1.1.0
    """
    decider, wanted = _decider(open_project(ctx), version, branch, wait)
    _tell(ctx, decider.roll_back(wanted), quiet, as_json)


def _decider(project: Project, text: str, branch: str, wait: float, needs_version: bool = True) -> tuple[Decider, str]:
    from palantir_models.model.deciding import Decider

    resource, wanted = parted(project, text, branch)
    if needs_version and not wanted:
        raise UsageError(f"Say which version: {resource.alias}@VERSION, by its number, RID or tag.")
    return Decider(project.store, resource, branch, wait), wanted


def _tell(ctx: typer.Context, entry: Entry, quiet: bool, as_json: bool) -> None:
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json:
            out.json({"seq": entry.seq, "transaction": entry.transaction, "outputs": entry.outputs})
        else:
            out.say(commit_line(entry))
