"""A dataset that a notebook or script reads and writes: what it writes is committed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from transforms.config import load_config
from transforms.errors import NotFoundError, TransformTypeError, UnavailableError, UsageError, nearest
from transforms.run.given_schema import GivenSchema
from transforms.run.reader import DatasetReader
from transforms.run.scope import process_folder
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.store.lookup import remedy
from transforms.store.store import Store
from transforms.workspace.choice import Choice
from transforms.workspace.files import DatasetFiles
from transforms.workspace.filters import Filter
from transforms.workspace.writing import write

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_FORMATS = ("arrow", "pandas", "dataframe", "polars", "lazy-polars", "path")
_MODES = ("replace", "modify", "append")


class Dataset:
    """A dataset outside of a transform; made by :meth:`get`.

    Follows the public page transforms-python/api-dataset. It is read and written on the default branch of the project's store;
    each write is a commit of its own.

    :param alias: the dataset's path, its RID, or a name that ``[tool.transforms.inputs]`` gives it.
    """

    def __init__(self, alias: str) -> None:
        if not isinstance(alias, str) or not alias:
            raise TransformTypeError(f"Dataset.get({alias!r}): a dataset is named by its path, its RID or an alias.")
        self._config = load_config()
        self._store = Store(self._config.root)
        self._alias = alias
        self._resource = self._config.resolve(Resource("dataset", alias))
        self._mode: str | None = None
        self._choice = Choice()

    @classmethod
    def get(cls, alias: str) -> Dataset:
        """Return a dataset, which need not exist yet.

        :param alias: its path, its RID, or a name that ``[tool.transforms.inputs]`` gives it.
        """
        return cls(alias)

    def __repr__(self) -> str:
        return f"<Dataset {self._resource.alias}>"

    @property
    def alias(self) -> str:
        """What the code calls it."""
        return self._alias

    @property
    def schema(self) -> pa.Schema | None:
        """The dataset's columns as they are now, as PyArrow has them; None for one of raw files.

        :raises NotFoundError: if there is no such dataset.
        """
        from transforms.engine.local.types import arrow_schema

        view = self._reader().view
        return None if view.holds_files else arrow_schema(view.schema_json)

    @cached_property
    def write_table_path(self) -> str:
        """A local folder for Parquet files of your own; pass it to :meth:`write_table` when they are written."""
        return str(process_folder())

    @property
    def lazy_write_table_path(self) -> str:
        """The same folder as :attr:`write_table_path`."""
        return self.write_table_path

    def where(self, filter: Filter) -> Dataset:
        """Return the dataset with the rows that meet a condition.

        :param filter: the condition, such as ``Column.get("age") > 3``.
        """
        if not isinstance(filter, Filter):
            raise UsageError(f"where({filter!r}): give a condition, such as Column.get('age') > 3.")
        return self._asked(filters=(*self._choice.filters, filter))

    def select(self, *cols: str) -> Dataset:
        """Return the dataset with some of its columns.

        :param cols: their names.
        """
        return self._asked(columns=cols)

    def limit(self, n: int) -> Dataset:
        """Return the dataset with no more than some rows.

        :param n: how many.
        """
        return self._asked(limit=n)

    def read_table(  # noqa: PLR0913 - Foundry's signature
        self,
        columns: Sequence[str] | None = None,
        row_limit: int | None = None,
        format: str = "dataframe",
        mode: str = "current",
        force_dataset_download: bool = False,
        schema: Any = None,
    ) -> Any:
        """Return the rows.

        :param columns: the columns to read; all when None.
        :param row_limit: how many rows at most.
        :param format: ``dataframe`` or ``pandas``, ``polars``, ``lazy-polars``, ``arrow``, or ``path`` for a local folder of the
            dataset's files.
        :param mode: ``current``; others are for incremental transforms.
        :param force_dataset_download: kept for compatibility.
        :param schema: the columns of what is read where there is no dataset yet.
        :raises NotFoundError: if there is no such dataset, or column; names the nearest.
        :raises UsageError: if the format is another word, or a choice of rows is asked of one that has none.
        """
        if format not in _FORMATS:
            raise UsageError(
                f"read_table(format={format!r}): use {', '.join(map(repr, _FORMATS))}.{nearest(format, _FORMATS)}"
            )
        self._need_current("read_table", mode)
        choice = replace(
            self._choice,
            columns=self._choice.columns if columns is None else tuple(columns),
            limit=self._choice.limit if row_limit is None else row_limit,
        )
        reader = self._reader_or_none()
        if reader is None and schema is not None:
            return _as_format(self._empty(schema), format)
        reader = reader or self._reader()
        if choice.is_everything:
            return _whole(reader, format)
        if format in ("path", "lazy-polars"):
            raise UsageError(
                f"read_table(format={format!r}) gives the whole dataset, without where(), select() or limit()."
            )
        return _as_format(choice.of(reader), format)

    def write_table(self, df: Any, column_descriptions: Mapping[str, str] | None = None) -> None:
        """Write rows and commit them.

        :param df: a pandas, Polars (also lazy) or PyArrow table, a DuckDB relation, or :attr:`write_table_path` after Parquet files
            were written there.
        :param column_descriptions: a description of each column that has one.
        :raises DataError: if a column's name or type cannot be stored; names the column.
        """
        rows = self._written() if isinstance(df, (str, Path)) and str(df) == self.write_table_path else df
        self._write(lambda out: out.write_table(rows, column_descriptions=column_descriptions))

    def put_metadata(self, column_descriptions: Mapping[str, str] | None = None) -> None:
        """Commit the Parquet files written below :attr:`write_table_path`, with descriptions of their columns.

        :param column_descriptions: a description of each column that has one.
        :raises UsageError: if there are none.
        """
        self.write_table(self.write_table_path, column_descriptions)

    def set_write_mode(self, mode: str) -> None:
        """Choose what the next writes do to what there is.

        :param mode: ``replace``, as tables are written if nothing is said; ``modify``, as files are; or ``append``.
        :raises UsageError: if it is another word.
        """
        if mode not in _MODES:
            raise UsageError(f"set_write_mode({mode!r}): use {', '.join(map(repr, _MODES))}.")
        self._mode = mode

    def files(self, mode: str = "current", show_hidden_files: bool = False) -> DatasetFiles:
        """Return the dataset's files; of one that holds rows, those that hold them.

        :param mode: ``current``; others are for incremental transforms.
        :param show_hidden_files: whether names that begin with ``.`` or ``_`` are among them.
        :raises NotFoundError: if there is no such dataset.
        """
        self._need_current("files", mode)
        return DatasetFiles(self._reader(), show_hidden_files)

    def upload_file(self, path: str | Path, logical_path: str | None = None) -> None:
        """Add a file to the dataset and commit it; one of the same path gives way to it.

        :param path: the file on this machine.
        :param logical_path: its path inside the dataset; its name when None.
        :raises UsageError: if there is no such file.
        """
        file = Path(path)
        if not file.is_file():
            raise UsageError(f"upload_file({str(path)!r}): there is no such file.")
        self._upload({logical_path or file.name: file})

    def upload_directory(self, local_dir_path: str | Path) -> None:
        """Add the files below a folder to the dataset, in one commit; those of the same paths give way to them.

        :param local_dir_path: the folder on this machine.
        :raises UsageError: if there is no such folder.
        """
        from transforms.common.folders import files_in

        folder = Path(local_dir_path)
        if not folder.is_dir():
            raise UsageError(f"upload_directory({str(local_dir_path)!r}): there is no such folder.")
        self._upload(files_in(folder, self._resource.alias))

    def abort(self) -> NoReturn:
        """Refuse: every write was committed at once, and nothing is open.

        :raises UnavailableError: always.
        """
        raise UnavailableError(
            f"Dataset.abort(): outside of a transform each write of {self._resource.alias} is committed at once, so there is "
            f"nothing to abort; in a transform call ctx.abort_job()."
        )

    def _asked(self, **changes: Any) -> Dataset:
        asked = copy(self)
        vars(asked)["_choice"] = replace(self._choice, **changes)
        return asked

    def _need_current(self, call: str, mode: str) -> None:
        if mode != "current":
            raise UsageError(f"{call}(mode={mode!r}): read modes are for incremental transforms; here it is 'current'.")

    def _reader_or_none(self) -> DatasetReader | None:
        found = self._store.view(self._resource, DEFAULT_BRANCH, self._config.fallback_branches)
        return None if found is None else DatasetReader(self._resource.alias, found[0], None)

    def _reader(self) -> DatasetReader:
        reader = self._reader_or_none()
        if reader is None:
            advice = remedy(self._resource, [DEFAULT_BRANCH], self._store.writes(), ())
            raise NotFoundError(f"There is no {self._resource} in {self._store.root}.{advice}")
        return reader

    def _empty(self, schema: Any) -> pa.Table:
        from transforms.engine.local.types import arrow_schema

        return arrow_schema(GivenSchema.of(schema, f"{self._resource.alias}: read_table()").json).empty_table()

    def _written(self) -> pl.LazyFrame:
        import polars as pl

        files = sorted(Path(self.write_table_path).rglob("*.parquet"))
        if not files:
            raise UsageError(f"{self.write_table_path} has no Parquet files; write some there first.")
        return pl.scan_parquet(files)

    def _write(self, action: Any, mode: str = "replace") -> None:
        def chosen(out: Any) -> None:
            out.set_mode(self._mode or mode)
            action(out)

        write(self._store, self._config, self._resource.alias, chosen)

    def _upload(self, files: Mapping[str, Path]) -> None:
        def upload(out: Any) -> None:
            target = out.filesystem()
            for logical, file in files.items():
                with target.open(logical, "wb") as new, file.open("rb") as old:
                    while chunk := old.read(1 << 20):
                        new.write(chunk)

        self._write(upload, "modify")


def _as_format(rows: pa.Table, format: str) -> Any:
    if format == "arrow":
        return rows
    if format in ("pandas", "dataframe"):
        from transforms.engine.local.pandas_frames import pandas_frame

        return pandas_frame(rows, "the dataset")
    import polars as pl

    if format == "path":
        raise UsageError("read_table(format='path'): there is no dataset yet, so there are no files.")
    frame: Any = pl.from_arrow(rows)
    return frame.lazy() if format == "lazy-polars" else frame


def _whole(reader: DatasetReader, format: str) -> Any:
    if format == "path":
        return reader.path()
    if format == "arrow":
        return reader.arrow()
    return reader.pandas() if format in ("pandas", "dataframe") else reader.polars(format == "lazy-polars")
