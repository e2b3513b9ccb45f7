"""What processes do: the product's own code, driven as its commands drive it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

from tests.simulation.backup import Restored, copy
from tests.simulation.lake import Root, Table
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Deed
from transforms.errors import LeaseHeldError, OutcomeUnknownError, PublishError, TransformsError
from transforms.spec.resource import Resource
from transforms.store import layout, machine
from transforms.store.change import StagedFile, TableChange
from transforms.store.entry import InputPin, Lineage
from transforms.store.ledger_upkeep import maintain
from transforms.store.recovery import collect_dead
from transforms.store.store import Store
from transforms.store.transaction import Transaction
from transforms.store.vacuum import vacuum_tables

_PATIENCE = 4
_SECONDS = 25.0
_PARTS = ("metrics", "experiments", layout.VERSIONS)  # of a model, in the order in which the product stages them


class Site:
    """One process's view of the store.

    :param root: its storage.
    :param oracle: is told what the process is told.
    :param copied: where a copy of the store's files goes.
    """

    def __init__(self, root: Root, oracle: Oracle | Restored, copied: dict[str, bytes]) -> None:
        with patch("transforms.store.store.open_storage", lambda _: root):
            self.store = Store(root.root)
        self.root = root
        self.oracle = oracle
        self.copied = copied

    def do(self, deed: Deed) -> Exception | None:
        """Do something.

        :returns: the error with which it failed, if it did.
        """
        try:
            _DEEDS[deed.verb](self, deed)
        except (TransformsError, OSError) as error:
            return error
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            self.oracle.crashed(error)
            return error
        return None


def _build(site: Site, deed: Deed) -> None:
    def change(transaction: Transaction) -> list[TableChange]:
        tables = [site.store.table_of(Resource("dataset", f"/{name}"), "master") for name in deed.names]
        return [_stage(site, transaction, table, {}, deed.mode) for table in tables]

    _job(site, [Resource("dataset", f"/{name}") for name in deed.names], change)


def _train(site: Site, deed: Deed) -> None:
    model = Resource("model", f"/{deed.names[0]}")

    def change(transaction: Transaction) -> list[TableChange]:
        path = layout.resource_path(model, "master")
        versions = transaction.open_output(f"{path}/{layout.VERSIONS}")
        number = 0 if versions is None else len(_rows(site, versions.table))
        return [_stage(site, transaction, f"{path}/{part}", {"number": number}, "append") for part in _PARTS]

    _job(site, [model], change)


def _read(site: Site, deed: Deed) -> None:
    _job(site, [], lambda transaction: [])


def _browse(site: Site, deed: Deed) -> None:
    """Open a model as a notebook does: every table as of the row that the table of versions is at."""
    path = layout.resource_path(Resource("model", f"/{deed.names[0]}"), "master")
    versions = site.store.view_table(f"{path}/{layout.VERSIONS}")
    for part in _PARTS if versions is not None else ():
        view = site.store.view_table(f"{path}/{part}", versions.seq)  # type: ignore[union-attr]
        site.oracle.read(f"{path}/{part}", versions.seq, () if view is None else view.file_paths())  # type: ignore[union-attr]


def _recover(site: Site, deed: Deed) -> None:
    site.store.recover()


def _collect(site: Site, deed: Deed) -> None:
    collect_dead(site.store)
    vacuum_tables(site.store, 0, dry_run=False)


def _tidy(site: Site, deed: Deed) -> None:
    maintain(site.store)


def _wait(site: Site, deed: Deed) -> None:
    machine.sleep(4 * _SECONDS)  # longer than a lease


def _copy(site: Site, deed: Deed) -> None:
    copy(site.root, site.copied)


_DEEDS: Mapping[str, Callable[[Site, Deed], None]] = {
    "build": _build,
    "train": _train,
    "read": _read,
    "browse": _browse,
    "recover": _recover,
    "collect": _collect,
    "tidy": _tidy,
    "wait": _wait,
    "copy": _copy,
}


def _job(site: Site, outputs: list[Resource], change: Callable[[Transaction], list[TableChange]]) -> None:
    site.store.writes()  # what tells whether the job is fresh
    transaction = _begin(site, outputs)
    try:
        pins = _look(site, transaction)
        changes = change(transaction)
        entry = transaction.commit(changes, {output.key: {} for output in outputs}, Lineage(pins, "v1"))
        site.oracle.acknowledged(transaction.id, entry.seq)
    except BaseException as error:
        if isinstance(error, PublishError) and transaction.ratified:  # else it is about somebody else's
            site.oracle.acknowledged(transaction.id, site.oracle.seqs.get(transaction.id, -1))
        elif isinstance(error, Exception) and not isinstance(error, OutcomeUnknownError):
            site.oracle.failed(transaction.id, error)
        transaction.abandon()
        raise


def _begin(site: Site, outputs: list[Resource]) -> Transaction:
    for _ in range(_PATIENCE):
        try:
            return site.store.begin("job", "master", outputs)
        except LeaseHeldError:
            machine.sleep(_SECONDS)
    return site.store.begin("job", "master", outputs)


def _look(site: Site, transaction: Transaction) -> dict[str, InputPin]:
    """Read every dataset at the row that is pinned."""
    pins = {}
    for name in ("a", "b"):
        resource = Resource("dataset", f"/{name}")
        found = transaction.view(resource)
        files = () if found is None else found[0].file_paths()
        site.oracle.read(site.store.table_of(resource, "master"), transaction.pinned, files)
        if found is not None:
            pins[resource.key] = InputPin(found[0].seq, found[0].version, "master")
    return pins


def _stage(site: Site, transaction: Transaction, table: str, row: Mapping[str, Any], mode: Any) -> TableChange:
    folder = transaction.staging_name(table)
    content = json.dumps({"job": transaction.id, **row}).encode() + b"\n"
    site.root.stage(f"{folder}/0.rows", content)
    file = StagedFile(f"{folder.removeprefix(f'{table}/')}/0.rows", len(content), 1, "{}")
    schema = {"type": "struct", "fields": [{"name": "row", "type": "string", "nullable": True, "metadata": {}}]}
    return TableChange(table, mode, json.dumps(schema), (file,))


def _rows(site: Site, table: Table) -> list[str]:
    return [row for path in table.newest.files for row in site.root.read(f"{table.name}/{path}").decode().splitlines()]
