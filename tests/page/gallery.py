"""Experiments with images, plots and tables, and some with whatever a hostile person could log."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
import polars as pl
from PIL import Image

from palantir_models.transforms import ModelOutput
from transforms.api import Input, Output, transform

STEPS = {"early": (0, 1, 2, 3), "sparse": (0, 2), "late": (2, 3)}
ROWS = 500
TAKEN = '<img src=x onerror="document.title=`taken`">'
ELSEWHERE = "https://elsewhere.test"


@transform.using(model=ModelOutput("/gallery/painter"))
def gallery_study(model: Any) -> None:
    """Log images and plots at steps of which experiments share some, and a table each; one logs only numbers."""
    for place, (name, steps) in enumerate(STEPS.items()):
        experiment = model.create_experiment(name=name)
        for step in steps:
            picture = Image.new("RGB", (16, 12), (60 * step, 80 * place, 90))
            experiment.log_image("samples/painting", picture, caption=f"{name} after {step}", step=step)
            experiment.log_plot(
                "samples/shape", go.Figure(go.Scatter(y=[step, 1, 2])), caption=f"{name} {step}", step=step
            )
        table = pl.DataFrame(
            {
                "item": [f"{name} {row}" for row in range(ROWS)],
                "score": [None if row == 7 else float((row * 37) % ROWS) for row in range(ROWS)],
            }
        )
        experiment.log_table("ranking", table, description=f"Best of {name}")
    model.create_experiment(name="numbers").log_metric("loss", 0.5)


@transform.using(model=ModelOutput("/gallery/hostile"), written=Output(f"/gallery/{TAKEN.replace('/', '')}"))
def hostile_study(model: Any, written: Any) -> None:
    """Plant script wherever a name or a text is kept."""
    experiment = model.create_experiment(name=TAKEN)
    experiment.log_params({TAKEN: TAKEN})
    experiment.log_metric(TAKEN, 1.0)
    experiment.log_image(TAKEN, Image.new("RGB", (8, 8)), caption=TAKEN)
    experiment.log_plot(TAKEN, go.Figure(go.Bar(x=[TAKEN], y=[1]), {"title": {"text": TAKEN}}), caption=TAKEN)
    experiment.log_table(TAKEN, pl.DataFrame({TAKEN: [TAKEN]}), description=TAKEN)
    written.write_table(pl.DataFrame({"<b>column</b>": [TAKEN]}))


@transform.using(model=ModelOutput("/gallery/figures"))
def figures_study(model: Any) -> None:
    """Log a plot of the name of each hostile figure, in whose place the browser gets that figure."""
    experiment = model.create_experiment(name="figures")
    for named in HOSTILE_FIGURES:
        experiment.log_plot(named, go.Figure(go.Scatter(y=[1, 2])))


@transform.using(model=ModelOutput("/gallery/failed"), read=Input(f"/gallery/{TAKEN.replace('/', '')}"))
def hostile_failure(model: Any, read: Any) -> None:
    """Fail with script in the error."""
    model.create_experiment(name="failed").log_metric("loss", 1.0)
    raise ValueError(TAKEN)


def _figure(trace: dict[str, Any], **layout: Any) -> str:
    return json.dumps({"data": [{"type": "scatter", "y": [1, 3, 2], **trace}], "layout": layout})


_SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload='top.document.title=`taken`'><image href='{ELSEWHERE}'/></svg>"

HOSTILE_FIGURES = {
    "a link that is script": _figure({}, title={"text": "<a href='javascript:top.document.title=`taken`'>title</a>"}),
    "a link that is data": _figure({}, title={"text": f'<a href="data:text/html,{TAKEN}">title</a>'}),
    "a scheme broken by a tab": _figure(
        {}, title={"text": "<a href='java\tscript:top.document.title=`taken`'>title</a>"}
    ),
    "a link that takes the whole tab": _figure({}, title={"text": f"<a href='{ELSEWHERE}/' target='_top'>title</a>"}),
    "an image in a title": _figure({}, title={"text": f"{TAKEN} title"}),
    "an SVG in a label": _figure({}, annotations=[{"text": _SVG, "x": 1, "y": 1}]),
    "a script in what hovering shows": _figure(
        {"hovertemplate": f"<script>top.document.title='taken'</script>{TAKEN}"}
    ),
    "an image from elsewhere": _figure({}, images=[{"source": f"{ELSEWHERE}/x.png", "xref": "paper", "yref": "paper"}]),
    "an SVG as an image": _figure(
        {}, images=[{"source": f"data:image/svg+xml,{_SVG}", "xref": "paper", "yref": "paper"}]
    ),
    "a style from elsewhere": _figure(
        {"marker": {"color": f"url({ELSEWHERE}/x)"}}, font={"family": f"url({ELSEWHERE}/f)"}
    ),
    "keys of the prototype": '{"data": [{"y": [1], "__proto__": {"taken": 1}}], "layout": {"__proto__": {"taken": 1}}}',
    "a map with tiles from elsewhere": _figure(
        {"type": "scattermap", "lat": [1], "lon": [1]}, map={"style": f"{ELSEWHERE}/style.json"}
    ),
    "no figure at all": TAKEN,
}
