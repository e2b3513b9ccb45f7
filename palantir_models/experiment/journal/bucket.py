"""Journals of a store in a bucket: written to this machine's disk, and uploaded in pieces for others to follow.

The local one is what a killed process leaves whole; what others see is a few seconds behind it. Each experiment has a
prefix of its own with its header and pieces of its journal named after where they begin; once it is kept, Parquet files
and its row. A process has one lease for all its journals, which tells others whether it lives.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.journal import background, journal, kept, owner, recovering
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.journal import Journal
from palantir_models.experiment.journal.look import Look
from palantir_models.experiment.journal.pieces import PIECE, appended
from palantir_models.experiment.journal.rows import checked
from palantir_models.experiment.journal.unpublished import Kept, Unpublished
from palantir_models.experiment.statuses import SUPERSEDED
from transforms.common.json_text import from_json
from transforms.common.paths import fault
from transforms.common.user_folders import state_folder
from transforms.store import layout
from transforms.store.periodic import Periodic
from transforms.store.storage.base import Lease, Storage
from transforms.store.storage.files import Found

PERIOD_SECONDS = 2.0
_PUT_TOGETHER = 64  # so many pieces become one, so that an old experiment is read as quickly as a young one
_LEASE = "lease"
_log = logging.getLogger(__name__)


class UploadedJournal(Journal):
    """A journal of which a copy follows in the bucket.

    :param folder: its own local folder, which is made.
    :param header: what is known of the experiment from its beginning.
    :param storage: the store's storage.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any], storage: Storage) -> None:
        super().__init__(folder, header)
        self._storage = storage
        self.root = storage.root
        """The store's root."""
        self._name = _name(folder.name)
        self._process = owner.ours(self.folder.parent)
        self._has_begun = False
        self._uploaded = 0
        self._small: list[int] = []  # where the newest pieces begin, those that were not put together yet
        self._lock = threading.Lock()
        self._has_failed = self._is_removed = False
        self._wants_end = self._has_end = False
        _uploads.add(self)

    def upload(self) -> None:
        """Bring what was appended since the last time to the bucket; a fault is tried again, with one warning."""
        with self._lock:
            if self._is_removed:
                return
            try:
                self._upload()
            except OSError as error:
                if not self._has_failed:
                    _log.warning("The journal %s cannot be uploaded, and is tried again. %s", self.folder.name, error)
                self._has_failed = True

    def _upload(self) -> None:
        _own(self._storage, self._process)
        if not self._has_begun:
            self._storage.write(f"{self._name}/{journal.HEADER}", (self.folder / journal.HEADER).read_bytes())
            self._has_begun = True
        length = self.length
        if length > self._uploaded:
            self._write_piece(self._uploaded, length)
            self._small.append(self._uploaded)
            self._uploaded = length
        if len(self._small) >= _PUT_TOGETHER:
            first, *rest = self._small
            self._write_piece(first, self._uploaded)
            self._storage.delete_many([f"{self._name}/{PIECE}{begin:020}" for begin in rest])
            self._small = []
        if self._wants_end and not self._has_end:
            self._storage.write(f"{self._name}/{journal.ENDED}", (self.folder / journal.ENDED).read_bytes())
            self._has_end = True
            self._leave()
        elif self._has_end and not self._wants_end:
            self._storage.delete_many([f"{self._name}/{journal.ENDED}"])
            self._has_end = False

    def _write_piece(self, begin: int, end: int) -> None:
        with open(self.folder / journal.JOURNAL, "rb") as file:
            file.seek(begin)
            self._storage.write(f"{self._name}/{PIECE}{begin:020}", file.read(end - begin))

    def _leave(self) -> None:
        """Upload no more; with the last one of a store goes the lease that says that its process lives."""
        _uploads.discard(self)
        if not any(other.root == self.root for other in _uploads.things):
            _disown(self._storage, self._process)

    def end(self, status: str, error: str) -> None:
        """See :class:`Journal`; the bucket hears of it with the next upload, which is the last."""
        super().end(status, error)
        self._wants_end = True

    def go_on(self) -> None:
        super().go_on()
        self._wants_end = False
        _uploads.discard(self)
        _uploads.add(self)

    def remove(self) -> None:
        """Delete the journal, here and in the bucket: what it held is kept elsewhere now."""
        with self._lock:  # an upload that is under way ends, and none begins: its files are about to go
            self._is_removed = True
        self._leave()
        super().remove()
        # All of it: also what somebody kept who took this process for dead.
        self._storage.delete_folder(self._name)


