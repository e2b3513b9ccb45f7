"""``transforms models evaluations``: what the versions of a model scored, listed, side by side, or against one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.reading.evaluation import RecordedEvaluation
    from palantir_models.reading.evaluation_comparison import VersionComparison

_COLUMNS = ["version", "set", "name", "branch", "created", "metrics"]
_FACTS = (
    "evaluation_id",
    "name",
    "model",
    "version",
    "model_version_id",
    "version_branch",
    "branch",
    "transform",
    "transaction",
    "source",
    "code_version",
)
_SIDE_BY_SIDE, _NAMED = 8, 3


def show_evaluations(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="Only this version, all metrics: a number, a RID, a tag or 'latest'."),
    ] = None,
    evaluation_set: Annotated[str | None, typer.Option("--set", metavar="NAME", help="Only this set.")] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION", help="Compare --version, or the latest, with this one, such as that in production."
        ),
    ] = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """List what the versions of a model scored, on whichever branch they were evaluated, newest first.

    With --version, the metrics of that version by subset, a column for each evaluation. With --against, what a version and
    another one scored in every set, and the difference.

    Examples:

    transforms models evaluations /examples/digits/model

    transforms models evaluations /examples/digits/model --version latest --set holdout

    transforms models evaluations /examples/digits/model --against production --json
    """
    from palantir_models.reading.model import Model
    from transforms.cli.resources import find_resource

    project = open_project(ctx)
    opened = Model(find_resource(project, model, branch, "model").alias, branch, project.store)
    with Output(as_json, session_of(ctx).quiet) as out:
        if against is not None:
            _print_against(opened.compare_with(against, version, evaluation_set), out)
            return
        found = opened.evaluations(evaluation_set, version)
        if as_json:
            out.json([_document(one) for one in found])
        elif not found:
            out.say(
                f"There is no such evaluation of model {opened.alias}. A transform decorated with @evaluation makes some."
            )
        elif version is None:
            out.listing(list(_rows(found)), _COLUMNS)
        else:
            _print_metrics(found, out)


def _rows(found: Sequence[RecordedEvaluation]) -> Iterator[dict[str, Any]]:
    from palantir_models.display import shown

    for one in found:
        named = [f"{name} {shown(value)}" for name, value in one.metrics.items()]
        more = [f"and {len(named) - _NAMED} more"] if named[_NAMED:] else []
        facts = {"version": one.version, "set": one.evaluation_set, "name": one.name, "branch": one.branch}
        created = f"{one.created_time:%Y-%m-%d %H:%M}"
        yield {**facts, "created": created, "metrics": ", ".join([*named[:_NAMED], *more])}


def _print_metrics(found: Sequence[RecordedEvaluation], out: Output) -> None:
    from palantir_models.display import shown
    from palantir_models.reading.evaluation import OVERALL
    from palantir_models.reading.evaluation_comparison import EvaluationComparison

    comparison = EvaluationComparison(found[:_SIDE_BY_SIDE])
    rows = comparison.metrics.polars().rows()
    out.table(
        ["subset", "metric", *comparison.labels], [(row[0] or OVERALL, row[1], *map(shown, row[2:])) for row in rows]
    )
    if found[_SIDE_BY_SIDE:]:
        out.say(f"The newest {_SIDE_BY_SIDE} of {len(found)} evaluations; --set chooses, --json has all.")


def _print_against(comparison: VersionComparison, out: Output) -> None:
    from palantir_models.display import shown
    from palantir_models.reading.evaluation import OVERALL

    rows = comparison.metrics.polars()
    if out.as_json:
        out.json(
            [
                {"version": comparison.version.version, "baseline_version": comparison.baseline.version, **row}
                for row in rows.to_dicts()
            ]
        )
        return
    headings = ["set", "subset", "metric", comparison.baseline.version, comparison.version.version, "difference"]
    out.table(headings, [(row[0], row[1] or OVERALL, row[2], *map(shown, row[3:])) for row in rows.rows()])


def _document(one: RecordedEvaluation) -> dict[str, Any]:
    metrics = [
        {"subset": subset, "name": name, "value": value}
        for subset, found in one.subsets.items()
        for name, value in found.items()
    ]
    facts = {name: getattr(one, name) for name in _FACTS}
    return {
        **facts,
        "set": one.evaluation_set,
        "created_time": one.created_time.isoformat(timespec="milliseconds"),
        "metrics": metrics,
    }
