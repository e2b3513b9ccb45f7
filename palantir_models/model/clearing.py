"""Giving the space back of what was removed from models: files of versions, what experiments and their evaluations logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from palantir_models.experiment.columns.schema import TABLES
from palantir_models.model.lifecycle import TABLE, Decision
from palantir_models.model.published import read_lifecycle
from transforms.store import layout, machine
from transforms.store.leases import tried_all
from transforms.store.merging import delete_rows
from transforms.store.pins import lowest_pin
from transforms.store.store import Store
from transforms.store.tables import TableView

_log = logging.getLogger(__name__)


def clear_removed(store: Store, days: float, dry_run: bool) -> dict[str, list[str]]:
    """Delete what belonged to versions and experiments that were removed longer ago; their rows among the versions stay.

    A model that is being built now, or that a running job may be reading as it was before, is left alone.

    :param store: the store.
    :param days: how long ago they must have been removed, in days.
    :param dry_run: find it, delete nothing.
    :returns: the files of versions, and a text for each experiment and evaluation, by the model's folder relative to the root.
    """
    found: dict[str, list[str]] = {}
    for model, leases in store.written().items():
        if not store.storage.is_table(f"{model}/{TABLE}"):
            continue
        with tried_all(store.storage, leases, dry_run) as is_free:
            if not is_free:
                _log.warning("%s is being built now, so what was removed from it was left.", model)
                continue
            view = store.view_table(f"{model}/{layout.VERSIONS}")
            cleared = [] if view is None else list(_clear(store, model, view, days, dry_run))
        if cleared:
            found[model] = cleared
    return found


def _clear(store: Store, model: str, view: TableView, days: float, dry_run: bool) -> Iterator[str]:
    lifecycle = read_lifecycle(store, view)
    for identity in _long_ago(store, lifecycle.removed_versions, days):
        folder = f"{layout.ARTIFACTS}/{identity}"
        files = sorted(store.storage.files(f"{model}/{folder}"))
        yield from (f"{folder}/{file}" for file in files)
        if files and not dry_run:
            store.storage.delete_folder(f"{model}/{folder}")
    removed = _long_ago(store, lifecycle.removed_experiments, days)
    yield from _clear_logged(store, model, removed, _EXPERIMENT, dry_run)
    removed = _long_ago(store, lifecycle.removed_versions, days)
    yield from _clear_logged(store, model, removed, _EVALUATION, dry_run)


class _Owner(NamedTuple):
    """Whose the rows of tables of a model are that are deleted.

    Attributes:
        noun: what that is.
        table: the table that has a row for each.
        identity: the column of its ids there.
        removed: the column there of what was removed.
    """

    noun: str
    table: str
    identity: str
    removed: str


_EXPERIMENT = _Owner("experiment", layout.EXPERIMENTS, "experiment_id", "experiment_id")
_EVALUATION = _Owner("evaluation", layout.EVALUATIONS, "evaluation_id", "model_version_id")


def _clear_logged(store: Store, model: str, removed: list[str], owner: _Owner, dry_run: bool) -> Iterator[str]:
    """Delete what removed experiments, or evaluations of removed versions, logged, and at last the rows that tell of that."""
    there = _there(store, model, removed, owner)
    yield from (f"what {owner.noun} {identity} had logged" for identity in there)
    if not there or dry_run:
        return
    listed = ", ".join(f"'{identity}'" for identity in there)
    columns = {table: "experiment_id" for table in TABLES if table != layout.EXPERIMENTS} | {
        owner.table: owner.identity
    }
    for name, column in columns.items():
        table = store.storage.delta.open(f"{model}/{name}")
        if table is not None:
            delete_rows(store.storage, f"{model}/{name}", table, f"{column} IN ({listed})")


def _long_ago(store: Store, removed: Mapping[str, Decision], days: float) -> list[str]:
    """Return the ids of those that were removed so long ago, and that no running job may be reading."""
    until, pinned = machine.now() - timedelta(days=days), lowest_pin(store.storage)
    old = {
        identity: one
        for identity, one in removed.items()
        if one.created_time <= until and layout.is_identifier(identity)
    }
    entries = store.entries_of(one.transaction for one in old.values()) if pinned is not None else {}
    return [
        identity
        for identity, one in old.items()
        if pinned is None or ((entry := entries.get(one.transaction)) is not None and entry.seq <= pinned)
    ]


def _there(store: Store, model: str, removed: list[str], owner: _Owner) -> list[str]:
    import polars as pl

    from transforms.engine.local.reading import scan_polars

    view = store.view_table(f"{model}/{owner.table}") if removed else None
    if view is None:
        return []
    rows = scan_polars(view).filter(pl.col(owner.removed).is_in(removed)).select(owner.identity).collect()
    return sorted(filter(layout.is_identifier, rows[owner.identity]))
