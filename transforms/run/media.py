"""The media sets of a compute function: datasets of raw files, read and written an item at a time."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, BinaryIO, NoReturn
from weakref import WeakValueDictionary

from transforms.common.hashing import sha256_of
from transforms.config import load_config
from transforms.errors import DataError, DeclarationError, MisuseError, NotFoundError, TransformTypeError, nearest
from transforms.run.file_rows import committed_files
from transforms.run.files import FileSystem, FileTree, PortableTree, portable
from transforms.run.scope import JobScope, resource_rid
from transforms.run.writer import DatasetWriter
from transforms.spec.resource import Resource
from transforms.store.store import Store

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = ("mediaItemRid", "path", "mediaReference")
_CHUNK = 1 << 20
_UNKNOWN_TYPE = "application/octet-stream"


_listed_here: WeakValueDictionary[str, MediaSetInputParam] = WeakValueDictionary()
"""The media sets whose items this process has told references of, by RID, as long as somebody has them."""


@dataclass(frozen=True)
class MediaItem:
    """One item of a media set.

    Attributes:
        media_item_rid: its RID; an item of other bytes has another one, under the same path as well.
        path: its path in the media set.
        media_reference: what stands for it in a column, as JSON text.
    """

    media_item_rid: str
    path: str
    media_reference: str


class _MediaSet:
    """What both sides of a media set have.

    :param rid: its RID.
    :param branch: the branch it is on.
    :param tree: its files.
    """

    _ways = ""

    def __init__(self, rid: str, branch: str | None, tree: FileTree) -> None:
        self.rid = rid
        self.branch = branch
        self._tree = tree

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._tree.name}>"

    def __reduce__(self) -> Any:
        # On an executor there is no job: what it needs of one are the places of the files.
        return type(self), (self.rid, self.branch, portable(self._tree))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Refuse what a media set over files has not."""
            if name.startswith("_"):  # asked for by copy, pickle and others, who know how to do without
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            public = [known for known in dir(type(self)) if not known.startswith("_")]
            raise MisuseError(
                f"The media set {self._tree.name} has no {name!r} here.{nearest(name, public)} {self._ways}"
            )

    def _item(self, path: str, sha256: str) -> MediaItem:
        identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.rid}/{path}#{sha256}")
        rid = f"ri.mio.main.media-item.{identity}"
        view = {"mediaSetRid": self.rid, "mediaSetViewRid": self.rid, "mediaItemRid": rid}
        reference = {
            "mimeType": mimetypes.guess_type(path)[0] or _UNKNOWN_TYPE,
            "reference": {"type": "mediaSetViewItem", "mediaSetViewItem": view},
        }
        return MediaItem(rid, path, json.dumps(reference))


class MediaSetInputParam(_MediaSet):
    """A media set as a compute function reads it; it may be sent to Spark's executors.

    Follows the public page transforms-python/media-set-transforms-api.

    :param rid: its RID.
    :param branch: the branch it is read on.
    :param tree: its files.
    """

    _ways = "An item's bytes come with get_media_item(rid) or get_media_item_by_path(path); change them with a library of yours."

    def get_media_item(self, media_item_rid: str) -> BinaryIO:
        """Return an item's bytes as a file.

        :param media_item_rid: its RID, as the listings have it.
        :raises NotFoundError: if there is no such item.
        """
        if media_item_rid not in self._by_rid:
            raise NotFoundError(f"The media set {self._tree.name} has no item {media_item_rid!r} in this version.")
        return self.get_media_item_by_path(self._by_rid[media_item_rid].path)

    def get_media_item_by_path(self, media_item_path: str) -> BinaryIO:
        """Return the bytes of the item at a path as a file.

        :param media_item_path: its path in the media set.
        :raises FileNotFoundError: if there is none; names the nearest.
        """
        file: Any = FileSystem(self._tree, read_only=True).open(media_item_path, "rb")
        return file  # type: ignore[no-any-return]

    def list_media_items_by_path(self, ctx: Any = None) -> Any:
        """Return the items in the order of their paths, as a frame with the columns ``mediaItemRid`` and ``path``.

        :param ctx: the function's context: that of a plain ``@transform`` makes it a Spark DataFrame, else it is one of Polars.
        """
        return self._listed(ctx, _COLUMNS[:2])

    def list_media_items_by_path_with_media_reference(self, ctx: Any = None) -> Any:
        """Return the items as :meth:`list_media_items_by_path` does, with a reference to each as ``mediaReference``."""
        return self._listed(ctx, _COLUMNS)

    def _listed(self, ctx: Any, columns: tuple[str, ...]) -> Any:
        _listed_here[self.rid] = self
        items = self._by_rid.values()
        rows = [(item.media_item_rid, item.path, item.media_reference)[: len(columns)] for item in items]
        if hasattr(type(ctx), "spark_session"):
            return ctx.spark_session.createDataFrame(rows, ", ".join(f"{column} string" for column in columns))
        return _polars_frame(rows, columns)

    @cached_property
    def _by_rid(self) -> dict[str, MediaItem]:
        listing = sorted(self._tree.listing().items())
        items = [self._item(path, file.sha256 or sha256_of(file.local())) for path, (_, file) in listing]
        return {item.media_item_rid: item for item in items}


