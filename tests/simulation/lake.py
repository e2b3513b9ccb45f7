"""Delta tables over a simulated storage: as much of Delta's log as the product's protocol rests on.

Log files are JSON with Delta's own actions, put in place if their number is free. Data files hold rows, one a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol

from deltalake.exceptions import CommitFailedError, DeltaError

from transforms.errors import UnsupportedTableError
from transforms.store import machine
from transforms.store.change import TableChange
from transforms.store.delta_log import CHECKPOINT, log_file, log_folder
from transforms.store.entry import Entry
from transforms.store.layout import LEDGER
from transforms.store.ledger import Ledger
from transforms.store.storage.delta import WEEK, Mark
from transforms.store.storage.files import Found


class Readable(Protocol):
    """Where a table can be read from."""

    def names(self, folder: str) -> list[str]:
        """See :class:`Storage`."""

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """See :class:`Storage`."""


class Root(Readable, Protocol):
    """A storage whose files can be staged without a local file."""

    def read(self, name: str) -> bytes:
        """See :class:`Storage`."""

    def write(self, name: str, content: bytes) -> None:
        """See :class:`Storage`."""

    def create(self, name: str, content: bytes) -> bool:
        """See :class:`Storage`."""

    def stage(self, name: str, content: bytes) -> None:
        """Write a staged file."""


class Named(NamedTuple):
    """A data file that a version names."""

    size: int
    modified: int
    partition: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a table.

    Attributes:
        number: its number, -1 before the first.
        schema: its schema as JSON.
        partition_by: the partition columns.
        files: the files it names.
        gone: the files that versions up to it named, and when they were replaced, in milliseconds.
        marks: the number of each transaction identifier.
    """

    number: int
    schema: str
    partition_by: tuple[str, ...]
    files: Mapping[str, Named]
    gone: Mapping[str, int]
    marks: Mapping[str, int]
    _later: dict[bytes, Version] = field(default_factory=dict)

    def after(self, content: bytes) -> Version:
        """Return the version after this one, from its log file."""
        if content not in self._later:  # everyone who opens a table asks again
            self._later[content] = self._read(content)
        return self._later[content]

    def _read(self, content: bytes) -> Version:
        schema, partition_by = self.schema, self.partition_by
        files, gone, marks = dict(self.files), dict(self.gone), dict(self.marks)
        for action in actions(content):
            if add := action.get("add"):
                values = tuple(sorted(add["partitionValues"].items()))
                files[add["path"]] = Named(add["size"], add["modificationTime"], values)
            elif remove := action.get("remove"):
                files.pop(remove["path"], None)
                gone[remove["path"]] = remove["deletionTimestamp"]
            elif data := action.get("metaData"):
                schema, partition_by = data["schemaString"], tuple(data["partitionColumns"])
            elif mark := action.get("txn"):
                marks[mark["appId"]] = mark["version"]
        return Version(self.number + 1, schema, partition_by, files, gone, marks)


NOTHING = Version(-1, "", (), {}, {}, {})
"""What is before the first version."""


def forget() -> None:
    """Forget what earlier runs have read."""
    NOTHING._later.clear()


@lru_cache(maxsize=4096)
def actions(content: bytes) -> list[dict[str, Any]]:
    """Return the actions of a log file; they must not be changed."""
    return [json.loads(line) for line in content.splitlines()]


class Table:
    """As much of deltalake's ``DeltaTable`` as the protocol asks for.

    :param root: where it lies.
    :param name: its folder.
    :param newest: the version that is opened.
    """

    def __init__(self, root: Root, name: str, newest: Version) -> None:
        self.root = root
        self.name = name
        self.newest = newest
        self.kept = WEEK  # how long a checkpoint names what was replaced

    def version(self) -> int:
        return self.newest.number

    def transaction_version(self, app_id: str) -> int | None:
        return self.newest.marks.get(app_id)

    def update_incremental(self) -> None:
        known = self.newest.number
        last = self.root.newest(lambda number: log_file(self.name, number), known)
        for content in self.root.read_many([log_file(self.name, number) for number in range(known + 1, last + 1)]):
            if content is None:
                raise DeltaError(f"the log of {self.name} was shortened")
            self.newest = self.newest.after(content)

    def load_as_version(self, number: int) -> None:
        self.newest = load(self.root, self.name, number)

    def schema(self) -> Any:
        return SimpleNamespace(to_json=lambda: self.newest.schema)

    def protocol(self) -> Any:
        return SimpleNamespace(min_reader_version=1, min_writer_version=2, writer_features=None, reader_features=None)

    def metadata(self) -> Any:
        return SimpleNamespace(partition_columns=list(self.newest.partition_by), configuration={})


