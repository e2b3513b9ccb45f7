"""A comparison in a notebook, drawn by the page's own charts, beside the display that needs no scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.page.compared import POINTS, comparison_json
from palantir_models.page.report import bundled
from transforms.common.text import counted
from transforms.errors import MissingExtraError

if TYPE_CHECKING:
    from palantir_models.reading.comparison import Comparison
    from palantir_models.reading.experiment import RecordedExperiment


def widget(
    comparison: Comparison[RecordedExperiment],
    title: str | None = None,
    points: int = POINTS,
    ranks: Mapping[str, int] | None = None,
) -> Any:
    """Return a comparison as a widget: as the last expression of a cell it is drawn.

    The other parameters are those of :func:`~palantir_models.page.compared.comparison_json`.

    :param comparison: what ``model.compare(...)`` returned.
    :param title: what stands above it; by default, how many experiments there are.
    :returns: an ``anywidget.AnyWidget``.
    :raises MissingExtraError: if anywidget is not installed, or this checkout has no bundle of the page's scripts.
    """
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtraError(
            "A widget needs anywidget, which is not installed. Type: pip install 'transforms-on-delta[widget]'"
        ) from None
    title = counted(len(comparison.experiments), "experiment") if title is None else title
    made = anywidget.AnyWidget(_esm=bundled("widget.js"))
    made.add_traits(
        data=traitlets.Unicode(comparison_json(comparison, title, points, ranks)).tag(sync=True),
        style=traitlets.Unicode(bundled("widget.css")).tag(sync=True),
    )
    return made
