"""Giving the space back of what was removed from models: the files of versions, and what experiments logged."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta

from palantir_models.experiment.columns.schema import TABLES
from palantir_models.model.lifecycle import TABLE, Decision
from palantir_models.model.published import read_lifecycle
from transforms.store import layout, machine
from transforms.store.leases import tried
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
    :returns: the files of versions, and a text for each experiment, by the model's folder relative to the root.
    """
    found: dict[str, list[str]] = {}
    for model, leases in store.written().items():
        if not store.storage.is_table(f"{model}/{TABLE}"):
            continue
        with ExitStack() as held:
            if not all(held.enter_context(tried(store.storage, name, dry_run)) for name in leases):
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
    there = _there(store, model, removed)
    yield from (f"what experiment {identity} had logged" for identity in there)
    if there and not dry_run:
        listed = ", ".join(f"'{identity}'" for identity in there)
        for name in (
            *(table for table in TABLES if table != layout.EXPERIMENTS),
            layout.EXPERIMENTS,
        ):  # which tells of the rest
            table = store.storage.delta.open(f"{model}/{name}")
            if table is not None:
                delete_rows(store.storage, f"{model}/{name}", table, f"experiment_id IN ({listed})")


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


def _there(store: Store, model: str, ids: Iterable[str]) -> list[str]:
    from transforms.engine.local.reading import scan_polars

    wanted = list(ids)
    view = store.view_table(f"{model}/{layout.EXPERIMENTS}") if wanted else None
    if view is None:
        return []
    known = set(scan_polars(view).select("experiment_id").collect()["experiment_id"])
    return [identity for identity in wanted if identity in known]
