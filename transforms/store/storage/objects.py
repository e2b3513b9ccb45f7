"""A bucket of an object store, whose conditional puts take the part that exclusive links have in a local folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from transforms.common.forks import need_threads
from transforms.store import machine
from transforms.store.storage.base import Storage, content_of
from transforms.store.storage.closing import open_with_closing
from transforms.store.storage.delta_rs import DeltaRs
from transforms.store.storage.errors import told
from transforms.store.storage.files import Found, checked, files_below, numbers_of
from transforms.store.storage.object_lease import ObjectLease, is_taken, try_take
from transforms.store.storage.patience import RETRY, asked, outlast, patient
from transforms.store.storage.scratch import scratch_folder

if TYPE_CHECKING:
    from obstore.store import S3Store

_THREADS = 16
_LIST_FROM = 4  # files in a folder, from which on listing it takes less time than asking for each of them


class ObjectStorage(Storage):
    """A store's root in a bucket.

    Files are staged in a local scratch folder and uploaded when their transaction is sealed; what only a local file can
    give (raw files, saved models) is downloaded into it.

    :param root: ``s3://bucket/prefix``.
    :param options: how to reach it, as delta-rs and Polars take it.
    """

    is_local = False
    options: dict[str, str]

    def __init__(self, root: str, options: Mapping[str, str]) -> None:
        self.root = root
        self.options = dict(options)
        self.delta = DeltaRs(self)

    @property
    def bucket(self) -> S3Store:
        """The client; its paths are relative to the root."""
        need_threads(f"Reaching {self.root}")
        return self._bucket

    @cached_property
    def _bucket(self) -> S3Store:
        from obstore.store import from_url

        config = {key: value for key, value in self.options.items() if key != "aws_allow_http"}
        client = {"allow_http": "aws_allow_http" in self.options}
        return patient(from_url(self.root, config=config, client_options=client, retry_config=RETRY))  # type: ignore[call-overload]

    def uri(self, name: str) -> str:
        return f"{self.root}/{name}"

    def spark_uri(self, name: str) -> str:
        # Hadoop's client of today is known as s3a.
        return self.uri(name).replace("s3://", "s3a://", 1)

    def read(self, name: str) -> bytes:
        with self._told(name):
            return asked(self.bucket, lambda: bytes(self.bucket.get(name).bytes()))

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        return self._side_by_side(partial(content_of, self), names)

    def exists(self, name: str) -> bool:
        return self._size(name) is not None

    def is_table(self, name: str) -> bool:
        with self._told(name):
            log = f"{name}/_delta_log"
            return asked(self.bucket, lambda: any(len(batch) for batch in self.bucket.list(log, chunk_size=1)))

    def tables(self, names: Sequence[str]) -> set[str]:
        there = self._side_by_side(self.is_table, names)
        return {name for name, found in zip(names, there, strict=True) if found}

    def names(self, folder: str) -> list[str]:
        with self._told(folder):
            return sorted(found["path"].rpartition("/")[2] for found in self._level(folder)["objects"])

    def folders(self, folder: str) -> list[str]:
        with self._told(folder):
            return sorted(prefix.rstrip("/").rpartition("/")[2] for prefix in self._level(folder)["common_prefixes"])

    def files(self, folder: str) -> dict[str, Found]:
        from pyarrow.fs import FileSelector

        # PyArrow tells files from the empty objects that Hadoop makes in place of folders; the other client does not.
        base = self._bucket_path(folder)
        selector = FileSelector(base, recursive=True, allow_not_found=True)
        found = {
            one.path.removeprefix(f"{base}/"): Found(one.size, one.mtime.timestamp())
            for one in outlast(lambda: self._arrow.get_file_info(selector))
            if one.is_file
        }
        return found | files_below(self.work(folder))

    def newest(self, name_of: Callable[[int], str], known: int) -> int:
        # One listing, from the one that is known on.
        folder, _, first = name_of(0).rpartition("/")
        suffix = first.lstrip("0123456789")
        with self._told(folder):
            offset = name_of(known).removesuffix(suffix) if known >= 0 else None  # in front of the known one
            listed = asked(self.bucket, lambda: self.bucket.list(folder, offset=offset).collect())
        numbers = numbers_of((one["path"].removeprefix(f"{folder}/") for one in listed), suffix)
        if known >= 0 and known not in numbers:
            return max(numbers, default=known)  # it was deleted, and whatever there is came later
        while known + 1 in numbers:
            known += 1
        return known

    def sizes(self, names: Sequence[str]) -> list[int | None]:
        # Many files in few folders, as those of one transaction, take fewer requests to list than to ask for one by one.
        folders = {name.rpartition("/")[0] for name in names}
        if len(names) < _LIST_FROM * len(folders):
            return self._side_by_side(self._size, names)
        listed = self._side_by_side(self._sizes_in, sorted(folders))
        found = {name: size for folder in listed for name, size in folder.items()}
        return [found.get(name) for name in names]

    def write(self, name: str, content: bytes) -> None:
        with self._told(name):
            self.bucket.put(name, content)

    def create(self, name: str, content: bytes) -> bool:
        from obstore.exceptions import AlreadyExistsError

        with self._told(name):
            try:
                self.bucket.put(name, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def delete(self, name: str) -> None:
        self.work(name).unlink(missing_ok=True)
        with self._told(name), suppress(FileNotFoundError):
            self.bucket.delete(name)

    def delete_many(self, names: Sequence[str]) -> None:
        if names:
            with self._told(names[0]):
                self.bucket.delete(list(names))

    def delete_folder(self, name: str) -> None:
        # A bucket has no empty folders.
        shutil.rmtree(self.work(name), ignore_errors=True)
        with self._told(name):
            paths = [one["path"] for one in asked(self.bucket, lambda: self.bucket.list(name).collect())]
        self.delete_many(paths)

    def copy(self, source: str, target: str) -> None:
        # The service copies by itself.
        with self._told(source):
            self.bucket.copy(source, target)

    def work(self, name: str) -> Path:
        return self._scratch / "staged" / checked(name)

    def make_folder(self, name: str) -> Path:
        folder = self.work(name)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def seal(self, names: Iterable[str]) -> None:
        # What is staged here is uploaded, side by side.
        self._side_by_side(self._upload, [name for name in names if self.work(name).is_file()])

    def settle(self, names: Iterable[str], top: str) -> None:
        # What an object store has acknowledged is safe.
        return

    def local(self, name: str) -> Path:
        staged, fetched = self.work(name), self._scratch / "fetched" / checked(name)
        if staged.exists():
            return staged
        if not fetched.exists():
            unfinished = fetched.with_name(f".{os.urandom(8).hex()}")  # its own name may be as long as names can be
            fetched.parent.mkdir(parents=True, exist_ok=True)
            try:
                with self._told(name):
                    asked(self.bucket, lambda: self._fetch(name, unfinished))
                unfinished.replace(fetched)
            finally:
                unfinished.unlink(missing_ok=True)
        return fetched

    def local_folder(self, name: str) -> Path:
        staged = self.work(name)
        if any(place.is_file() for place in staged.rglob("*")):
            return staged
        self._side_by_side(self.local, [f"{name}/{file}" for file in self.files(name)])
        folder = self._scratch / "fetched" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def open_new(self, name: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        place = self.work(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        return open_with_closing(place, mode, options, lambda: self.seal([name]))

    def open(self, name: str) -> Any:
        staged = self.work(name)
        return staged if staged.exists() else outlast(lambda: self._arrow.open_input_file(self._bucket_path(name)))

    def filesystem(self, name: str) -> Any:
        from pyarrow.fs import SubTreeFileSystem

        return SubTreeFileSystem(self._bucket_path(name), self._arrow)

    def try_acquire(self, name: str) -> ObjectLease | None:
        return try_take(self.bucket, name, self.uri(name))

    def is_held(self, name: str) -> bool:
        with self._told(name):
            return is_taken(self.bucket, name)

    def check_access(self) -> None:
        # The service tells when it is asked to write.
        return

    def shareable(self, folder: str) -> Path | None:
        return None

    def __reduce__(self) -> Any:
        return ObjectStorage, (self.root, self.options)

    def __repr__(self) -> str:
        return f"ObjectStorage({self.root!r})"

    @property
    def _arrow(self) -> Any:
        """PyArrow's own client, for the reason that a local folder has."""
        need_threads(f"Reaching {self.root}")
        return self._arrow_client

    @cached_property
    def _arrow_client(self) -> Any:
        from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

        names = {"access_key": "access_key_id", "secret_key": "secret_access_key", "session_token": "session_token"}
        given: dict[str, Any] = {
            key: self.options[f"aws_{option}"]
            for key, option in {**names, "region": "region"}.items()
            if f"aws_{option}" in self.options
        }
        if endpoint := self.options.get("aws_endpoint_url"):
            given["scheme"], _, given["endpoint_override"] = endpoint.rstrip("/").rpartition("://")
        return S3FileSystem(**given, retry_strategy=AwsStandardS3RetryStrategy(max_attempts=10))

    @property
    def _scratch(self) -> Path:
        return scratch_folder() / PurePosixPath(self.root.replace("://", "/"))

    def _bucket_path(self, name: str) -> str:
        return self.uri(name).removeprefix("s3://")

    def _level(self, folder: str) -> Any:
        return self.bucket.list_with_delimiter(folder or None)

    def _size(self, name: str) -> int | None:
        with self._told(name):
            try:
                return int(self.bucket.head(name)["size"])
            except FileNotFoundError:
                return None

    def _sizes_in(self, folder: str) -> dict[str, int]:
        with self._told(folder):
            return {one["path"]: one["size"] for one in self._level(folder)["objects"]}

    def _fetch(self, name: str, place: Path) -> None:
        with open(place, "wb") as file:
            for chunk in self.bucket.get(name).stream(min_chunk_size=4 << 20):
                file.write(chunk)

    def _upload(self, name: str) -> None:
        place = self.work(name)
        with self._told(name):
            self.bucket.put(name, place)
        place.unlink()

    def _side_by_side(self, function: Callable[[str], Any], names: Sequence[str]) -> list[Any]:
        if len(names) < 2:
            return [function(name) for name in names]
        with machine.pool(min(len(names), _THREADS), "objects") as pool:
            return list(pool.map(function, names))

    def _told(self, name: str) -> AbstractContextManager[None]:
        return told(self.uri(name))
