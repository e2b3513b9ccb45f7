"""The ledger as a history: what each commit read, ran and wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.page.answers import Refusal, exact
from palantir_models.page.asked import Asked
from palantir_models.page.provenance import checked, evaluated, inputs_of, written
from transforms.errors import StoreError
from transforms.plan.incremental import recorded, run_of
from transforms.plan.rollback import decided, only_decides, rollback_text
from transforms.run.check_results import results_of
from transforms.spec.resource import Resource
from transforms.store.recorded_parameters import shown

if TYPE_CHECKING:
    from transforms.store.entry import Entry
    from transforms.store.store import Store

_MOST = 500
_LOOKED_AT = 4


def builds(asked: Asked) -> dict[str, Any]:
    """Return commits to a branch, newest first."""
    before = asked.whole("before", 2**62, 1, 2**62)
    limit = asked.whole("limit", 50, 1, _MOST)
    store = asked.opened.store
    entries = _newest(store, asked.branch, before - 1, limit)
    missing = store.missing(entries, store.unpublished())
    return {"entries": [_entry(store, entry, missing.get(entry.seq), {}) for entry in entries]}


def build(asked: Asked) -> dict[str, Any]:
    """Return one commit, with every file that it wrote counted."""
    store = asked.opened.store
    number = asked.place("seq")
    entry = store.ledger.entry(int(number)) if number.isdecimal() and len(number) < 19 and store.exists else None
    if entry is None:
        raise Refusal(
            404, "There is no such build", f"The ledger has no row {number[:40]}.", "See /builds for those it has."
        )
    versions = {key: _version(store, entry, key) for key in entry.outputs}
    return {
        **_entry(store, entry, store.missing([entry], store.unpublished()).get(entry.seq), versions),
        "checks": [
            checked({**found, "transform": entry.transform, "seq": entry.seq}) for found in results_of(entry.outputs)
        ],
        "tables": [
            {"table": change.table, "mode": change.mode, "rows": change.rows, "files": len(change.files)}
            for change in entry.changes
        ],
    }


def _version(store: Store, entry: Entry, key: str) -> int | None:
    """Return the version of a dataset's table that a commit made; None where it can no longer be told, and of a model."""
    resource = Resource(*key.split(":", 1))  # type: ignore[arg-type]
    if resource.kind != "dataset":
        return None
    table = store.table_of(resource, entry.branch)
    try:
        view = store.view_table(table, entry.seq)
    except StoreError:  # its log was shortened since, or it cannot be read
        return None
    return view.version if view is not None and view.seq == entry.seq else None


def _newest(store: Store, branch: str, until: int, limit: int) -> list[Entry]:
    """Return the newest commits to a branch; those to others are passed over."""
    found: list[Entry] = []
    while len(found) < limit and store.exists:
        asked_for = _LOOKED_AT * limit
        entries = store.ledger.newest(asked_for, until)
        found += [entry for entry in entries if entry.branch == branch]
        if len(entries) < asked_for:
            break
        until = entries[-1].seq - 1
    return found[:limit]


def _entry(store: Store, entry: Entry, unpublished: str | None, versions: Mapping[str, int | None]) -> dict[str, Any]:
    decisions = decided(entry) if only_decides(entry) else []
    outputs = [
        place
        for key, output in entry.outputs.items()
        for place in (
            evaluated(output)
            if "evaluations" in output
            else [written(key, {} if decisions else output, versions.get(key))]
        )
    ]
    return {
        "seq": entry.seq,
        "time": entry.ratified_time,
        "transform": ", ".join(decisions) or rollback_text(entry.outputs.values()) or entry.transform,
        "branch": entry.branch,
        "user": entry.user,
        "status": unpublished or "published",
        "published": unpublished is None,
        "transaction": entry.transaction,
        "outputs": outputs,
        "inputs": [] if decisions else inputs_of(entry, store.ledger),
        "models": [output for output in outputs if output["kind"] == "model"],
        **run_of(recorded(entry.outputs.values())),
        "failed_checks": sum(not found["passed"] for found in results_of(entry.outputs)),
        "parameters": {} if decisions else exact(shown(entry.parameters)),
        "code_version": None if decisions else entry.code_version,
        "seconds": (entry.ratified_time - entry.started_time).total_seconds(),
    }
