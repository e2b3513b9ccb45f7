"""What was added to a table between two of its versions: read from its log, neither from its files nor from its state.

So asking costs what is new, however large the table is. A commit that rewrites files without a change of data (merging of small
files, Delta's ``OPTIMIZE``) adds nothing; one that removes rows leaves no answer, and :class:`NotAdditive` says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from transforms.common.json_text import from_json
from transforms.common.paths import escape, shown
from transforms.errors import UnsupportedTableError
from transforms.store.change import fields_of
from transforms.store.delta_log import log_file, log_folder
from transforms.store.features import can_read, reading_features
from transforms.store.schema_growth import lost_column
from transforms.store.storage.base import Storage, content_of
from transforms.store.storage.files import numbers_of
from transforms.store.storage.patience import outlast
from transforms.store.table_commit import Action, TableCommit

_AT_ONCE = 64  # log files that are read side by side


@dataclass(frozen=True, slots=True)
class AddedFile:
    """A data file with rows that came into a table.

    Attributes:
        path: relative to the table, not encoded.
        size: in bytes.
        rows: how many rows it holds; None where the log does not tell.
        partition_values: the value of each partition column, as Delta writes them.
        modified: when it was written, in seconds since 1970.
    """

    path: str
    size: int
    rows: int | None
    partition_values: Mapping[str, str | None] = field(default_factory=dict)
    modified: float = 0.0


@dataclass(frozen=True, slots=True)
class Additions:
    """What came into a table between two of its versions, during which no row went.

    Attributes:
        since: the version before.
        until: the version after.
        versions: those in between that added files, in order; what Foundry calls transactions.
        files: where the new rows are. Merging may have put files in the place of those that the commits named.
        rows: how many rows; None where the log does not tell of each file.
    """

    since: int
    until: int
    versions: tuple[int, ...] = ()
    files: tuple[AddedFile, ...] = ()

    @property
    def rows(self) -> int | None:
        """How many rows were added; None where the log does not tell of each file."""
        counts = [file.rows for file in self.files]
        return None if None in counts else sum(count for count in counts if count is not None)


@dataclass(frozen=True, slots=True)
class NotAdditive:
    """A table of which cannot be told what was added to it, as more than that happened.

    Attributes:
        reason: what happened, for people: ``commit #12 of put replaced rows (version 5)``.
    """

    reason: str


def fingerprint_of(storage: Storage, table: str, version: int) -> str | None:
    """Return what tells a version of a table from one of the same number, should the table be made anew in its place.

    :param storage: the store's storage.
    :param table: the table's folder, relative to the root.
    :param version: the version.
    :returns: a sum over its log file, in hexadecimal; None where that is not there any more.
    """
    content = content_of(storage, log_file(table, version))
    return None if content is None else hashlib.sha256(content).hexdigest()[:32]


def additions(  # noqa: PLR0913
    storage: Storage,
    table: str,
    since: int,
    until: int | None = None,
    *,
    fingerprint: str | None = None,
    allow_retention: bool = False,
    limit: int | None = None,
) -> Additions | NotAdditive:
    """Return what was added to a table after one of its versions.

    :param storage: the store's storage.
    :param table: the table's folder, relative to the root.
    :param since: the version.
    :param until: the version up to which, as a reader opened it; when None the last of those that come one after the other.
    :param fingerprint: what :func:`fingerprint_of` gave for ``since`` when it was read.
    :param allow_retention: whether files may have been removed as a whole, as rules of retention do.
    :param limit: of how many versions with data the files are returned; all when None. That no row went is looked at up to
        ``until`` all the same.
    :returns: what was added, or why that cannot be told.
    """
    try:
        now = fingerprint_of(storage, table, since)
        if now is None:
            raise _Broken(_forgotten(since))
        if fingerprint not in (None, now):
            raise _Broken(f"it was made anew, its version {since} is another one now")
        newest = storage.newest(partial(log_file, table), since) if until is None else until
        if newest < since:
            raise _Broken(f"it went back from version {since} to version {newest}")
        history = _History(newest, allow_retention, limit)
        for commit in _commits(storage, table, since + 1, newest):
            history.take(commit)
        if history.settings or not history.is_last_ours:
            _look_at_table(storage, table, since, history)
        # A file that the newest version names is there; any other may have been vacuumed.
        is_sure = until is None and not history.replaced
        return Additions(since, history.until, tuple(history.versions), _found(storage, table, history, is_sure))
    except _Broken as broken:
        return NotAdditive(str(broken))


def first_batch(storage: Storage, table: str, until: int, limit: int) -> int:
    """Return the version up to which somebody reads who begins with everything, some versions with data at a time.

    What a table held when it was last changed otherwise than by additions is one of them, as a whole. So is what can no longer
    be read in steps, as files were merged and those of older versions are gone.

    :param storage: the store's storage.
    :param table: the table's folder, relative to the root.
    :param until: the newest version that may be read.
    :param limit: how many versions with data, at least one.
    """
    names = storage.names(log_folder(table))
    logs = numbers_of(names, ".json")
    gap = max((version for version in range(until + 1) if version not in logs), default=-1)
    # Where the log was cut, the checkpoint has what came before.
    checkpoints = [int(name[:20]) for name in names if name[20:].startswith(".checkpoint.")]
    begin = -1 if gap < 0 else min((version for version in checkpoints if gap <= version <= until), default=until)
    versions, replaced = [begin] if begin >= 0 else [], list[TableCommit]()
    try:
        for commit in _commits(storage, table, begin + 1, until):
            replaced += [commit] if commit.replaced else []
            if commit.removed:
                versions = [commit.version]
            elif commit.added:
                versions.append(commit.version)
    except _Broken:  # a log that does not tell its steps is read in one
        return until
    if len(versions) <= limit:
        return until
    end = versions[limit - 1]
    later = [commit for commit in reversed(replaced) if commit.version > end]
    return next((commit.version for commit in later if None in _places(storage, table, commit.replaced).values()), end)


class _Broken(Exception):
    """It cannot be told what was added; the text says why."""


@dataclass
class _History:
    """What commits, taken in their order, did to a table.

    Attributes:
        until: the version at which the additions end.
        added: the files that hold them, by their paths.
        versions: those that added files.
        settings: the commits that set columns, properties or features.
        replaced: files in whose place others came, by their paths.
        outlived: those of them that are in the version at which the additions end, though not in the newest.
        later: files that came after it.
        is_last_ours: whether a job of the store made the last of the additions.
    """

    until: int
    allow_retention: bool
    limit: int | None
    added: dict[str, Action] = field(default_factory=dict)
    versions: list[int] = field(default_factory=list)
    settings: list[TableCommit] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    outlived: dict[str, Action] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    is_last_ours: bool = True

    def take(self, commit: TableCommit) -> None:
        if commit.removed and not (self.allow_retention and commit.is_retention):
            raise _Broken(f"{commit.author} {commit.deed} (version {commit.version})")
        if commit.metadata or commit.sets_features:
            self.settings.append(commit)
        gone = {**commit.replaced, **commit.removed}
        self.replaced |= gone.keys()
        if self._is_full:  # what comes now is in no file of the version at which the additions end
            self.outlived |= {path: action for path, action in gone.items() if path not in self.later}
            self.later |= commit.added.keys() | commit.rewritten.keys()
            return
        for path in commit.removed:
            self.added.pop(path, None)
        if commit.added:
            self.added |= commit.added
            self.versions.append(commit.version)
            self.is_last_ours = commit.is_ours
            self.until = commit.version if self._is_full else self.until
        for replaced, rewritten in commit.rewrites():
            # Files that hold older rows, too, do not do in the place of those that were added.
            if replaced and replaced <= self.added.keys():
                self.added = {path: add for path, add in self.added.items() if path not in replaced} | rewritten

    @property
    def _is_full(self) -> bool:
        return self.limit is not None and len(self.versions) >= self.limit


def _commits(storage: Storage, table: str, first: int, last: int) -> Iterator[TableCommit]:
    for begin in range(first, last + 1, _AT_ONCE):
        versions = range(begin, min(begin + _AT_ONCE, last + 1))
        contents = storage.read_many([log_file(table, version) for version in versions])
        for version, content in zip(versions, contents, strict=True):
            if content is None:
                raise _Broken(_forgotten(version - 1))
            try:
                yield TableCommit.parse(version, content)
            except ValueError as error:
                raise _Broken(f"the log file of its version {version} is damaged ({error})") from error


def _look_at_table(storage: Storage, table: str, since: int, history: _History) -> None:
    """Look at what log files tell only in part: the columns before, and whether files tell their rows by themselves."""
    from deltalake.exceptions import DeltaError

    try:
        opened = storage.delta.open(table)
    except UnsupportedTableError as error:
        raise _Broken(str(error)) from error
    if opened is None:
        raise _Broken("it is gone")
    if history.added and not can_read(opened, "added files"):
        features = ", ".join(sorted(reading_features(opened)))
        raise _Broken(f"it has the Delta table feature {features}, so its files do not tell their rows by themselves")
    described = [commit for commit in history.settings if commit.metadata]
    if not described:
        return
    try:
        outlast(partial(opened.load_as_version, since))
    except DeltaError as error:
        raise _Broken(f"its columns at version {since} cannot be read any more") from error
    there = opened.metadata()
    table_id, partitions, fields = str(there.id), list(there.partition_columns), fields_of(opened.schema().to_json())
    for commit in described:
        assert commit.metadata is not None
        now = fields_of(commit.metadata["schemaString"])
        if commit.metadata["id"] != table_id:
            raise _Broken(f"{commit.author} made it anew (version {commit.version})")
        if (found := list(commit.metadata.get("partitionColumns") or ())) != partitions:
            raise _Broken(f"its partition columns were {partitions} and are {found} since version {commit.version}")
        if lost := lost_column(fields, now):
            raise _Broken(f"{lost} (version {commit.version})")
        fields = now


def _found(storage: Storage, table: str, history: _History, is_sure: bool) -> tuple[AddedFile, ...]:
    """Return the files, each looked for where it need not be there or its name may be encoded."""
    for path, add in history.added.items():
        if reason := escape(path):
            raise _Broken(f"its log names {shown(path)}, which {reason}")
        if add.get("deletionVector"):
            raise _Broken(f"rows of the added file {shown(path)} were deleted")
    if None in _places(storage, table, history.outlived).values():
        raise _Broken(f"files of its version {history.until} are gone, so the table was vacuumed")
    doubtful = {path: add for path, add in history.added.items() if not is_sure or add["path"] != path}
    places = _places(storage, table, doubtful)
    for path, place in places.items():
        if place is None:
            raise _Broken(f"the added file {shown(path)} is gone, so the table was vacuumed")
    return tuple(
        AddedFile(
            places.get(path) or path,
            add["size"],
            _rows(add),
            add.get("partitionValues") or {},
            add["modificationTime"] / 1000,
        )
        for path, add in history.added.items()
    )


def _places(storage: Storage, table: str, files: Mapping[str, Action]) -> dict[str, str | None]:
    """Return under which name each of some files is there, None for one that is not.

    Not every writer encodes names as an address does, so what the log says may be the name itself.
    """
    places: dict[str, str | None] = {}
    for path, size in zip(files, storage.sizes([f"{table}/{path}" for path in files]), strict=True):
        said = str(files[path]["path"])
        places[path] = path if size is not None else said if storage.exists(f"{table}/{said}") else None
    return places


def _rows(add: Action) -> int | None:
    try:
        count = from_json(add.get("stats") or "{}").get("numRecords")
    except (ValueError, AttributeError):
        return None
    return count if isinstance(count, int) else None


def _forgotten(version: int) -> str:
    return f"its log does not tell any more what came after version {version}"
