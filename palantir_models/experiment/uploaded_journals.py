"""Journals of a store in a bucket: written to this machine's disk, and uploaded in pieces for others to follow.

The local one is what a killed process leaves whole; what others see is a few seconds behind it. Each experiment has a
prefix of its own with its header, pieces of its journal named after where they begin, and a lease that tells whether
its process lives; once it is kept, Parquet files and its row.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from palantir_models.experiment import background, journal, kept
from palantir_models.experiment.journal import Journal
from palantir_models.experiment.journals import Journals
from palantir_models.experiment.recorded import Recorded
from transforms.json_text import from_json
from transforms.store import layout
from transforms.store.periodic import Periodic
from transforms.store.storage.base import Found, Lease, Storage

if TYPE_CHECKING:
    from palantir_models.experiment.experiment import Experiment

PERIOD_SECONDS = 2.0
_PIECE = "journal-"
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
        self._name = _name(folder.name)
        self._uploaded = 0
        self._small: list[int] = []  # where the newest pieces begin, those that were not put together yet
        self._lock = threading.Lock()
        self._lease: Lease | None = None
        self._has_failed = self._has_ended = False
        self._owner = os.getpid()
        _uploads.add(self)

    def upload(self) -> None:
        """Bring what was appended since the last time to the bucket; a fault is tried again, with one warning."""
        with self._lock:
            if not self._file.is_open or self._has_ended:
                return
            try:
                if self._lease is None:
                    self._storage.write(f"{self._name}/{journal.HEADER}", (self.folder / journal.HEADER).read_bytes())
                    self._lease = self._storage.try_acquire(f"{self._name}/{_LEASE}")
                length = self.length
                if length > self._uploaded:
                    self._write_piece(self._uploaded, length)
                    self._small.append(self._uploaded)
                    self._uploaded = length
                if len(self._small) >= _PUT_TOGETHER:
                    first, *rest = self._small
                    self._write_piece(first, self._uploaded)
                    self._storage.delete_many([f"{self._name}/{_PIECE}{begin:020}" for begin in rest])
                    self._small = []
            except OSError as error:
                if not self._has_failed:
                    _log.warning("The journal %s cannot be uploaded, and is tried again. %s", self.folder.name, error)
                self._has_failed = True

    def _write_piece(self, begin: int, end: int) -> None:
        piece = os.pread(self._file.descriptor, end - begin, begin)
        self._storage.write(f"{self._name}/{_PIECE}{begin:020}", piece)

    def close(self) -> None:
        """Let go of the file; the journal stays."""
        if os.getpid() != self._owner:  # a forked child: its parent goes on, and its copies of locks may never open
            super().close()
            return
        _uploads.discard(self)
        with self._lock:
            super().close()
            if self._lease is not None:
                self._lease.release()
                self._lease = None

    def remove(self) -> None:
        """Delete the journal, here and in the bucket: what it held is kept elsewhere now."""
        with self._lock:  # an upload that is under way ends, and none begins: its files are about to go
            self._has_ended = True
        super().remove()
        try:
            # All of it: also what somebody kept who took this process for dead.
            self._storage.delete_folder(self._name)
        except OSError as error:  # what it held is safe, so nothing may fail for this
            _log.warning("The journal of experiment %s stays until 'transforms gc'. %s", self.folder.name, error)


class UploadedJournals(Journals):
    """The journals of a store in a bucket, those of this machine among them.

    :param storage: the store's storage.
    """

    def __init__(self, storage: Storage) -> None:
        super().__init__(_state_folder() / quote(storage.root, safe="") / layout.JOURNAL)
        self._storage = storage

    def begin(self, experiment_id: str, header: Mapping[str, Any]) -> Journal:
        """See :class:`Journals`."""
        return UploadedJournal(self.folder / experiment_id, header, self._storage)

    def keep(self, experiment: Experiment) -> None:
        """See :class:`Journals`."""
        super().keep(experiment)
        self._move(experiment.experiment_id)

    def recover(self, experiment_id: str) -> dict[str, Any]:
        """See :class:`Journals`; where this machine has the journal itself it has more than what was uploaded."""
        local = [folder.name for folder in kept.live_folders(self.folder) if folder.name.startswith(experiment_id)]
        found = {name: files for name, files in self._listed().items() if name.startswith(experiment_id)}
        matching = {*local, *(name for name, files in found.items() if kept.ROW not in files)} if experiment_id else ()
        if len(matching) != 1 or local:
            row = super().recover(experiment_id)  # also says what is wrong with the id
            self._move(row["experiment_id"])
            return row
        (identity,) = matching
        lease = self._storage.try_acquire(f"{_name(identity)}/{_LEASE}")
        if lease is None:
            raise kept.still_running(identity, self._header(identity))
        try:
            self._fetch(identity, found[identity])
            row = super().recover(identity)
            self._move(identity)
        finally:
            lease.release(remove=True)
        return row

    def unpublished(
        self, wanted: Callable[[Mapping[str, Any]], bool] = lambda _: True
    ) -> Iterator[tuple[dict[str, Any], Callable[[str], Path | None], Recorded | None]]:
        """See :class:`Journals`."""
        here, listed = set(), self._listed()
        for row, find, recorded in super().unpublished(wanted):
            identity = row["experiment_id"]
            if kept.ROW in listed.get(identity, ()) and not super().is_alive(identity):
                shutil.rmtree(self.folder / identity, ignore_errors=True)  # somebody recovered it elsewhere
                continue
            here.add(identity)
            yield row, find, recorded
        for identity, files in listed.items():
            if identity not in here:
                try:
                    found = self._uploaded(identity, files, wanted)
                except FileNotFoundError:  # it has ended while we looked
                    continue
                if found is not None:
                    yield found

    def _uploaded(
        self, identity: str, files: Mapping[str, Found], wanted: Callable[[Mapping[str, Any]], bool]
    ) -> tuple[dict[str, Any], Callable[[str], Path | None], Recorded | None] | None:
        if kept.ROW in files:
            row = from_json(self._storage.read(f"{_name(identity)}/{kept.ROW}"))
            return (row, self._finder(identity, files), None) if wanted(row) else None
        if journal.HEADER not in files or not wanted(self._header(identity) or {"model": None, "branch": None}):
            return None
        alive = self.is_alive(identity)
        folder = self._fetch(identity, files, self._storage.make_folder(f"{layout.TEMPORARY}/{identity}"))
        row, recorded = kept.read_live(folder, alive)
        return row, lambda _: None, recorded

    def unfinished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """See :class:`Journals`."""
        here = dict(super().unfinished())
        yield from here.items()
        for identity, files in self._listed().items():
            if identity not in here and kept.ROW not in files:
                yield identity, self._header(identity)

    def is_alive(self, experiment_id: str) -> bool:
        """See :class:`Journals`."""
        if super().is_alive(experiment_id):
            return True
        return self._storage.is_held(f"{_name(experiment_id)}/{_LEASE}")

    def age_seconds(self, experiment_id: str) -> float:
        """See :class:`Journals`."""
        if (self.folder / experiment_id).exists():
            return super().age_seconds(experiment_id)
        files = self._listed().get(experiment_id, {})
        return time.time() - max((found.modified for found in files.values()), default=0.0)

    def delete(self, experiment_id: str) -> None:
        """See :class:`Journals`."""
        shutil.rmtree(self.folder / experiment_id, ignore_errors=True)
        self._storage.delete_folder(_name(experiment_id))

    def _listed(self) -> dict[str, dict[str, Found]]:
        found: dict[str, dict[str, Found]] = defaultdict(dict)
        for path, file in self._storage.files(layout.JOURNAL).items():
            identity, _, name = path.partition("/")
            found[identity][name] = file
        return dict(sorted(found.items()))

    def _header(self, identity: str) -> dict[str, Any] | None:
        try:
            header: dict[str, Any] = from_json(self._storage.read(f"{_name(identity)}/{journal.HEADER}"))
        except (FileNotFoundError, ValueError):
            return None
        return header

    def _fetch(self, identity: str, files: Mapping[str, Found], folder: Path | None = None) -> Path:
        """Put an uploaded journal together again, as far as its pieces follow each other."""
        folder = folder or self.folder / identity
        folder.mkdir(parents=True, exist_ok=True)
        name, length = _name(identity), 0
        pieces = sorted(file for file in files if file.startswith(_PIECE))
        contents = self._storage.read_many([f"{name}/{piece}" for piece in pieces])
        with open(folder / journal.JOURNAL, "wb") as whole:
            for piece, content in zip(pieces, contents, strict=True):
                # A piece may by now hold those after it as well, which then are gone, or are still there.
                missing = length - int(piece.removeprefix(_PIECE))
                if content is None or missing < 0:
                    continue
                length += whole.write(content[missing:])
        (folder / journal.HEADER).write_bytes(self._storage.read(f"{name}/{journal.HEADER}"))
        return folder

    def _move(self, identity: str) -> None:
        """Bring what is kept of an experiment from this machine's folder to the bucket."""
        folder, name = self.folder / identity, _name(identity)
        # The row last: with it, it is kept.
        for file in sorted(folder.iterdir(), key=lambda file: file.name == kept.ROW):
            self._storage.write(f"{name}/{file.name}", file.read_bytes())
        _delete_journal(self._storage, name)
        shutil.rmtree(folder)

    def _finder(self, identity: str, files: Mapping[str, Found]) -> Callable[[str], Path | None]:
        def find(kind: str) -> Path | None:
            file = f"{kind}.parquet"
            return self._storage.local(f"{_name(identity)}/{file}") if file in files else None

        return find


def _name(experiment_id: str) -> str:
    return f"{layout.JOURNAL}/{experiment_id}"


def _delete_journal(storage: Storage, name: str) -> None:
    journals = [f for f in storage.files(name) if f in (journal.HEADER, _LEASE) or f.startswith(_PIECE)]
    storage.delete_many([f"{name}/{file}" for file in journals])


def _state_folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "transforms-on-delta"


_uploads: Periodic[UploadedJournal] = Periodic(UploadedJournal.upload, lambda: PERIOD_SECONDS, "uploads")


def _finish() -> None:
    """Upload the rest at the end of the process, which owns the journals no more."""
    if _uploads.things:
        background.drain_last()
        _uploads.once()
        for one in _uploads.things:
            one.close()


atexit.register(_finish)
