"""Datasets: what they hold, what wrote each version, and their first rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from palantir_models.page.answers import RESTORE, UNREADABLE, Refusal, exact
from palantir_models.page.asked import Asked
from palantir_models.page.ids import dataset_rid
from palantir_models.page.provenance import checked, inputs_of
from transforms.errors import TransformsError
from transforms.plan.incremental import recorded, run_of
from transforms.run.check_results import results_on
from transforms.spec.resource import Resource
from transforms.store.lookup import input_key
from transforms.store.type_names import type_name

if TYPE_CHECKING:
    from palantir_models.page.opened import Opened
    from transforms.store.entry import Entry
    from transforms.store.index import LastWrite
    from transforms.store.tables import TableView

_MOST_ROWS = 1000
_MOST_VERSIONS = 200


def datasets(asked: Asked) -> dict[str, Any]:
    """Return the datasets of a branch."""
    written = (write for write in asked.opened.writes(asked.branch).values() if write.kind == "dataset")
    return {"datasets": [_listed(asked.opened, write) for write in sorted(written, key=lambda write: write.key)]}


def dataset(asked: Asked) -> dict[str, Any]:
    """Return one dataset: its columns, its newest versions, what wrote it and what reads it."""
    resource, opened = asked.resource("dataset"), asked.opened
    view = _view(asked, resource)
    writes = opened.writes(asked.branch)
    write = writes[resource.key]
    entry = opened.store.ledger.entry(write.seq)
    return {
        **_listed(opened, write),
        "schema": [
            {
                "name": name,
                "type": type_name(field["type"]),
                "nullable": bool(field["nullable"]),
                "description": view.column_descriptions.get(name),
            }
            for name, field in zip(view.column_names, view.fields, strict=True)
        ],
        "versions": _versions(opened, view, resource),
        "checks": checks_of(resource, asked.branch, writes.values()),
        "built_by": write.transform,
        "inputs": inputs_of(entry, opened.store.ledger) if entry is not None else [],
        "readers": sorted({other.transform for other in writes.values() if input_key(resource) in other.inputs}),
    }


def rows(asked: Asked) -> dict[str, Any]:
    """Return rows of a dataset, or its raw files, at one of its versions."""
    import polars as pl

    from transforms.engine.local.reading import scan_polars
    from transforms.store.tables import at_version

    view = _view(asked, asked.resource("dataset"))
    version = asked.whole("version", view.version, 0, 2**62)
    offset, limit = asked.whole("offset", 0, 0, 2**62), asked.whole("limit", 50, 1, _MOST_ROWS)
    if version != view.version:
        view = at_version(view, version, asked.opened.store.app_id)
    try:
        frame = scan_polars(view).slice(offset, limit).collect()
    except pl.exceptions.ComputeError as error:
        raise Refusal(503, UNREADABLE, f"{_unreadable(view, offset + limit)}: {error}.", RESTORE) from error
    kinds = {str(field["name"]): type_name(field["type"]) for field in view.fields}
    return {
        "version": view.version,
        "columns": [{"name": name, "type": kinds.get(name, "")} for name in frame.columns],
        "rows": cells(frame.rows()),
        "count": view.row_count(),
    }


def _unreadable(view: TableView, count: int) -> str:
    """Return which file of a table it is whose first rows cannot be read."""
    import polars as pl

    for name, _ in view.data_files():
        address = f"{view.uri}/{name}"
        try:
            pl.scan_parquet(address, storage_options=view.storage.options).head(count).collect()
        except pl.exceptions.ComputeError:
            return f"File {address} cannot be read"
    return f"A file of table {view.uri} cannot be read"


def checks_of(resource: Resource, branch: str, writes: Iterable[LastWrite]) -> list[Any]:
    """Return what checks found in a dataset, of its own transform and of those that read it.

    :param resource: the dataset.
    :param branch: the branch that is looked at.
    :param writes: what last wrote each resource.
    """
    return [checked(found) for found in results_on(resource, branch, writes)]


def cells(found: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows as JSON has them without loss; of bytes, how many there are."""
    return [[_cell(value) for value in row] for row in found]


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    return exact(value)


def _view(asked: Asked, resource: Resource) -> TableView:
    found = asked.opened.store.view(resource, asked.branch)
    if found is None:
        raise Refusal(
            410,
            "The table is gone",
            f"Dataset {resource.alias} was built, and its Delta table is not there any more.",
            "Build it again, or restore it from a backup of the store.",
        )
    return found[0]


def _listed(opened: Opened, write: LastWrite) -> dict[str, Any]:
    """Return a line of the list; it changes with the row of the ledger that wrote the dataset."""
    facts = {
        "rid": dataset_rid(write.alias),
        "path": write.alias,
        "updated": write.committed_time,
        "transform": write.transform,
        "seq": write.seq,
    }
    try:
        return {
            **facts,
            **opened.once(("dataset", write.branch, write.key, write.seq), lambda: _measured(opened, write)),
        }
    except (TransformsError, OSError) as error:
        return {**facts, **_UNKNOWN, "problem": str(error)}


_UNKNOWN: Mapping[str, Any] = {"rows": None, "files": None, "bytes": None, "version": None, "holds": None}


def _measured(opened: Opened, write: LastWrite) -> dict[str, Any]:
    found = opened.store.view(Resource("dataset", write.alias), write.branch)
    if found is None:
        return {**_UNKNOWN, "problem": "Its table is gone: build it again, or restore it from a backup."}
    view = found[0]
    files = view.data_files()
    return {
        "rows": view.row_count(),
        "files": len(files),
        "bytes": sum(file.size for _, file in files),
        "version": view.version,
        "holds": "files" if view.holds_files else "rows",
        "problem": None,
    }


def _versions(opened: Opened, view: TableView, resource: Resource) -> list[dict[str, Any]]:
    """Return the newest versions of a table, newest first: what its log tells, and the ledger of those that jobs wrote."""
    commits = view.table.history(_MOST_VERSIONS)
    entries = opened.store.entries_of(commit.get("transaction") for commit in commits)
    return [
        {
            "version": commit["version"],
            "seq": commit.get("ledgerSeq"),
            "time": datetime.fromtimestamp(commit["timestamp"] / 1000, UTC) if "timestamp" in commit else None,
            "operation": commit.get("operation", ""),
            "transform": commit.get("transform"),
            "transaction": commit.get("transaction"),
            **_change(entries.get(commit.get("transaction", "")), view.name, resource.key),
        }
        for commit in commits
    ]


def _change(entry: Entry | None, table: str, key: str) -> dict[str, Any]:
    """Return what a commit did to a table: how many rows it added, whether they took the place of others, and whether the job
    went on from what was there."""
    changes = [change for change in entry.changes if change.table == table] if entry is not None else []
    return {
        "mode": changes[0].mode if changes else None,
        "rows": changes[0].rows if changes else None,
        **run_of(recorded([entry.outputs.get(key, {})] if entry is not None else [])),
    }
