"""The values of experiments as arrays: those of many in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from palantir_models.experiment.columns.points import Points
from palantir_models.reading.facts import ExperimentFacts, source_of
from palantir_models.reading.sources import Source


def sources_of(experiments: Iterable[ExperimentFacts]) -> list[tuple[Source, list[str]]]:
    """Return where experiments are, each place once with the ids of those that are there: for reading in one go."""
    found: dict[int, tuple[Source, list[str]]] = {}
    for one in experiments:
        source = source_of(one)
        found.setdefault(id(source), (source, []))[1].append(one.experiment_id)
    return list(found.values())


def points_of(
    experiments: Iterable[ExperimentFacts], series: Sequence[str] | None = None, timestamps: bool = False
) -> dict[str, dict[str, Points]]:
    """Read metric values of experiments, in one go for all that one place has.

    The arrays of one place share their memory, which is free when none of them is used any more.

    :param experiments: the experiments, of one model or several.
    :param series: the series to read; all when not given. An experiment may lack some.
    :param timestamps: also read when each value was logged.
    :returns: the points by series, by the experiment's id; one that logged none of them has none.
    """
    chosen = list(experiments)
    found: dict[str, dict[str, Points]] = {one.experiment_id: {} for one in chosen}
    for source, ids in sources_of(chosen):
        for identity, name, points in source.points(ids, series, timestamps):
            found[identity][name] = points
    return found
