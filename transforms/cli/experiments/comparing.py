"""``transforms experiments compare``: experiments side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.experiments.choosing import Model, to_compare
from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.reading.comparison import Comparison
    from palantir_models.reading.experiment import RecordedExperiment

_SIDE_BY_SIDE = 5


def compare_experiments(
    ctx: typer.Context,
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Ids, beginnings of ids, names or versions; all published ones of --model."
        ),
    ] = None,
    model: Model = None,
    every: Annotated[bool, typer.Option("--all", help="Also the hyperparameters that are the same in all.")] = False,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Compare experiments: the last value of each metric, then the hyperparameters that differ.

    Examples:

    transforms experiments compare sgd sgd-2

    transforms experiments compare --model /shop/forecast --all
    """
    from palantir_models.reading.comparison import Comparison

    comparison = Comparison(to_compare(open_project(ctx), wanted, branch, model))
    with Output(as_json, session_of(ctx).quiet) as out:
        if as_json:
            out.json(_rows(comparison))
        else:
            _print(comparison, every, out)


def _rows(comparison: Comparison[RecordedExperiment]) -> list[dict[str, Any]]:
    last, least, most = (frame.polars().to_dicts() for frame in (comparison.last, comparison.min, comparison.max))
    params = comparison.typed_params
    rows = []
    for index, one in enumerate(comparison.experiments):
        names = [name for name in last[index] if name not in ("experiment", "version")]
        metrics = {
            name: {"last": last[index][name], "min": least[index][name], "max": most[index][name]}
            for name in names
            if last[index][name] is not None
        }
        known = {key: getattr(one, key) for key in ("experiment_id", "name", "model", "version", "status")}
        rows.append({**known, "params": dict(params[one.experiment_id]), "metrics": metrics})
    return rows


def _print(comparison: Comparison[RecordedExperiment], every: bool, out: Output) -> None:
    from palantir_models.display import shown

    experiments = comparison.experiments
    last = comparison.last.polars().to_dicts()
    metrics = [name for name in last[0] if name not in ("experiment", "version")]
    found = list(comparison.typed_params.values())
    all_params = sorted({name for params in found for name in params})
    differing = comparison.differing
    listed = [*differing, *(name for name in all_params if every and name not in differing)]
    lines: list[tuple[str, list[str]]] = [
        ("version", [one.version or "" for one in experiments]),
        ("status", [one.status for one in experiments]),
        *((name, [shown(row[name]) for row in last]) for name in metrics),
        *((name, [shown(params.get(name)) for params in found]) for name in listed),
    ]
    if len(experiments) <= _SIDE_BY_SIDE:
        out.table(["", *comparison.labels], [[name, *values] for name, values in lines])
    else:
        values = [list(column) for column in zip(*(values for _, values in lines), strict=True)]
        headings = ["experiment", *(name for name, _ in lines)]
        out.table(headings, [[label, *row] for label, row in zip(comparison.labels, values, strict=True)])
    same = len(all_params) - len(listed)
    if same:
        out.say(f"{counted(same, 'hyperparameter')} the same in all; --all shows them.")
