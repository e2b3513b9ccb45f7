"""Bringing runs of MLflow into models as experiments, all of them in one commit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.schema import schema
from palantir_models.experiment.names import deduplicated
from palantir_models.mlflow.exchange import tags
from palantir_models.mlflow.exchange.exported_run import ExportedRun
from palantir_models.mlflow.exchange.exporting import search_runs
from palantir_models.mlflow.exchange.foreign_run import ENDED, ForeignRun
from palantir_models.mlflow.exchange.run_reader import ReadRun
from palantir_models.mlflow.exchange.tracking import shown_uri, tracking
from palantir_models.model.staging import stage_tables
from palantir_models.model.versions import newest_version, versions_schema
from transforms.errors import NotFoundError, UsageError, nearest
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.change import TableChange

if TYPE_CHECKING:
    import pyarrow as pa
    from mlflow import MlflowClient
    from mlflow.entities import Experiment, Run

    from transforms.store.entry import Entry
    from transforms.store.store import Store
    from transforms.store.transaction import Transaction

JOB = "import"
IMPORTED, THERE, NOT_ENDED = "imported", "there already", "not ended"
_STAGED_AT = 64 << 20  # bytes of tables that wait; then they become files: many runs need no more memory than one
_LONGEST_NAME = 100


@dataclass(frozen=True)
class ImportedRun:
    """What became of a run.

    Attributes:
        run_id: the run.
        run_name: its name in MLflow.
        mlflow_experiment: the name of its MLflow experiment.
        model: the model that it belongs to now.
        outcome: ``imported``, ``there already``, or ``not ended``.
        experiment_id: the experiment that it is, or was before; None where it has not ended.
        name: the name of the new experiment.
        values: how many metric values it has.
        renumbered: metric series in which several values stood at one step, so that they have new steps.
        not_kept: what has no place in an experiment, and how often it was there.
    """

    run_id: str
    run_name: str
    mlflow_experiment: str
    model: str
    outcome: str
    experiment_id: str | None = None
    name: str | None = None
    values: int = 0
    renumbered: Sequence[str] = ()
    not_kept: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Import:
    """What was imported.

    Attributes:
        runs: what became of each run.
        entry: the one commit; None where there was nothing new.
    """

    runs: Sequence[ImportedRun]
    entry: Entry | None


@dataclass(frozen=True)
class ImportRequest:
    """Which runs are imported, and where to.

    Attributes:
        uri: the tracking server, database or folder.
        mlflow_experiment: the name of the MLflow experiment; all that have runs when None.
        into: the model; by default an MLflow experiment ``/a/b`` becomes model ``/a/b``, and ``c`` ``/mlflow/c``.
    """

    uri: str
    mlflow_experiment: str | None = None
    into: str | None = None


def import_runs(
    store: Store,
    branch: str,
    request: ImportRequest,
    *,
    wait_seconds: float = 0.0,
    done: Callable[[ImportedRun], None] = lambda run: None,
) -> Import:
    """Import the runs of one MLflow experiment, or of all.

    A run that has ended becomes an experiment without a version. One that was imported before, or that was exported from
    the very experiment that the model has, is left alone; so is one that has not ended. Limits of experiments do not
    apply: whatever a run holds comes in.

    :param store: the store.
    :param branch: the branch that is written.
    :param request: which runs, and where to.
    :param wait_seconds: how long to wait for another job that writes a model, in seconds.
    :param done: called with each run that was looked at.
    :returns: what was imported.
    :raises NotFoundError: if there is no such MLflow experiment, database or folder.
    :raises UsageError: if an MLflow experiment's name cannot be a model's.
    :raises TrackingError: if MLflow cannot be reached or refuses something. Nothing is imported then.
    :raises LeaseHeldError: if another job writes one of the models for longer than that.
    """
    with tracking(request.uri) as client:
        models = {one: _model(one, request.into) for one in _experiments(client, request.mlflow_experiment)}
        _refuse_nesting([model.alias for model in models.values()])
        if not models:
            return Import((), None)
        # Held while runs are read, as by a job that trains: names, and which runs are there, must not change meanwhile.
        transaction = store.begin(JOB, branch, list(models.values()), wait_seconds)
        try:
            found: list[ImportedRun] = []
            targets = {model: _Target(transaction, model) for model in models.values()}
            for experiment, model in models.items():
                for run in targets[model].take(client, experiment, shown_uri(request.uri, absolute=True)):
                    found.append(run)
                    done(run)
            changes = [change for target in targets.values() for change in target.seal()]
            if not changes:
                transaction.abandon()
                return Import(found, None)
            outputs = {model.key: target.summary for model, target in targets.items() if target.count}
            return Import(found, transaction.commit(changes, outputs))
        except BaseException:
            transaction.abandon()
            raise


def model_alias(mlflow_experiment: str) -> str:
    """Return the model that the runs of an MLflow experiment become experiments of when nothing else is said."""
    return mlflow_experiment if mlflow_experiment.startswith("/") else f"/mlflow/{mlflow_experiment}"


def _experiments(client: MlflowClient, wanted: str | None) -> list[Experiment]:
    every = list(_all_experiments(client))
    if wanted is None:
        return [one for one in every if next(search_runs(client, one.experiment_id), None) is not None]
    found = [one for one in every if one.name == wanted]
    if not found:
        names = [str(one.name) for one in every]
        listed = ", ".join(map(repr, names[:10])) + (", …" if len(names) > 10 else "")
        raise NotFoundError(f"There is no MLflow experiment {wanted!r}.{nearest(wanted, names)} There are: {listed}.")
    return found


def _all_experiments(client: MlflowClient) -> Iterator[Experiment]:
    token = None
    while True:
        page = client.search_experiments(page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _model(experiment: Experiment, into: str | None) -> Resource:
    alias = into or model_alias(experiment.name)
    try:
        layout.alias_path(alias)
    except UsageError as error:
        hint = "" if into else f" Import it with --mlflow-experiment {experiment.name!r} --into ALIAS."
        raise UsageError(f"{error}{hint}") from error
    return Resource("model", alias)


def _refuse_nesting(aliases: Sequence[str]) -> None:
    # What is in the store already is looked at by the transaction; these come together.
    paths = sorted({layout.alias_path(alias): alias for alias in aliases}.items())
    for (shorter, outer), (longer, inner) in zip(paths, paths[1:], strict=False):
        if longer.startswith(f"{shorter}/"):
            raise UsageError(
                f"The models {outer} and {inner} would lie inside each other: import the MLflow experiments one by one, "
                "with --mlflow-experiment NAME --into ALIAS."
            )


class _Target:
    """A model that takes experiments in."""

    def __init__(self, transaction: Transaction, resource: Resource) -> None:
        self._transaction = transaction
        self._resource = resource
        self._path = layout.resource_path(resource, transaction.branch)
        self._ids, self._names = self._known()
        self._waiting: dict[str, list[pa.Table]] = {}
        self._rows: list[dict[str, Any]] = []
        self._changes: dict[str, list[TableChange]] = {}
        self._values = 0
        self._parents: dict[str, Run | None] = {}

    @property
    def count(self) -> int:
        """How many runs were taken in."""
        return len(self._rows)

    @property
    def summary(self) -> dict[str, Any]:
        """What became of the model, for people and for the ledger."""
        view = self._transaction.open_output(f"{self._path}/{layout.VERSIONS}")
        newest = None if view is None else newest_version(self._transaction.store, self._resource, view)
        latest = {} if newest is None else {"version": newest[0], "version_id": newest[1]}
        known = {"version_count": 0 if view is None else view.row_count()}
        return {"imported": self.count, "values": self._values, **latest, **known}

    def take(self, client: MlflowClient, experiment: Experiment, uri: str) -> Iterator[ImportedRun]:
        """Take in the runs of an MLflow experiment, and yield what became of each."""
        for run in search_runs(client, experiment.experiment_id):
            identity = self._identity(run)
            known = (run.info.run_id, run.info.run_name or "", experiment.name, self._resource.alias)
            if run.info.status not in ENDED:
                yield ImportedRun(*known, NOT_ENDED)
            elif identity in self._ids:
                yield ImportedRun(*known, THERE, identity)
            else:
                is_ours = run.data.tags.get(tags.EXPORT) == tags.COMPLETE
                read = (ExportedRun if is_ours else ForeignRun)(client, run, uri, experiment.name).read()
                final = self._add(identity, self._name(client, run), read)
                values = read.recorded.value_count
                yield ImportedRun(*known, IMPORTED, identity, final, values, read.renumbered, dict(read.not_kept))

    def seal(self) -> list[TableChange]:
        """Stage what waits and return every change; none where nothing came in."""
        import pyarrow as pa

        if not self._rows:
            return []
        self._stage(self._waiting)
        # The versions' table stands for the model, so every commit of the model enters it, if only with no row.
        last = {
            "experiments": pa.Table.from_pylist(self._rows, schema=schema("experiments")),
            layout.VERSIONS: versions_schema().empty_table(),
        }
        self._stage({name: [table] for name, table in last.items()})
        return [_joined(changes) for changes in self._changes.values()]

    def _known(self) -> tuple[set[str], set[str]]:
        from transforms.engine.local.reading import scan_polars

        view = self._transaction.open_output(f"{self._path}/experiments")
        if view is None:
            return set(), set()
        rows = scan_polars(view).select("experiment_id", "name").collect()
        return set(rows["experiment_id"]), set(rows["name"])

    def _identity(self, run: Run) -> str:
        """Return the id that a run has as an experiment of this model: its own again where it comes back, else one that is
        made of the run's, so that it is known when it comes a second time."""
        given = run.data.tags
        alias, branch = self._resource.alias, self._transaction.branch
        origin: str = given.get(tags.EXPERIMENT_ID) or run.info.run_id
        is_back = (given.get(tags.MODEL), given.get(tags.BRANCH)) == (alias, branch)
        if tags.EXPERIMENT_ID in given and is_back and layout.is_identifier(origin):
            return origin
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{origin}\n{branch}\n{alias}").hex

    def _name(self, client: MlflowClient, run: Run) -> str:
        """Return a run's name, behind the names of the runs that it is nested in."""
        name: str = run.info.run_name or run.info.run_id
        seen = {run.info.run_id}
        while (parent := run.data.tags.get(tags.PARENT)) is not None and parent not in seen:
            if parent not in self._parents:
                self._parents[parent] = _get(client, parent)
            found = self._parents[parent]
            if found is None:  # it was deleted for good
                break
            seen.add(parent)
            run = found
            name = f"{run.info.run_name or parent}/{name}"
        return name

    def _add(self, identity: str, name: str, read: ReadRun) -> str:
        name = deduplicated(read.row.get("name") or name, self._names, max(_LONGEST_NAME, len(name)))
        self._ids.add(identity)
        self._names.add(name)
        self._values += read.recorded.value_count
        columns = schema("experiments").names
        self._rows.append(
            {
                **{column: read.row.get(column) for column in columns},
                "experiment_id": identity,
                "name": name,
                "branch": self._transaction.branch,
                "transaction": self._transaction.id,
                "model_version_id": None,
            }
        )
        for table, rows in read.recorded.arrow(identity, plain=False).items():
            self._waiting.setdefault(table, []).append(rows)
        if sum(rows.nbytes for tables in self._waiting.values() for rows in tables) > _STAGED_AT:
            self._stage(self._waiting)
            self._waiting = {}
        return name

    def _stage(self, tables: Mapping[str, Sequence[pa.Table]]) -> None:
        import pyarrow as pa

        joined = {name: pa.concat_tables(parts) for name, parts in tables.items()}
        for name, change in zip(joined, stage_tables(self._transaction, self._path, joined), strict=True):
            self._changes.setdefault(name, []).append(change)


def _get(client: MlflowClient, run_id: str) -> Run | None:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_run(run_id)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


def _joined(changes: Sequence[TableChange]) -> TableChange:
    return replace(changes[0], files=tuple(file for change in changes for file in change.files))
