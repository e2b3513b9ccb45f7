"""``transforms experiments report``: a comparison as one file to send."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from transforms.cli.experiments.choosing import Model, to_compare
from transforms.cli.extras import require_page
from transforms.cli.options import Branch, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted
from transforms.errors import UsageError
from transforms.spec.resource import DEFAULT_BRANCH


def report_experiments(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the report is written.")],
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Ids, beginnings of ids, names or versions; all published ones of --model."
        ),
    ] = None,
    model: Model = None,
    title: Annotated[str | None, typer.Option("--title", help="What stands above it; by default, the model.")] = None,
    points: Annotated[
        int,
        typer.Option(
            "--points",
            min=10,
            max=4000,
            help="Into how many pieces a metric is cut; of each, the least, greatest and last value are kept.",
        ),
    ] = 600,
    branch: Branch = DEFAULT_BRANCH,
) -> None:
    """Write a comparison of experiments into one file of HTML, which any browser shows without a network.

    Examples:

    transforms experiments report --model /models/digits -o digits.html
    """
    require_page("A report")
    from palantir_models.page.report import report
    from palantir_models.reading.comparison import Comparison
    from palantir_models.reading.model import Model as Opened

    project = open_project(ctx)
    comparison = Comparison(to_compare(project, wanted, branch, model))
    models = sorted({one.model for one in comparison.experiments})
    ranks = Opened(models[0], branch, project.store).ranks if len(models) == 1 else None
    content = report(comparison, title or ", ".join(models), points, ranks)
    try:
        output.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The report cannot be written to {output}: {error.strerror or error}.") from None
    with Output(quiet=session_of(ctx).quiet) as out:
        size = f"{len(content.encode()) / 1e6:.1f} MB"
        out.say(f"{output}: {counted(len(comparison.experiments), 'experiment')}, {size}. Open it in a browser.")