class UploadedJournals(Journals):
    """The journals of a store in a bucket, those of this machine among them.

    :param storage: the store's storage.
    """

    def __init__(self, storage: Storage) -> None:
        super().__init__(state_folder() / quote(storage.root, safe="") / layout.JOURNAL)
        self._storage = storage

    def begin(self, experiment_id: str, header: Mapping[str, Any]) -> Journal:
        return UploadedJournal(self._place(experiment_id), header, self._storage)

    def keep(self, row: Mapping[str, Any], recorded: Recorded, own: Journal | None = None) -> None:
        super().keep(row, recorded, own)  # which empties the experiment's place in the bucket
        self._move(row["experiment_id"])

    def recover(self, experiment_id: str) -> dict[str, Any]:
        """See :class:`Journals`; where this machine has the journal itself it has more than what was uploaded."""
        local = [folder.name for folder in kept.live_folders(self.folder) if folder.name.startswith(experiment_id)]
        found = {name: files for name, files in self._listed().items() if name.startswith(experiment_id)}
        matching = (
            {*local, *(name for name, files in found.items() if journal.ROW not in files)} if experiment_id else ()
        )
        if len(matching) != 1 or local:
            row = super().recover(experiment_id)  # also says what is wrong with the id
            self._move(row["experiment_id"])
            return row
        (identity,) = matching
        if self.is_alive(identity) and journal.ENDED not in found[identity]:
            raise recovering.still_running(identity, self._header(identity))
        lease = self._storage.try_acquire(f"{_name(identity)}/{_LEASE}")
        if lease is None:
            raise recovering.still_running(identity, self._header(identity))
        try:
            self._fetch(identity, found[identity])
            row = super().recover(identity)
            self._move(identity)
        finally:
            lease.release(remove=True)
        return row

    def unpublished(
        self, wanted: Callable[[Mapping[str, Any]], bool] = lambda _: True, ids: Collection[str] | None = None
    ) -> Iterator[Unpublished]:
        here = set()
        listed = {identity: files for identity, files in self._listed().items() if ids is None or identity in ids}
        for experiment in super().unpublished(wanted, ids):
            identity = experiment.row["experiment_id"]
            if journal.ROW in listed.get(identity, ()) and not super().is_alive(identity):
                shutil.rmtree(self.folder / identity, ignore_errors=True)  # somebody recovered it elsewhere
                continue
            here.add(identity)
            yield experiment
        for identity, files in listed.items():
            if identity not in here:
                try:
                    uploaded = self._uploaded(identity, files, wanted)
                except FileNotFoundError:  # it has ended while we looked
                    continue
                except Exception as error:  # noqa: BLE001 (one that is broken must not hide the others)
                    changed = max(file.modified for file in files.values())
                    row = kept.unreadable(identity, self._storage.uri(_name(identity)), changed, error)
                    uploaded = Unpublished(row) if wanted(row) else None
                if uploaded is not None:
                    yield uploaded

    def _uploaded(
        self, identity: str, files: Mapping[str, Found], wanted: Callable[[Mapping[str, Any]], bool]
    ) -> Unpublished | None:
        name = _name(identity)
        if journal.ROW in files:
            row = checked(identity, journal.parsed(from_json(self._storage.read(f"{name}/{journal.ROW}"))))
            return _KeptInBucket(row, self._storage, name, files) if wanted(row) else None
        if journal.HEADER not in files:
            return None
        header = journal.parsed(from_json(self._storage.read(f"{name}/{journal.HEADER}")))
        if not wanted({"model": None, "branch": None, **header}):
            return None
        alive = self.is_alive(identity)
        folder = self._fetch(identity, files, self._storage.make_folder(f"{layout.TEMPORARY}/{identity}"))
        return kept.live(identity, folder, alive)

    def look(self, experiment_id: str, begin: int) -> Look | None:
        """See :class:`Journals`; of another machine's journal only the pieces are fetched that hold something new."""
        here = super().look(experiment_id, begin)
        if here is not None:
            return here
        name = _name(experiment_id)
        files = self._storage.files(name)
        if journal.ROW in files or journal.HEADER not in files:
            return None
        alive = self.is_alive(experiment_id)
        try:
            header = journal.parsed(from_json(self._storage.read(f"{name}/{journal.HEADER}")))
            ended = {}
            if journal.ENDED in files:
                ended = journal.parsed(from_json(self._storage.read(f"{name}/{journal.ENDED}")))
        except FileNotFoundError:  # it has ended while we looked
            return None
        found = journal.reading(appended(self._storage, name, files, begin), begin, self._storage.uri(name))
        changed = max(file.modified for place, file in files.items() if place != journal.ENDED)
        return Look(kept.live_row(header, alive, ended, found.damage), found.frames, found.end, changed)

    def kept(self, experiment_id: str) -> Unpublished | None:
        files = self._storage.files(_name(experiment_id))
        return (
            self._uploaded(experiment_id, files, lambda _: True)
            if journal.ROW in files
            else super().kept(experiment_id)
        )

    def unfinished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        here = dict(super().unfinished())
        yield from here.items()
        for identity, files in self._listed().items():
            if identity in here or journal.ROW in files:
                continue
            header = self._header(identity)
            if header is not None or not any(name == journal.HEADER or name.startswith(PIECE) for name in files):
                yield identity, header

    def superseded(self, seconds: float) -> list[str]:
        found = set(super().superseded(seconds))
        for identity, files in self._listed().items():
            file = files.get(journal.ENDED)
            if file is not None and time.time() - file.modified >= seconds:
                ended = from_json(self._storage.read(f"{_name(identity)}/{journal.ENDED}"))
                if isinstance(ended, dict) and ended.get("status") == SUPERSEDED:
                    found.add(identity)
        return sorted(found)

    def forget_processes(self) -> None:
        super().forget_processes()
        for name, file in self._storage.files(owner.PROCESSES).items():
            place = f"{owner.PROCESSES}/{name}"
            if time.time() - file.modified > owner.NEW_SECONDS and not self._storage.is_held(place):
                self._storage.delete_many([place])

    def is_alive(self, experiment_id: str) -> bool:
        if super().is_alive(experiment_id):
            return True
        process = str((self._header(experiment_id) or {}).get("owner", ""))
        return process.isalnum() and self._storage.is_held(f"{owner.PROCESSES}/{process}")

    def age_seconds(self, experiment_id: str) -> float:
        if (self.folder / experiment_id).exists():
            return super().age_seconds(experiment_id)
        files = self._listed().get(experiment_id, {})
        return time.time() - max((found.modified for found in files.values()), default=0.0)

    def delete(self, experiment_id: str) -> None:
        shutil.rmtree(self._place(experiment_id), ignore_errors=True)
        self._storage.delete_folder(_name(experiment_id))

    def _listed(self) -> dict[str, dict[str, Found]]:
        found: dict[str, dict[str, Found]] = defaultdict(dict)
        for path, file in self._storage.files(layout.JOURNAL).items():
            identity, _, name = path.partition("/")
            if fault(path) is None and "/" not in name:  # whatever else lies there, no journal has such a name
                found[identity][name] = file
        return dict(sorted(found.items()))

    def _header(self, identity: str) -> dict[str, Any] | None:
        try:
            return journal.parsed(from_json(self._storage.read(f"{_name(identity)}/{journal.HEADER}")))
        except (FileNotFoundError, ValueError):
            return None

    def _fetch(self, identity: str, files: Mapping[str, Found], folder: Path | None = None) -> Path:
        """Put an uploaded journal together again; where a piece of it is gone, as many zeros tell that it is damaged."""
        folder = folder or self.folder / identity
        folder.mkdir(parents=True, exist_ok=True)
        name = _name(identity)
        (folder / journal.JOURNAL).write_bytes(appended(self._storage, name, files))
        for file in {journal.HEADER, journal.ENDED} & files.keys():
            (folder / file).write_bytes(self._storage.read(f"{name}/{file}"))
        return folder

    def _move(self, identity: str) -> None:
        """Bring what is kept of an experiment from this machine's folder to the bucket."""
        folder, name = self.folder / identity, _name(identity)
        # The row last: with it, it is kept.
        for file in sorted(folder.iterdir(), key=lambda file: file.name == journal.ROW):
            self._storage.write(f"{name}/{file.name}", file.read_bytes())
        _delete_journal(self._storage, name)
        shutil.rmtree(folder)


