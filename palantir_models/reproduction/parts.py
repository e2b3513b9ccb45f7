"""The parts of a version, and of the one that was built again, as they are read to be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from palantir_models.errors import ReproductionError
from palantir_models.model.versions import ModelVersion
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.model import Model
from palantir_models.reproduction import comparing
from palantir_models.reproduction.outcome import Compared
from palantir_models.reproduction.recorded import Recorded
from transforms.common.text import counted
from transforms.errors import NotFoundError, StoreError, UsageError
from transforms.run.diff import diff
from transforms.run.still_whole import check_whole
from transforms.spec.resource import Resource
from transforms.store.store import Store

if TYPE_CHECKING:
    from transforms.store.tables import TableView

_SYSTEM = "system/*"  # tells of the machine: no two runs are the same


def compared_parts(
    recorded: Recorded, again: Store, seq: int, tolerance: float = 0.0, ignored: Sequence[str] = ()
) -> Iterator[Compared]:
    """Yield each part of a version beside the same part of the one that was built again.

    :param recorded: the version.
    :param again: the store in which it was built again.
    :param seq: the commit there.
    :param tolerance: see :func:`~palantir_models.reproduction.comparing.compare_metrics`.
    :param ignored: patterns of metric series that are left out.
    :raises ReproductionError: if the job did not publish what it published then.
    """
    model = Model(recorded.resource.alias, recorded.entry.branch, again)
    if len(model.versions) <= recorded.position:
        raise ReproductionError("The job published fewer versions than it did then.")
    version = model.versions[recorded.position]
    if recorded.experiment is not None:
        yield from _experiments(recorded.experiment, _experiment_of(model, version), tolerance, ignored)
    yield from comparing.compare_sums(recorded.version.sha256, version.sha256)
    for key in recorded.entry.outputs:
        kind, _, alias = key.partition(":")
        if kind == "dataset":
            yield _dataset(recorded, again, Resource("dataset", alias), seq)


def _experiment_of(model: Model, version: ModelVersion) -> RecordedExperiment:
    found = next((one for one in model.experiments if one.experiment_id == version.experiment_id), None)
    if found is None:
        raise ReproductionError("The job published no experiment with the version, and did then.")
    return found


def _experiments(
    one: RecordedExperiment, other: RecordedExperiment, tolerance: float, ignored: Sequence[str]
) -> Iterator[Compared]:
    yield from comparing.compare_hyperparameters(one.params, other.params)
    yield from comparing.compare_metrics(one.points(), other.points(), tolerance, (_SYSTEM, *ignored))
    images = [{(image.series, image.step): image.png for image in each.images()} for each in (one, other)]
    plots = [{(plot.series, plot.step): plot.json for plot in each.plots()} for each in (one, other)]
    yield from comparing.compare_media("image", *images)
    yield from comparing.compare_media("plot", *plots)
    tables = [{name: each.tables[name].polars() for name in each.tables} for each in (one, other)]
    yield from comparing.compare_tables(*tables)


def _dataset(recorded: Recorded, again: Store, resource: Resource, seq: int) -> Compared:
    """Compare a dataset that the job wrote, by its rows or files; the order of rows is not looked at."""
    try:
        published = _output(recorded.store, resource, recorded.entry.branch, recorded.entry.seq)
        found = diff(published, _output(again, resource, recorded.entry.branch, seq), limit=0)
    except (StoreError, NotFoundError, UsageError) as error:
        return Compared("dataset", resource.alias, "not compared", str(error))
    noun = "file" if found.kind == "files" else "row"
    if found.is_empty:
        return Compared("dataset", resource.alias, "equal", counted(found.counts[0], noun))
    columns = f", columns {', '.join(change.name for change in found.columns)}" if found.columns else ""
    changed = f", {found.changed:,} changed" if found.changed else ""
    return Compared(
        "dataset",
        resource.alias,
        "different",
        f"{counted(found.added, noun)} more, {found.removed:,} less{changed}{columns}",
    )


def _output(store: Store, resource: Resource, branch: str, seq: int) -> TableView:
    view = store.view_table(store.table_of(resource, branch), seq)
    if view is None or view.seq != seq:
        raise NotFoundError(f"{resource} is not there any more as commit #{seq} left it.")
    check_whole(view, resource)
    return view
