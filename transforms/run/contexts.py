"""The ``ctx`` of a compute function."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from transforms.errors import UnavailableError

if TYPE_CHECKING:
    from transforms.run.duck import DuckDB
    from transforms.spec.transform import Transform


class JobAborted(BaseException):
    """Ends a compute function whose job was aborted; not an ``Exception``, so that user code does not catch it."""


class ContextJob(Protocol):
    """What a context asks of its job."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The value of each scalar parameter, by name."""

    @property
    def fallbacks(self) -> Sequence[str]:
        """The branches on which inputs are looked for after the build's own."""

    @property
    def is_incremental(self) -> bool:
        """Whether it reads what is new and adds to what is there."""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What its function is given, by name."""

    def temporary_folder(self) -> Path:
        """Return a new folder that lives as long as the job."""

    def abort(self) -> None:
        """Let the job end without a commit and without an error."""

    def spark(self, call: str, instead: str) -> Any:
        """Return Spark's engine."""


class _NoJob:
    """Stands for the job of a context that was made by hand."""

    parameters: Mapping[str, Any] = {}
    fallbacks: Sequence[str] = ()
    is_incremental = False
    arguments: Mapping[str, Any] = {}

    def temporary_folder(self) -> NoReturn:
        raise UnavailableError("duckdb() works inside a running job only; this context was made by hand.")

    def abort(self) -> None:
        raise UnavailableError("abort_job() works inside a running job only; this context was made by hand.")

    def spark(self, call: str, instead: str) -> NoReturn:
        raise UnavailableError("spark_session is there inside of a running job only; this context was made by hand.")


def job_context(job: ContextJob, transform: Transform) -> LightweightContext | TransformContext:
    """Return the ``ctx`` of a running job.

    :param job: the job.
    :param transform: the transform that runs.
    """
    context: LightweightContext | TransformContext
    if transform.lightweight:
        context = LightweightContext()
    elif (declared := transform.incremental) is not None:
        snapshots = list(declared.snapshot_inputs)
        context = IncrementalTransformContext(job.is_incremental, snapshots, None, dict(job.parameters))
    else:
        context = TransformContext(None, dict(job.parameters))
    context._job = job  # noqa: SLF001 - of this module, whose constructors have Foundry's signatures
    return context


def _installed() -> list[str]:
    from importlib.metadata import distributions

    return sorted({f"{found.metadata['Name']}=={found.version}" for found in distributions()})


class _Context:
    _job: ContextJob = _NoJob()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {', '.join(name for name in dir(self) if not name.startswith('_'))}>"

    @property
    def auth_header(self) -> str:
        """The authorization header of the environment variable FOUNDRY_TOKEN.

        :raises UnavailableError: if the variable is not set; there is no Foundry to call here.
        """
        token = os.environ.get("FOUNDRY_TOKEN")
        if not token:
            raise UnavailableError(
                "ctx.auth_header: no Foundry stands behind a local job; set FOUNDRY_TOKEN to use one."
            )
        return f"Bearer {token}"

    def abort_job(self) -> NoReturn:
        """End the job here: it succeeds, commits nothing, and every output stays as it was.

        Follows the public page transforms-python/abort-transactions.
        """
        self._job.abort()
        raise JobAborted


class LightweightContext(_Context):
    """The context of a single-node transform.

    Follows the public page transforms-python/api-lightweightcontext.
    """

    @property
    def is_incremental(self) -> bool:
        """Whether this run reads only what is new."""
        return self._job.is_incremental

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of the job's scalar parameters, by name."""
        return dict(self._job.parameters)

    def duckdb(self, read_modes: Mapping[Any, str] | None = None) -> DuckDB:
        """Return DuckDB with the inputs as tables under their parameters' names; nothing is read before a query asks for it.

        Follows the public page transforms-python/duckdb. ``duckdb().conn.sql(query)`` is a relation, which ``write_table``
        takes. ``NAME_files()`` gives the paths of an input's files in a query: ``FROM read_csv(NAME_files())``.

        :param read_modes: for some of the inputs, as the function received them, the part that is read: ``added``,
            ``current`` or ``previous``; where nothing is said, what is new in an incremental run, else everything.
        :raises MissingExtraError: if DuckDB is not installed.
        :raises UsageError: if a key is no input, or a mode cannot be read.
        """
        from transforms.run.duck import open_duckdb

        return open_duckdb(self._job.arguments, read_modes, self._job.temporary_folder())


class TransformContext(_Context):
    """The context of a plain ``@transform``.

    Follows the public page transforms-python/api-transformcontext.

    :param foundry_connector: kept for compatibility; None in local jobs.
    :param parameters: the values of the job's scalar parameters, by name.
    :param environment: the installed packages, as ``name==version``.
    """

    def __init__(
        self,
        foundry_connector: Any,
        parameters: dict[str, Any] | None = None,
        environment: Any = {},  # noqa: B006
    ) -> None:
        self._connector = foundry_connector
        self._parameters = dict(parameters or {})
        self._environment = environment

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of the job's scalar parameters, by name."""
        return self._parameters

    @property
    def environment(self) -> list[str]:
        """The installed packages, as ``name==version``."""
        return list(self._environment) or _installed()

    @property
    def fallback_branches(self) -> list[str]:
        """The branches on which inputs are looked for after the build's own."""
        return list(self._job.fallbacks)

    @property
    def is_incremental(self) -> bool:
        """Whether this run reads only what is new; False, as the transform is not incremental."""
        return False

    @property
    def spark_session(self) -> Any:
        """The Spark session, which all jobs of a build share; the first use starts Spark.

        :raises MissingExtraError: if something that Spark needs is missing, or ``--engine local`` rules it out.
        """
        return self._job.spark("ctx.spark_session", "pandas or Polars").session


class IncrementalTransformContext(TransformContext):
    """The context of an incremental ``@transform``.

    Follows the public page transforms-python/api-incrementaltransformcontext.

    :param is_incremental: whether this run reads only what is new.
    :param snapshot_inputs: the names of inputs that are read whole.
    :param args: what :class:`TransformContext` takes.
    """

    def __init__(self, is_incremental: bool, snapshot_inputs: Any, *args: Any) -> None:
        super().__init__(*(args or (None,)))
        self._is_incremental = is_incremental
        self.snapshot_inputs = snapshot_inputs

    @property
    def is_incremental(self) -> bool:
        """Whether this run reads only what is new."""
        return self._is_incremental
