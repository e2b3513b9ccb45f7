"""The experiments of a model as columns, one of them whole, and what differs between some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from palantir_models.page import chosen
from palantir_models.page.answers import exact, json_answer, shown_numbers
from palantir_models.page.apart import is_final
from palantir_models.page.asked import Asked, experiment_of
from palantir_models.page.parameters import columns_of, parameters_of, type_of
from palantir_models.page.provenance import inputs_of
from palantir_models.reading.parameters import are_same

if TYPE_CHECKING:
    import polars as pl

    from palantir_models.page.chosen import Known
    from palantir_models.page.opened import Opened
    from palantir_models.reading.experiment import RecordedExperiment
    from palantir_models.reading.parameters import ParameterValue

_FACTS = {
    "id": "experiment_id",
    "name": "name",
    "status": "status",
    "error": "error",
    "version": "version",
    "created": "created_time",
    "finished": "finished_time",
    "dropped": "dropped_count",
    "values": "value_count",
    "transform": "transform",
    "source": "source",
    "code_version": "code_version",
    "transaction": "transaction",
}
_NUMBERS = ("last", "min", "max", "first")
_COUNTS = ("length", "last_step")


def experiments(asked: Asked) -> Response:
    """Return all experiments of a model, column by column, newest first."""
    known = chosen.known(asked)
    others = known.model.unpublished
    if all(map(is_final, others)):  # nothing changes of any
        about = frozenset(one.experiment_id for one in others)
        return known.answer("experiments", lambda: _columns(asked.opened, known, others, {}), about)
    return json_answer(_columns(asked.opened, known, others, asked.opened.live(known.model).heartbeats()))


def _columns(
    opened: Opened, known: Known, others: Sequence[RecordedExperiment], beats: Mapping[str, datetime | None]
) -> dict[str, Any]:
    """Return published experiments and others as columns.

    :param opened: the store.
    :param known: the model.
    :param others: those that are no part of a version.
    :param beats: when something was last logged to those that run, by id.
    """
    from palantir_models.reading.facts import ranks_of

    every = sorted(
        [*known.model.experiments, *others], key=lambda one: (one.created_time, one.experiment_id), reverse=True
    )
    params, summaries = opened.apart(known.model).contents(others)
    return table_of(every, {**known.parameters, **params}, [known.summaries, *summaries], ranks_of(every), beats)


def table_of(
    every: Sequence[RecordedExperiment],
    params: Mapping[str, Mapping[str, ParameterValue]],
    summaries: Iterable[pl.DataFrame | None],
    ranks: Mapping[str, int],
    beats: Mapping[str, datetime | None],
) -> dict[str, Any]:
    """Return experiments column by column.

    :param every: the experiments, in their order.
    :param params: their hyperparameters by name, by id.
    :param summaries: what is known of their series; None where nothing is.
    :param ranks: the place of each in its model's order of creation, by id.
    :param beats: when those that run last told that they do, by id.
    """
    ids = [one.experiment_id for one in every]
    return {
        "count": len(every),
        "columns": {
            **{name: [getattr(one, fact) for one in every] for name, fact in _FACTS.items()},
            "rank": [ranks[identity] for identity in ids],
            "heartbeat": [beats.get(identity) for identity in ids],
        },
        "parameters": columns_of([params.get(identity, {}) for identity in ids]),
        **_series(summaries, ids),
    }


def experiment(asked: Asked) -> dict[str, Any]:
    """Return everything of one experiment but the values of its series."""
    from palantir_models.reading.facts import ranks_of

    (one,) = chosen.experiments(asked, [experiment_of(asked.place("id"))])
    model = chosen.known(asked).model
    entry = asked.opened.store.entries_of([one.transaction]).get(one.transaction or "")
    beats = asked.opened.live(model).heartbeats()
    return {
        **{name: getattr(one, fact) for name, fact in _FACTS.items()},
        "rank": ranks_of([*model.experiments, *model.unpublished])[one.experiment_id],
        "heartbeat": beats.get(one.experiment_id),
        "seq": None if entry is None else entry.seq,
        "parameters": [
            {"name": name, "type": type_of([value]), "value": exact(value)} for name, value in one.params.items()
        ],
        "environment": exact(one.environment),
        "series": [exact(vars(series)) for series in one.series],
        "inputs": [] if entry is None else inputs_of(entry, asked.opened.store.ledger),
    }


def difference(asked: Asked) -> dict[str, Any]:
    """Return what is not the same in all of some experiments: parameters, environment, inputs and code."""
    found = chosen.experiments(asked, asked.ids())
    params = parameters_of(found)
    entries = asked.opened.store.entries_of(one.transaction for one in found)
    inputs = []
    for one in found:
        entry = entries.get(one.transaction or "")
        inputs.append({key: pin.version for key, pin in entry.inputs.items()} if entry is not None else {})
    groups: dict[str, list[Mapping[str, Any]]] = {
        "parameter": [params.get(one.experiment_id, {}) for one in found],
        "environment": [_flat(one.environment) for one in found],
        "input": list(inputs),
        "code": [{"transform": one.transform, "source": one.source, "code version": one.code_version} for one in found],
    }
    return {"rows": [row for group, values in groups.items() for row in _differing(group, values)]}


def _differing(group: str, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for name in dict.fromkeys(name for values in found for name in values):
        values = [one.get(name) for one in found]
        if not all(are_same(value, values[0]) for value in values):
            rows.append({"group": group, "name": name, "values": [exact(value) for value in values]})
    return rows


def _flat(environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return an environment with a line for each package, and for each thing that is known of the commit."""
    found = {name: value for name, value in environment.items() if name not in ("packages", "git")}
    found |= {f"git {name}": value for name, value in (environment.get("git") or {}).items()}
    for package in environment.get("packages") or ():
        name, _, version = package.partition("==")
        found[f"package {name}"] = version
    return found


def _series(summaries: Iterable[pl.DataFrame | None], ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return what is known of each series of some experiments, a series a column."""
    import polars as pl

    there = [part for part in summaries if part is not None]
    if not there:
        return {"metrics": [], "media": []}
    order = pl.DataFrame({"experiment_id": ids}, {"experiment_id": pl.String}).with_row_index("place")
    found = pl.concat(there).join(order, on="experiment_id")
    kinds = found.group_by("kind", "name").agg(pl.len().alias("times")).sort("kind", "name")
    every = kinds.join(order, how="cross", maintain_order="left_right")
    wide = every.join(found, on=["kind", "name", "place"], how="left", maintain_order="left")
    lists = {name: shown_numbers(wide[name]) for name in (*_NUMBERS, *_COUNTS)}
    metrics, media = [], []
    for index, (kind, name, _) in enumerate(kinds.iter_rows()):
        part = slice(index * len(ids), (index + 1) * len(ids))
        if kind == "metric":
            metrics.append({"name": name, **{stat: values[part] for stat, values in lists.items()}})
        else:
            media.append({"kind": kind, "name": name, "length": lists["length"][part]})
    return {"metrics": metrics, "media": media}