class MediaSetOutputParam(_MediaSet):
    """A media set as a compute function writes it; it may be sent to Spark's executors.

    Follows the public page transforms-python/media-set-transforms-api.

    :param rid: its RID.
    :param branch: the branch it is written on.
    :param tree: takes its files.
    """

    _ways = "Items are added with put_media_item(file, path) or put_dataset_files(input)."

    def put_media_item(self, file_like_object: IO[bytes] | bytes, path: str) -> MediaItem:
        """Add an item; one of the same path gives way to it.

        :param file_like_object: its bytes, or an open binary file that has them.
        :param path: its path in the media set; folders need not exist.
        :returns: the item, with its RID and its reference.
        :raises TransformTypeError: if there are no bytes in it.
        """
        digest = hashlib.sha256()
        with FileSystem(self._tree).open(path, "wb") as file:
            for chunk in _chunks(file_like_object, path):
                digest.update(chunk)
                file.write(chunk)
        return self._item(path, digest.hexdigest())

    def put_dataset_files(self, input_dataset: Any, ignore_items_not_matching_schema: bool = False) -> None:
        """Add every file of a dataset under its own path.

        :param input_dataset: an input of the transform.
        :param ignore_items_not_matching_schema: kept for compatibility, as a media set here takes files of every kind.
        """
        files = input_dataset.filesystem()
        for status in files.ls(show_hidden=True):
            with files.open(status.path, "rb") as file:
                self.put_media_item(file, status.path)


def open_media_input(param: Any, name: str, scope: JobScope) -> MediaSetInputParam:
    """Return what a compute function receives for a ``MediaSetInput``.

    :raises DataError: if the dataset holds rows.
    """
    resource: Resource = param.resources[0]
    view, branch = scope.open(resource)
    transform = scope.transform
    if not view.holds_files:
        raise DataError(
            f"{transform.__name__} ({transform.source}) reads {resource.alias} as a media set, and it holds rows; read it "
            f"with Input({resource.alias!r}), or bring its files in with: transforms put {resource.alias} FOLDER"
        )
    part = None if scope.increment is None else scope.increment.window(name, resource).added
    files = committed_files(view, resource.alias, part)
    return MediaSetInputParam(resource_rid(resource), branch, PortableTree(resource.alias, files, None))


def open_media_item(media_set_rid: str, media_item_rid: str) -> BinaryIO:
    """Open the item that a reference stands for.

    It is looked for in what this process reads of the media set, as a job reads one version of it, and then in the newest version
    that the store of the project in the working folder has. An item's RID changes with its bytes, so there are no others.

    :param media_set_rid: the media set.
    :param media_item_rid: the item.
    :raises NotFoundError: if neither has it.
    """
    listed = _listed_here.get(media_set_rid)
    if listed is not None:
        with suppress(NotFoundError):
            return listed.get_media_item(media_item_rid)
    config = load_config()
    store = Store(config.root)
    for write in store.writes().values() if store.exists else ():
        resource = Resource("dataset", write.alias)
        if write.kind != "dataset" or resource_rid(resource) != media_set_rid:
            continue
        found = store.view(resource, write.branch)
        if found is None or not found[0].holds_files:
            continue
        tree = PortableTree(write.alias, committed_files(found[0], write.alias, None), None)
        with suppress(NotFoundError):
            return MediaSetInputParam(media_set_rid, write.branch, tree).get_media_item(media_item_rid)
    raise NotFoundError(
        f"No media set of the store {config.root} has the item {media_item_rid} of {media_set_rid}. A reference is of the bytes "
        f"that an item had: list the media set again for those it has now."
    )


def open_media_output(param: Any, name: str, scope: JobScope) -> DatasetWriter:
    """Return the participant that stands for a ``MediaSetOutput``."""
    if scope.transform.form != "transform":
        raise DeclarationError(
            f"{scope.transform.__name__} ({scope.transform.source}) returns rows, and {name!r} is a media set: use @transform."
        )
    resource = scope.config.resolve(param.resources[0])
    writer = DatasetWriter(name, resource, scope)
    if param.should_snapshot:
        writer.set_mode("replace")
    elif scope.increment is None:  # an incremental transform has chosen by now, as for a dataset
        writer.set_mode("modify")
    writer.files.prepare()  # workers that the function forks could not
    writer.value = MediaSetOutputParam(resource_rid(resource), scope.transaction.branch, writer.files)
    return writer


def _polars_frame(rows: list[tuple[str, ...]], columns: tuple[str, ...]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _chunks(source: Any, path: str) -> Iterator[bytes]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield bytes(source)
        return
    if not hasattr(source, "read"):
        raise TransformTypeError(
            f"put_media_item({type(source).__name__}, {path!r}): give bytes, or an open binary file."
        )
    while chunk := source.read(_CHUNK):
        if isinstance(chunk, str):
            raise TransformTypeError(
                f"put_media_item(file, {path!r}): the file was opened for text; open it with 'rb'."
            )
        yield chunk
