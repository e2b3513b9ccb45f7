"""``ctx.duckdb()``: the inputs of a job as tables of DuckDB."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from transforms.errors import DataError, MissingExtraError, UsageError
from transforms.run.datasets import LightweightDataset

_WHOLE = ("current", "added")


class DuckDB:
    """What ``ctx.duckdb()`` returns.

    Attributes:
        conn: the connection.
    """

    def __init__(self, conn: DuckConnection) -> None:
        self.conn = conn


class DuckConnection:
    """A connection to DuckDB that knows a job's inputs; it can do whatever else DuckDB's own connection can.

    :param conn: DuckDB's connection.
    :param files: gives the files of an input, by the input's name.
    :param without_rows: why an input is no table, by its name.
    """

    def __init__(
        self, conn: Any, files: Mapping[str, Callable[[], list[str]]], without_rows: Mapping[str, DataError]
    ) -> None:
        self._conn = conn
        self._files = dict(files)
        self._without_rows = without_rows

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._conn!r}>"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def sql(self, query: str, *args: Any, **kwargs: Any) -> Any:
        """Return the relation that a query is; takes what DuckDB's own ``sql`` takes."""
        return self._run(self._conn.sql, query, *args, **kwargs)

    def query(self, query: str, *args: Any, **kwargs: Any) -> Any:
        """Return the relation that a query is, as :meth:`sql` does."""
        return self.sql(query, *args, **kwargs)

    def execute(self, query: str, *args: Any, **kwargs: Any) -> Any:
        """Run a query; takes what DuckDB's own ``execute`` takes."""
        return self._run(self._conn.execute, query, *args, **kwargs)

    def sql_from_file(self, path: str | Path) -> Any:
        """Return the relation that the query in a file is.

        :param path: the file, from the folder of the file that calls this.
        :raises UsageError: if it cannot be read.
        """
        frame = inspect.currentframe()
        caller = frame.f_back if frame is not None else None
        file = Path(caller.f_code.co_filename if caller is not None else "").parent / path
        try:
            query = file.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"sql_from_file({str(path)!r}): {file} cannot be read: {error}") from error
        return self.sql(query)

    def _run(self, call: Callable[..., Any], query: Any, *args: Any, **kwargs: Any) -> Any:
        import duckdb

        for name in [name for name in self._files if isinstance(query, str) and f"{name}_files" in query]:
            paths = ", ".join(_literal(path) for path in self._files.pop(name)())
            self._conn.execute(f"CREATE MACRO {_identifier(f'{name}_files')}() AS CAST([{paths}] AS VARCHAR[])")
        try:
            return call(query, *args, **kwargs)
        except duckdb.CatalogException as error:
            for name, reason in self._without_rows.items():
                if f"name {name} " in str(error):
                    raise DataError(f"{reason} In SQL, {name}_files() gives their paths.") from error
            raise


def open_duckdb(arguments: Mapping[str, Any], read_modes: Mapping[Any, str] | None, folder: Path) -> DuckDB:
    """Return a connection in whose database the inputs of a job are tables under their parameters' names.

    :param arguments: what the compute function is given, by name.
    :param read_modes: for some of the inputs, the part of them that is read.
    :param folder: takes what does not fit into memory.
    :raises MissingExtraError: if DuckDB is not installed.
    :raises UsageError: if a read mode is for something else than an input, or a word that it does not know.
    """
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError("ctx.duckdb() needs DuckDB: pip install 'transforms-on-delta[duckdb]'") from error
    inputs = {name: value for name, value in arguments.items() if _is_input(value)}
    modes = _modes(inputs, read_modes or {})
    conn = duckdb.connect(config={"temp_directory": str(folder)})
    without_rows: dict[str, DataError] = {}
    for name, value in inputs.items():
        try:
            conn.register(name, _read(value.polars, modes.get(name), lazy=True) if _is_dataset(value) else value)
        except DataError as error:
            without_rows[name] = error
    files = {name: _lister(value, modes.get(name)) for name, value in inputs.items() if _is_dataset(value)}
    return DuckDB(DuckConnection(conn, files, without_rows))


def _is_dataset(value: Any) -> bool:
    return isinstance(value, LightweightDataset)


def _is_input(value: Any) -> bool:
    """Whether it is a dataset that is read, or the frame that a form such as ``@transform_polars`` gives for one."""
    is_frame = any(kind.__module__.split(".")[0] in ("pandas", "polars") for kind in type(value).__mro__)
    return is_frame or (_is_dataset(value) and not hasattr(type(value), "write_table"))


def _modes(inputs: Mapping[str, Any], given: Mapping[Any, str]) -> dict[str, str]:
    modes = {}
    for value, mode in given.items():
        name = next((name for name, known in inputs.items() if known is value), None)
        if name is None:
            raise UsageError(
                f"ctx.duckdb(read_modes={{{value!r}: {mode!r}}}): give the inputs themselves; there are: "
                f"{', '.join(inputs) or 'none'}."
            )
        modes[name] = mode
    return modes


def _read(call: Callable[..., Any], mode: str | None, **options: Any) -> Any:
    """Read a part of an input; outside of an incremental run, every part that there is means everything."""
    if mode is None:
        return call(**options)
    if "mode" in inspect.signature(call).parameters:
        return call(**options, mode=mode)
    if mode not in _WHOLE:
        raise UsageError(
            f"ctx.duckdb(read_modes=...): {mode!r} is for incremental runs; without, an input is read whole: 'current'."
        )
    return call(**options)


def _lister(value: Any, mode: str | None) -> Callable[[], list[str]]:
    def paths() -> list[str]:
        folder = Path(_read(value.path, mode))
        files = _read(value.filesystem, mode)
        return [str(folder / status.path) for status in files.ls()]

    return paths


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
