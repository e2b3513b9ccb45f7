"""Images, plots and tables of experiments and evaluations: which there are, and each by its owner's id, its series and step."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from palantir_models.page import chosen
from palantir_models.page.answers import Refusal, exact, saved
from palantir_models.page.asked import Asked, experiment_of
from palantir_models.page.datasets import cells
from palantir_models.page.evaluations import evaluations_by_id

if TYPE_CHECKING:
    import polars as pl

    from palantir_models.reading.evaluation import RecordedEvaluation
    from palantir_models.reading.experiment import RecordedExperiment
    from palantir_models.reading.sources import Source

_COLUMNS: Mapping[str, Sequence[str]] = {
    "image": ("series", "step", "caption", "width", "height"),
    "plot": ("series", "step", "caption"),
    "table": ("name", "description", "row_count"),
}
_FORMATS: Mapping[str, str] = {"image": "png", "plot": "plotly", "table": "parquet"}
# What was logged under a series and a step never changes.
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_MOST_ROWS = 1000


def media(asked: Asked) -> dict[str, Any]:
    """Return which images, plots or tables some experiments, or evaluations, have, by series; none of them is read."""
    import polars as pl

    kind = asked.place("kind")
    if kind not in _COLUMNS:
        raise Refusal(404, "There is no such kind", f"{kind[:40]!r} is none of image, plot and table.")
    columns = _COLUMNS[kind]
    wanted = asked.ids()
    parts = [
        source.part(f"{kind}s", ids).select("experiment_id", *columns).collect()
        for source, ids in _sources(asked, wanted)
    ]
    order = {identity: place for place, identity in enumerate(wanted)}
    series: dict[str, list[dict[str, Any]]] = {}
    rows = pl.concat(parts).rows(named=True)
    for row in sorted(rows, key=lambda row: (row.get("step") or 0, order[row["experiment_id"]])):
        series.setdefault(row[columns[0]], []).append(_entry(kind, row))
    return {"series": [{"name": name, "entries": series[name]} for name in sorted(series)]}


def image(asked: Asked) -> Response:
    """Return the bytes of an image, always as the PNG that it is."""
    one, series, step = _place(asked)
    content = _only(one.images(series).polars(lazy=True), step, "png")
    headers = _FOREVER | (saved(f"{one.name}-{series}-{step}.png") if asked.flag("download") else {})
    return Response(content, headers=headers, media_type="image/png")


def plot(asked: Asked) -> Response:
    """Return the figure of a plot as JSON, as it was logged."""
    one, series, step = _place(asked)
    content = _only(one.plots(series).polars(lazy=True), step, "figure")
    headers = _FOREVER | (saved(f"{one.name}-{series}-{step}.json") if asked.flag("download") else {})
    return Response(content, headers=headers, media_type="application/json")


def table(asked: Asked) -> dict[str, Any] | Response:
    """Return rows of a table that was logged, or all of it as a Parquet file to be saved."""
    one, name = _owner(asked), asked.place("name")
    if asked.flag("download"):
        content = io.BytesIO()
        one.tables[name].polars().write_parquet(content)
        headers = _FOREVER | saved(f"{one.name}-{name}.parquet")
        return Response(content.getvalue(), headers=headers, media_type="application/vnd.apache.parquet")
    offset, limit = asked.whole("offset", 0, 0, 2**62), asked.whole("limit", 100, 1, _MOST_ROWS)
    frame = one.tables[name].polars()
    return {
        "columns": [{"name": column, "type": str(kind)} for column, kind in frame.schema.items()],
        "rows": cells(frame.slice(offset, limit).rows()),
        "count": frame.height,
        "description": one.tables.description(name),
    }


def _entry(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["experiment_id"],
        "step": exact(row.get("step")),
        "caption": row.get("caption", row.get("description")),
        "width": row.get("width"),
        "height": row.get("height"),
        "rows": row.get("row_count"),
        "format": _FORMATS[kind],
    }


def _sources(asked: Asked, ids: Sequence[str]) -> list[tuple[Source, list[str]]]:
    """Return where the contents of experiments or of evaluations are, each with the ids of those that are there."""
    from palantir_models.reading.evaluations import sources_of_evaluations
    from palantir_models.reading.points import sources_of

    evaluated = evaluations_by_id(asked)
    if evaluated.keys() >= set(ids):
        return sources_of_evaluations([evaluated[identity] for identity in ids])
    return sources_of(chosen.experiments(asked, ids))


def _owner(asked: Asked) -> RecordedExperiment | RecordedEvaluation:
    identity = experiment_of(asked.place("id"))
    found = evaluations_by_id(asked).get(identity)
    if found is not None:
        return found
    (one,) = chosen.experiments(asked, [identity])
    return one


def _place(asked: Asked) -> tuple[RecordedExperiment | RecordedEvaluation, str, int]:
    return _owner(asked), asked.place("series"), int(asked.place("step"))


def _only(rows: pl.LazyFrame, step: int, column: str) -> bytes | str:
    """Return the content of the one row of a step."""
    import polars as pl

    found = rows.filter(pl.col("step") == step).select(column).collect()
    if found.is_empty():
        raise Refusal(404, "There is nothing at this step", f"The series has nothing at step {step}.")
    content: bytes | str = found.item(0, 0)
    return content