def load(place: Readable, name: str, until: int | None = None) -> Version:
    """Read the newest version, or an older one, from the newest checkpoint that is not younger and the log after it.

    :raises DeltaError: if the log does not reach it.
    """
    listed = [(int(file[:20]), file[20:]) for file in place.names(log_folder(name)) if file[:20].isdigit()]
    wanted = max((number for number, _ in listed), default=-1) if until is None else until
    bases = [number for number, end in listed if end == CHECKPOINT and number <= wanted]
    base = max(bases, default=-1)
    logs = [log_file(name, number) for number in range(base + 1, wanted + 1)]
    first = [f"{log_folder(name)}/{base:020}{CHECKPOINT}"] if bases else []
    contents = place.read_many([*first, *logs])
    if any(content is None for content in contents):
        raise DeltaError(f"the log of {name} does not reach version {wanted}")
    version = _in_checkpoint(contents.pop(0) or b"") if bases else NOTHING
    for content in contents:
        version = version.after(content or b"")
    return version


@lru_cache(maxsize=512)
def _in_checkpoint(content: bytes) -> Version:
    number, schema, partition_by, files, gone, marks = json.loads(content)
    named = {path: Named(size, modified, tuple(map(tuple, values))) for path, (size, modified, values) in files.items()}
    return Version(number, schema, tuple(partition_by), named, gone, marks)


class Lake:
    """The double of :class:`DeltaRs`.

    :param root: where the tables lie.
    """

    def __init__(self, root: Root) -> None:
        self._root = root

    def open(self, name: str) -> Table | None:
        try:
            version = load(self._root, name)
        except DeltaError as error:
            raise UnsupportedTableError(str(error)) from error
        return None if version.number < 0 else Table(self._root, name, version)

    def files(self, name: str, table: Table) -> list[tuple[str, Found]]:
        return [(path, Found(file.size, file.modified / 1000)) for path, file in table.newest.files.items()]

    def create(self, change: TableChange, mark: Mark) -> None:
        self._commit(change.table, 0, [_metadata(change.schema, change.partition_by), *_adds(change), *_marks(mark)])

    def commit(self, table: Table, change: TableChange, mark: Mark) -> None:
        removed = table.newest.files if change.mode == "overwrite" else {}
        schema = [_metadata(change.schema, change.partition_by)] if change.mode == "overwrite" else []
        self._commit(table.name, table.version() + 1, [*schema, *map(_remove, removed), *_adds(change), *_marks(mark)])

    def rehearse(self, table: Table | None, change: TableChange) -> None:
        """Nothing here is refused."""

    def add_columns(self, table: Table, fields: Sequence[Mapping[str, Any]]) -> None:
        there = json.loads(table.newest.schema)
        schema = json.dumps({**there, "fields": [*there["fields"], *fields]})
        self._commit(table.name, table.version() + 1, [_metadata(schema, table.newest.partition_by)])
        table.update_incremental()

    def allow_naive_timestamps(self, table: Table) -> None:
        raise NotImplementedError

    def compact(self, table: Table, partition: tuple[str, str] | None, target: int | None) -> None:
        for values, paths in _groups(table.newest, partition):
            contents = [self._root.read(f"{table.name}/{path}") for path in paths]
            merged = "".join(f"{key}={value}/" for key, value in values) + f"part-{machine.unique()}.merged"
            self._root.write(f"{table.name}/{merged}", b"".join(contents))
            added = _add(merged, sum(map(len, contents)), dict(values), changes=False)
            self._commit_on_top(table, [*map(_remove, paths), added], needed=set(paths))

    def checkpoint(self, table: Table) -> None:
        one = table.newest
        gone = one.gone if table.kept == WEEK else {}
        content = json.dumps([one.number, one.schema, one.partition_by, one.files, gone, one.marks]).encode()
        self._root.write(f"{log_folder(table.name)}/{one.number:020}{CHECKPOINT}", content)
        self._root.write(f"{log_folder(table.name)}/_last_checkpoint", str(one.number).encode())

    def keep_replaced(self, table: Table, interval: str) -> str:
        self._commit_on_top(table, [{"commitInfo": {"operation": "SET TBLPROPERTIES"}}], needed=set())
        before, table.kept = table.kept, interval
        return before

    def replaced(self, table: Table, hours: int) -> list[str]:
        until = machine.milliseconds() - hours * 3_600_000
        return [path for path, at in table.newest.gone.items() if at <= until and path not in table.newest.files]

    def _commit_on_top(self, table: Table, made: Sequence[Mapping[str, Any]], needed: set[str]) -> None:
        for _ in range(15):
            if not needed <= table.newest.files.keys():
                break
            try:
                self._commit(table.name, table.version() + 1, made)
            except CommitFailedError:
                table.update_incremental()
                continue
            table.update_incremental()
            return
        raise CommitFailedError(f"{table.name} was changed by others")

    def _commit(self, name: str, number: int, made: Sequence[Mapping[str, Any]]) -> None:
        content = "\n".join(map(json.dumps, made)).encode()
        if not self._root.create(log_file(name, number), content):
            raise CommitFailedError(f"version {number} of {name} is there")


