"""The evaluations of a model, on whichever branch they were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from palantir_models.reading.evaluation import RecordedEvaluation
from palantir_models.reading.finding import LEAST_PREFIX
from palantir_models.reading.sources import ModelTables, Source
from transforms.common.text import counted
from transforms.errors import NotFoundError, nearest
from transforms.spec.resource import Resource
from transforms.store import layout

if TYPE_CHECKING:
    from transforms.store.store import Store

_LISTED = 10


def evaluations_of(store: Store, alias: str, seq: int) -> list[RecordedEvaluation]:
    """Return the evaluations of a model on every branch, newest first.

    :param store: the store.
    :param alias: the model's path or RID.
    :param seq: the row of the ledger up to which they count.
    """
    import polars as pl

    from transforms.engine.local.reading import scan_polars

    later = [entry.transaction for entry in store.ledger.entries(after=seq)] if store.exists else []
    found = []
    for folder in _folders(store, alias):
        view = store.view_table(f"{folder}/{layout.EVALUATIONS}")
        if view is None:
            continue
        rows = scan_polars(view)
        if later:
            rows = rows.filter(~pl.col("transaction").is_in(later))
        source = ModelTables(store, folder, seq)
        found += [RecordedEvaluation(row, alias, source) for row in rows.collect().iter_rows(named=True)]
    return sorted(found, key=lambda one: (one.created_time, one.evaluation_id), reverse=True)


def _folders(store: Store, alias: str) -> Iterable[str]:
    """Return the model's folder on every branch that has evaluations of it."""
    branches = [folder for folder in store.storage.folders("") if not folder.startswith(("_", "."))]
    path = layout.resource_path(Resource("model", alias), "x").removeprefix("x/")
    tables = {f"{branch}/{path}/{layout.EVALUATIONS}": f"{branch}/{path}" for branch in branches}
    there = store.storage.tables(list(tables))
    return [folder for table, folder in tables.items() if table in there]


def sources_of_evaluations(evaluations: Iterable[RecordedEvaluation]) -> list[tuple[Source, list[str]]]:
    """Return where the contents of evaluations are, each with the ids of those that are there."""
    found: dict[Source, list[str]] = {}
    for one in evaluations:
        found.setdefault(one._source, []).append(one.evaluation_id)  # noqa: SLF001 (none of a user's business)
    return list(found.items())


def chosen(
    every: Iterable[RecordedEvaluation],
    evaluation_set: str | None = None,
    version_id: str | None = None,
    branch: str | None = None,
) -> tuple[RecordedEvaluation, ...]:
    """Return those of some evaluations that are of a set, a version and a branch, where these are given."""
    wanted = {"evaluation_set": evaluation_set, "model_version_id": version_id, "branch": branch}
    asked = {name: value for name, value in wanted.items() if value is not None}
    return tuple(one for one in every if all(getattr(one, name) == value for name, value in asked.items()))


def pick_evaluation(every: Sequence[RecordedEvaluation], wanted: str, place: str) -> RecordedEvaluation:
    """Return the evaluation that is meant; of several with one name on different branches, the newest.

    :param every: the evaluations to choose from, newest first.
    :param wanted: a name, an id or RID, or at least the first four digits of an id.
    :param place: where they are, for messages: ``Model /wine``.
    :raises NotFoundError: if none is meant, or it is not clear which.
    """
    by_name = [one for one in every if wanted in (one.name, one.evaluation_id, one.evaluation_rid)]
    if by_name:
        return by_name[0]
    begins = [one for one in every if len(wanted) >= LEAST_PREFIX and one.evaluation_id.startswith(wanted)]
    if len(begins) == 1:
        return begins[0]
    names = list(dict.fromkeys(one.name for one in every))
    if begins:
        listed = ", ".join(f"{one.evaluation_id} ({one.name})" for one in begins[:_LISTED])
        raise NotFoundError(
            f"{counted(len(begins), 'evaluation')} begin with {wanted!r}: {listed}. Give more of the id."
        )
    raise NotFoundError(
        f"{place} has no evaluation {wanted!r}.{nearest(wanted, names)} "
        f"It has: {', '.join(names[:_LISTED]) or 'none'}{', …' if names[_LISTED:] else ''}."
    )