class _KeptInBucket(Kept):
    def __init__(self, row: dict[str, Any], storage: Storage, name: str, files: Mapping[str, Found]) -> None:
        super().__init__(row, name)  # the whole row, as it was fetched
        self._storage = storage
        self._files = files

    @property
    def details(self) -> Mapping[str, Any]:
        return self.row

    def _file(self, name: str) -> Path | None:
        return self._storage.local(f"{self._folder}/{name}") if name in self._files else None


def _name(experiment_id: str) -> str:
    return f"{layout.JOURNAL}/{experiment_id}"


def _delete_journal(storage: Storage, name: str) -> None:
    journals = [f for f in storage.files(name) if f in (journal.HEADER, journal.ENDED, _LEASE) or f.startswith(PIECE)]
    storage.delete_many([f"{name}/{file}" for file in journals])


_uploads: Periodic[UploadedJournal] = Periodic(UploadedJournal.upload, lambda: PERIOD_SECONDS, "uploads")
_owned: dict[tuple[str, str, int], Lease] = {}
_owning = threading.Lock()


def _own(storage: Storage, process: str) -> None:
    """Hold the lease by which other machines see that this process lives."""
    key = (storage.root, process, os.getpid())
    with _owning:
        if key not in _owned:
            lease = storage.try_acquire(f"{owner.PROCESSES}/{process}")
            if lease is not None:
                _owned[key] = lease


def _disown(storage: Storage, process: str) -> None:
    with _owning:
        lease = _owned.pop((storage.root, process, os.getpid()), None)
    if lease is not None:
        lease.release(remove=True)


def _in_child() -> None:
    global _owning
    _owning = threading.Lock()
    _owned.clear()  # they are the parent's, and are not given back


def _finish() -> None:
    """Upload the rest at the end of the process, which owns the journals no more."""
    if _uploads.things:
        background.drain_last()
        _uploads.once()
        for lease in list(_owned.values()):
            lease.release(remove=True)


os.register_at_fork(after_in_child=_in_child)
atexit.register(_finish)