def _groups(version: Version, partition: tuple[str, str] | None) -> Iterator[tuple[Any, list[str]]]:
    groups: dict[Any, list[str]] = {}
    for path, file in version.files.items():
        if partition is None or partition in file.partition:
            groups.setdefault(file.partition, []).append(path)
    return ((values, paths) for values, paths in groups.items() if len(paths) > 1)


def _metadata(schema: str, partition_by: Sequence[str]) -> dict[str, Any]:
    return {"metaData": {"schemaString": schema, "partitionColumns": list(partition_by)}}


def _adds(change: TableChange) -> list[dict[str, Any]]:
    return [_add(file.path, file.size, file.partition_values, changes=True) for file in change.files]


def _add(path: str, size: int, values: Mapping[str, str | None], changes: bool) -> dict[str, Any]:
    now = machine.milliseconds()
    return {
        "add": {
            "path": path,
            "size": size,
            "partitionValues": dict(values),
            "modificationTime": now,
            "dataChange": changes,
        }
    }


def _remove(path: str) -> dict[str, Any]:
    return {"remove": {"path": path, "deletionTimestamp": machine.milliseconds()}}


def _marks(mark: Mark) -> list[dict[str, Any]]:
    return [{"txn": {"appId": mark.app_id, "version": mark.seq}}, {"commitInfo": dict(mark.info)}]


def row_content(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows of the ledger as a data file has them."""
    return b"".join(json.dumps(row, default=str).encode() + b"\n" for row in rows)


def rows_between(ledger: Ledger, after: int, until: int) -> Iterator[Entry]:
    """Take the place of :meth:`Ledger._rows_between`."""
    entries = sorted(map(Entry.from_row, _ledger_rows(ledger)), key=lambda entry: entry.seq)
    return (entry for entry in entries if after < entry.seq <= until)


def identifiers(ledger: Ledger) -> set[str]:
    """Take the place of :meth:`Ledger.identifiers`."""
    return {row["transaction"] for row in _ledger_rows(ledger)}


def _ledger_rows(ledger: Ledger) -> list[dict[str, Any]]:
    table: Any = ledger.table()
    lines = [line for path in table.newest.files for line in table.root.read(f"{LEDGER}/{path}").splitlines()]
    return [json.loads(line) for line in lines]
