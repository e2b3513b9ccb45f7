"""Images, plots and tables as files of a run, in the places and forms that MLflow's page shows them from."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.mlflow.exchange.mlflow_keys import file_key
from transforms.common.json_text import from_json

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_THUMBNAIL = (256, 256)
# MLflow puts + between the parts of an image's file name since 3.11, and put % there before.
_IMAGE = re.compile(r"images/(?P<key>.+)(?P<sign>[+%])step(?P=sign)(?P<step>-?\d+)(?P=sign)timestamp(?P=sign)(?P<time>\d+)"
                    r"(?P=sign)[^/+%]+\.png")  # fmt: skip
_NEW_PLOT = re.compile(r"Plotly\.newPlot\(\s*([\"'])[^\"']*\1\s*,\s*(?=\[)")
_ADD_FRAMES = re.compile(r"Plotly\.addFrames\(\s*([\"'])[^\"']*\1\s*,\s*(?=\[)")
_COMMA = re.compile(r"\s*,\s*(?=\{)")
_DECODER = json.JSONDecoder()


class StepImage(NamedTuple):
    """What the name of an image's file tells.

    Attributes:
        series: the image series.
        step: the step that MLflow's ``log_image`` was given.
        time: when it was logged, in milliseconds since 1970.
    """

    series: str
    step: int
    time: int


def image_file(series: str, step: int, moment: datetime) -> str:
    """Return the name that MLflow's ``log_image(key=, step=)`` gives an image; always the same for the same image."""
    identity = uuid.uuid5(uuid.NAMESPACE_OID, f"{series}\n{step}")
    return f"images/{file_key(series)}+step+{step}+timestamp+{milliseconds(moment)}+{identity}.png"


def step_image(path: str) -> StepImage | None:
    """Return what the name of a file tells if MLflow's ``log_image(key=, step=)`` made it."""
    match = _IMAGE.fullmatch(path)
    if match is None:
        return None
    slash = "~" if match["sign"] == "+" else "#"
    return StepImage(match["key"].replace(slash, "/"), int(match["step"]), int(match["time"]))


def thumbnail_file(image: str) -> str:
    """Return the name of the small copy that MLflow's page shows of an image."""
    return f"{image.removesuffix('.png')}{'%' if '%step%' in image else '+'}compressed.webp"


def save_image(folder: Path, file: str, png: bytes) -> list[str]:
    """Write an image, as it is, and its small copy.

    :returns: the names of both files.
    """
    from PIL import Image

    _write(folder / file, png)
    with Image.open(io.BytesIO(png)) as image:
        small = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    small.thumbnail(_THUMBNAIL)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP")
    _write(folder / thumbnail_file(file), buffer.getvalue())
    return [file, thumbnail_file(file)]


def save_plot(folder: Path, series: str, step: int, figure: str) -> list[str]:
    """Write a plot as JSON, as it is, and as the page that MLflow's ``log_figure`` makes.

    :returns: the names of both files, the JSON first.
    """
    import plotly.io

    stem = f"plots/{file_key(series)}+step+{step}"
    _write(folder / f"{stem}.json", figure.encode())
    page = plotly.io.to_html(plotly.io.from_json(figure, skip_invalid=True), include_plotlyjs="cdn", validate=False)
    _write(folder / f"{stem}.html", page.encode())
    return [f"{stem}.json", f"{stem}.html"]


def save_table(folder: Path, name: str, parquet: bytes) -> list[str]:
    """Write a table as Parquet, as it is, and as the JSON that MLflow's ``log_table`` makes.

    :returns: the names of both files, the Parquet file first.
    """
    import pyarrow.parquet as pq

    stem = f"tables/{file_key(name)}"
    _write(folder / f"{stem}.parquet", parquet)
    _write(folder / f"{stem}.json", _split_json(pq.read_table(io.BytesIO(parquet))).encode())
    return [f"{stem}.parquet", f"{stem}.json"]


def table_frame(file: str, content: bytes) -> pd.DataFrame:
    """Return a table that MLflow's ``log_table`` wrote.

    :param file: the file's name.
    :param content: what it holds.
    :raises ValueError: if it holds no table.
    """
    import pandas as pd

    if file.endswith(".parquet"):
        return pd.read_parquet(io.BytesIO(content))
    found = from_json(content)  # not by pandas, which takes text such as 007 for numbers
    try:
        return pd.DataFrame(found["data"], columns=found["columns"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file} holds no table: {error}") from error


def figure_of_page(page: str) -> str | None:
    """Return the JSON of the figure that a page made by Plotly shows; None where it shows none, or several."""
    calls = list(_NEW_PLOT.finditer(page))
    if len(calls) != 1:
        return None
    try:
        data, position = _DECODER.raw_decode(page, calls[0].end())
        between = _COMMA.match(page, position)
        if between is None:
            return None
        figure = {"data": data, "layout": _DECODER.raw_decode(page, between.end())[0]}
        if frames := _ADD_FRAMES.search(page, position):
            figure["frames"] = _DECODER.raw_decode(page, frames.end())[0]
    except (ValueError, RecursionError):
        return None
    return json.dumps(figure, ensure_ascii=False)


def milliseconds(moment: datetime) -> int:
    """Return a time as MLflow has it: whole milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _split_json(table: pa.Table) -> str:
    columns = [column.to_pylist() for column in table.columns]
    return json.dumps(
        {"columns": table.column_names, "data": [[_json(cell) for cell in row] for row in zip(*columns, strict=True)]},
        ensure_ascii=False,
        allow_nan=False,
    )


def _json(value: Any) -> Any:
    """Return a cell as JSON has it: what is not finite as null, times in ISO 8601, bytes in Base64."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [_json(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): _json(part) for name, part in value.items()}
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
