"""What a job lends to the parameters of its transform while it runs, and what it gets back from them."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from transforms.common.forks import need_threads
from transforms.errors import MissingExtraError, NotFoundError
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.change import TableChange
from transforms.store.entry import InputPin
from transforms.store.lookup import candidates, input_key, remedy
from transforms.store.tables import TableView, at_version
from transforms.store.transaction import Transaction

if TYPE_CHECKING:
    from transforms.config import Config
    from transforms.engine.spark.engine import SparkEngine
    from transforms.run.as_of import AsOf
    from transforms.run.window import Increment
    from transforms.spec.transform import Transform
    from transforms.store.contents import Contents

EngineChoice = Literal["auto", "local", "spark"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sealed:
    """What an output adds to its job's commit.

    Attributes:
        resource: the dataset or model.
        changes: what happens to its tables.
        summary: what became of it, for people and for the ledger.
    """

    resource: Resource
    changes: tuple[TableChange, ...]
    summary: Mapping[str, Any]


class Participant(Protocol):
    """An output during its job: datasets and models take part in the one commit through this.

    A parameter's ``runtime`` function returns one. The job calls exactly one of :meth:`seal` and :meth:`failed`.
    """

    value: Any
    """What the compute function receives."""

    def seal(self) -> Sequence[Sealed]:
        """Stage whatever is not staged yet and tell what to commit; raising here commits nothing at all."""

    def failed(self, error: BaseException | None) -> None:
        """The job ends without a commit: keep what must be kept, apart from the tables. None: it was aborted."""


@dataclass
class JobScope:
    """One running job.

    Attributes:
        transform: the transform that runs.
        transaction: its transaction.
        config: the project's configuration.
        code_version: the version of the transform's logic.
        fallbacks: the branches on which inputs are looked for after the build's own.
        parameters: the value of each scalar parameter, by name.
        pins: the inputs that were opened, by :func:`~transforms.store.lookup.input_key`.
        views: what they hold, by the same key.
        arguments: what its function is given, by name.
        loaded: the versions of models that it was given, see :func:`~transforms.plan.lineage.loaded`.
        companions: what takes part in its commit and is no argument of its function, by name.
        increment: what of its inputs is new, where the transform is incremental.
        engine: which engines it may use: ``auto`` starts Spark when something asks for it, ``local`` never, ``spark``
            at once.
        profiles: the Spark profiles of every job of the build, as they share one session.
        as_of: the earlier state of the inputs that it reads; None for what they are.
        aborted: whether the function called ``ctx.abort_job()``.
        returned: what kind of frame the function returned where nobody takes it, such as ``a polars DataFrame``.
        warnings: what is hardly what was meant, for whoever built it.
        at_commit: called once the job is committed, for what is of no use any more.
    """

    transform: Transform
    transaction: Transaction
    config: Config
    code_version: str = ""
    fallbacks: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    pins: dict[str, InputPin] = field(default_factory=dict)
    views: dict[str, TableView] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    loaded: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    companions: dict[str, Any] = field(default_factory=dict)
    increment: Increment | None = None
    engine: EngineChoice = "auto"
    profiles: Sequence[str] = ()
    as_of: AsOf | None = None
    aborted: bool = False
    returned: str = ""
    warnings: list[str] = field(default_factory=list)
    at_commit: list[Callable[[], None]] = field(default_factory=list)
    _temporary: list[Path] = field(default_factory=list)
    _remote: list[str] = field(default_factory=list)
    _process: int = field(default_factory=os.getpid)
    _give_back: Callable[[], None] | None = None

    def abort(self) -> None:
        """Let the job end without a commit and without an error."""
        self.aborted = True

    def open(self, resource: Resource) -> tuple[TableView, str]:
        """Open an input as it was when the job began, and remember that it was read; twice asked for, it is opened once.

        :returns: the view and the branch it was found on.
        :raises NotFoundError: if no branch has it; names the nearest there is.
        """
        resolved = self.config.resolve(resource)
        key = input_key(resolved)
        if key not in self.views:
            until = None if self.as_of is None else self.as_of.until(resolved)
            found = self.transaction.view(resolved, self.fallbacks, until)
            if found is None:
                raise self.missing(resolved)
            if self.as_of is not None and until is not None:
                self.as_of.check(found[0], resolved)
            self._remember(key, *found)
        return self.views[key], self.pins[key].branch

    def store_of(self, view: TableView) -> Contents:
        """Return the store that has an input: the job's own, but for a job that is run again on those of another store."""
        own = self.transaction.store
        if view.storage is own.storage:
            return own
        from transforms.store.contents import Contents

        return Contents(view.storage)

    def narrow(self, resource: Resource, version: int) -> None:
        """Read an input no further than one of its versions; a later job goes on from there.

        :param resource: the input.
        :param version: the version, no newer than the one that is open.
        """
        view, branch = self.open(resource)
        if version < view.version:
            key = input_key(self.config.resolve(resource))
            self._remember(key, at_version(view, version, self.transaction.store.app_id), branch)

    def _remember(self, key: str, view: TableView, branch: str) -> None:
        self.views[key] = view
        self.pins[key] = InputPin(view.seq, view.version, branch)

    def missing(self, resource: Resource) -> NotFoundError:
        """Return the error for an input that does not exist, or did not at the time."""
        if self.as_of is not None and self.as_of.until(resource) is not None:
            return self.as_of.missing(resource, f"{self.transform.__name__} ({self.transform.source})")
        branches = candidates(resource, self.transaction.branch, self.fallbacks)
        own = {output.key for output in self.transaction.outputs}
        return NotFoundError(
            f"There is no {resource} on branch {' or '.join(branches)}; {self.transform.__name__} ({self.transform.source}) "
            f"reads it.{remedy(resource, branches, self.transaction.store.writes(), own)}"
        )

    def spark(self, call: str, instead: str) -> SparkEngine:
        """Return Spark, which every job of this process shares.

        :param call: what asks for it, for the message.
        :param instead: what would do without it.
        :raises MissingExtraError: if it was ruled out by ``--engine local``, or something that it needs is missing.
        :raises ForkedProcessError: in a forked process, which would speak to Spark on its parent's connection.
        """
        if self.engine == "local":
            raise MissingExtraError(
                f"{call} needs Spark, and this job runs on the local engine (--engine local): use {instead}, or leave "
                "the choice out."
            )
        from transforms.engine.spark.engine import shared_engine

        need_threads(call)
        profiles = self.profiles or self.transform.profiles
        engine = shared_engine(self.config.spark, profiles)
        engine.show_sources(self.config.project)
        if self._give_back is None:
            self._give_back = engine.lend(profiles)
        for storage in (self.transaction.store.storage, *(view.storage for view in self.views.values())):
            engine.reach(storage)
        return engine

    @property
    def is_incremental(self) -> bool:
        """Whether the job reads what is new and adds to what is there."""
        return self.increment is not None and self.increment.is_incremental

    @property
    def uses_spark(self) -> bool:
        """Whether the job has asked for Spark, and is none of a single node."""
        return self._give_back is not None and not self.transform.lightweight

    def left_unwritten(self, view: TableView) -> str | None:
        """Return the transform that returned without writing this version of a dataset; None where it was written."""
        return left_unwritten(self.transaction.store, view)

    def temporary_folder(self) -> Path:
        """Return a new folder that lives as long as the job; in a forked process, as long as that."""
        if os.getpid() != self._process:
            return process_folder()
        folder = Path(tempfile.mkdtemp(prefix="transforms-"))
        self._temporary.append(folder)
        return folder

    def remote_folder(self) -> str:
        """Return the name of a new folder of the store's storage that lives as long as the job."""
        name = self.transaction.staging_name(layout.TEMPORARY, layout.FILES, uuid.uuid4().hex)
        self._remote.append(name)
        return name

    def close(self) -> None:
        """Delete what lives only as long as the job, and leave Spark's session as it was.

        A forked process leaves that to the one that runs the job.
        """
        if os.getpid() != self._process:
            return
        if self._give_back is not None:
            self._give_back()
        for folder in self._temporary:
            shutil.rmtree(folder, ignore_errors=True)
        for name in self._remote:
            try:
                self.transaction.store.storage.delete_folder(name)
            except (
                OSError
            ) as error:  # the job is what it is; 'transforms gc' deletes what is left of a process that ended
                _log.warning("What %s kept for its executors could not be deleted: %s", self.transform.__name__, error)


