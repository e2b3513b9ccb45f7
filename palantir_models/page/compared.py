"""A comparison with all that is needed to draw it anywhere: what its experiments are, and a chart of each metric."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from palantir_models.page.answers import as_json
from palantir_models.page.axes import STEP
from palantir_models.page.buckets import Curve
from palantir_models.page.charts import chart_of
from palantir_models.page.columns import Held
from palantir_models.page.experiments import table_of
from palantir_models.page.parameters import parameters_of
from palantir_models.page.wire import packed

if TYPE_CHECKING:
    from palantir_models.reading.comparison import Comparison
    from palantir_models.reading.experiment import RecordedExperiment

POINTS = 600
"""Into how many pieces the values of a metric are cut, where they are more than twice as many."""

_NOTHING = Curve.of(np.empty(0), np.empty(0))


def comparison_json(
    comparison: Comparison[RecordedExperiment],
    title: str,
    points: int = POINTS,
    ranks: Mapping[str, int] | None = None,
) -> str:
    """Return a comparison as JSON, as ``ui/src/report/data.ts`` reads it.

    :param comparison: the experiments.
    :param title: what stands above them.
    :param points: into how many pieces the values of a metric are cut where they are more than twice as many; of each piece
        its least, its greatest and its last value are kept, so that no spike is lost.
    :param ranks: the numbers that give the experiments their colours, by id; their places where it is not given. With
        :attr:`~palantir_models.reading.model.Model.ranks` the colours are those of the page.
    """
    experiments = comparison.experiments
    places = {one.experiment_id: place for place, one in enumerate(experiments)}
    table = table_of(experiments, parameters_of(experiments), [comparison.summaries.polars()], places, {})
    table["columns"]["name"] = comparison.labels
    content = {
        "title": title,
        "made": datetime.now(UTC),
        "by": f"transforms-on-delta {version('transforms-on-delta')}",
        "experiments": table,
        "looks": [(ranks or places).get(identity, place) for identity, place in places.items()],
        "charts": _charts(comparison, points),
    }
    return as_json(content).decode()


def _charts(comparison: Comparison[RecordedExperiment], points: int) -> dict[str, str]:
    """Return each metric as the page's server answers it, in base64; those that most experiments have come first."""
    logged = comparison.points()
    names = Counter(name for series in logged.values() for name in series)
    charts = {}
    for name, _ in names.most_common():
        curves = {
            identity: Held.of(series[name]).curve if name in series else _NOTHING for identity, series in logged.items()
        }
        head, columns = chart_of(curves, points)
        charts[name] = base64.b64encode(packed({"series": name, "x": STEP, **head}, columns)).decode()
    return charts
