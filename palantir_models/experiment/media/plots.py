"""What may be logged as a plot, as the Plotly JSON that is stored."""

from __future__ import annotations

from palantir_models.experiment.errors import ExperimentError, ExperimentTypeError


def plotly_json(figure: object) -> str:
    """Return the JSON of a Plotly figure as it is now; what happens to the figure later changes nothing.

    :param figure: a ``plotly.graph_objects.Figure``.
    :returns: its JSON, as Plotly writes it.
    :raises ExperimentTypeError: for an object of another type.
    :raises ExperimentError: for a figure holding something that JSON cannot.
    """
    if not is_figure(figure):
        kind = type(figure)
        hint = " Pass plotly.graph_objects.Figure(it)." if kind.__module__.startswith("plotly") else ""
        hint = " Log a Matplotlib figure with log_image." if kind.__module__.startswith("matplotlib") else hint
        raise ExperimentTypeError(
            f"A plot must be a plotly.graph_objects.Figure, not {kind.__module__}.{kind.__qualname__}.{hint}"
        )
    import plotly.io

    try:
        text: str = plotly.io.to_json(figure, validate=False)
        text.encode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ExperimentError(f"The Plotly figure cannot be written as JSON: {error}") from error
    return text


def is_figure(figure: object) -> bool:
    """Whether something is a Plotly figure."""
    if not any(kind.__module__.startswith("plotly.") for kind in type(figure).__mro__):
        return False  # and Plotly, which is slow to import, may not be loaded
    import plotly.graph_objects

    return isinstance(figure, plotly.graph_objects.Figure)