def left_unwritten(store: Contents, view: TableView) -> str | None:
    """Return the transform that returned without writing a version of a dataset; None where it was written.

    :param store: the store.
    :param view: the version.
    """
    for (branch, _), write in store.writes().items():
        is_it = write.seq == view.seq and write.output.get("unwritten")
        if is_it and store.table_of(Resource("dataset", write.alias), branch) == view.name:
            return write.transform
    return None


def process_folder() -> Path:
    """Return a new folder that lives as long as this process."""
    folder = tempfile.mkdtemp(prefix="transforms-")
    # Not by atexit, which multiprocessing's workers skip.
    Finalize(None, shutil.rmtree, (folder, True), exitpriority=0)
    return Path(folder)


def spark_session() -> Any:
    """Return the Spark session, active in this thread, for what runs outside of jobs: the one there is, else a new one.

    A new one is started as the project of the working folder says.

    :raises MissingExtraError: if something that Spark needs is missing; says what, and how to get it.
    """
    from transforms.config import load_config
    from transforms.engine.spark import sessions
    from transforms.engine.spark.engine import shared_engine

    need_threads("Using Spark")
    session = sessions.running() or shared_engine(load_config().spark).session
    sessions.activate(session)
    return session


def resource_rid(resource: Resource) -> str:
    """Return a RID for a resource: its alias where that is one, else one made from it."""
    if resource.alias.startswith("ri."):
        return resource.alias
    service = "foundry.main.dataset" if resource.kind == "dataset" else "models.main.model"
    return f"ri.{service}.{uuid.uuid5(uuid.NAMESPACE_URL, resource.key)}"
