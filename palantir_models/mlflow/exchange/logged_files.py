"""What the files of a run hold that MLflow's own calls, or others, put there: images, plots and tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.media.images import Png, png
from palantir_models.experiment.media.tables import Table, encoded
from palantir_models.mlflow.exchange import media_files, tags
from palantir_models.mlflow.exchange.run_files import RunFiles
from transforms.common.json_text import from_json

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.entities import Run

_MOST_ROWS = 2**63 - 1


class Medium(NamedTuple):
    """An image or a plot.

    Attributes:
        series: its series.
        step: its step.
        time: when it was logged, in milliseconds since 1970.
        content: the image, or the JSON of the figure.
    """

    series: str
    step: int
    time: int
    content: Any


@dataclass
class LoggedFiles:
    """What files hold.

    Attributes:
        images: the images.
        plots: the plots.
        tables: the tables by name.
        not_kept: what has no place in an experiment, and how often it was there.
    """

    images: list[Medium] = field(default_factory=list)
    plots: list[Medium] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)
    not_kept: Counter[str] = field(default_factory=Counter)


def read_logged_files(files: RunFiles, run: Run, known: Collection[str] = ()) -> LoggedFiles:
    """Read the files of a run.

    :param files: its files.
    :param run: the run, whose tags tell which files are tables.
    :param known: files and folders that are left out.
    :returns: what they hold.
    """
    logged = LoggedFiles()
    end = int(run.info.end_time or run.info.start_time or 0)
    listed = list(_listed(files, "", known, logged.not_kept))
    tables = {one["path"] for one in _json_list(run.data.tags.get(tags.LOGGED_ARTIFACTS)) if "path" in one}
    for file in listed:
        stem, suffix = str(PurePosixPath(file).with_suffix("")), PurePosixPath(file).suffix
        if suffix == ".webp" and _is_thumbnail(file, listed):
            continue
        if suffix == ".png" and (image := _png(files, file)) is not None:
            logged.images.append(Medium(*(media_files.step_image(file) or (stem, 0, end)), image))
        elif suffix == ".html" and (figure := _figure(files, file)) is not None:
            logged.plots.append(Medium(stem, 0, end, figure))
        elif file in tables and (content := _table(files, stem, file)) is not None:
            logged.tables[stem] = content
        else:
            logged.not_kept[f"{suffix} file" if suffix else "file"] += 1
    return logged


def _listed(files: RunFiles, folder: str, known: Collection[str], not_kept: Counter[str]) -> Iterator[str]:
    """Yield the files below a folder that are not known; of one that holds a model none."""
    entries = files.listed(folder)
    if any(entry.name == "MLmodel" for entry in entries):
        not_kept["model"] += 1
        return
    for entry in entries:
        if files.leaves(entry.path):
            not_kept["link that leads out of the run"] += 1
        elif entry.path in known:
            continue
        elif entry.is_folder:
            yield from _listed(files, entry.path, known, not_kept)
        else:
            yield entry.path


def _png(files: RunFiles, file: str) -> Png | None:
    if (content := _read_odd(files, file)) is not None:
        with suppress(ExperimentError):  # it is called .png and is none
            image = png(content)
            return image if isinstance(image, Png) else image.result()
    return None


def _read_odd(files: RunFiles, file: str) -> bytes | None:
    """Read a file whose name MLflow's servers may refuse; None where they do."""
    if "#" not in file:
        return files.read(file)
    from mlflow.exceptions import MlflowException
    from requests import HTTPError

    try:
        return files.read(file)
    except (MlflowException, HTTPError):  # images of 3.10 and before, with a slash in their key
        return None


def _figure(files: RunFiles, file: str) -> str | None:
    with suppress(UnicodeDecodeError):
        return media_files.figure_of_page(files.read(file).decode())
    return None


def _table(files: RunFiles, name: str, file: str) -> Table | None:
    with suppress(ValueError):
        frame = media_files.table_frame(file, files.read(file))
        try:
            return encoded(name, frame, None, _MOST_ROWS)
        except ExperimentError:  # columns of several types
            return encoded(name, _as_text(frame), None, _MOST_ROWS)
    return None


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns of mixed values are their JSON."""

    def text(value: object) -> str | None:
        return value if value is None or isinstance(value, str) else json.dumps(value, default=str)

    mixed = [column for column in frame.columns if frame[column].dtype == object]
    return frame.assign(**{column: frame[column].map(text) for column in mixed})


def _is_thumbnail(file: str, listed: Sequence[str]) -> bool:
    return any(file == media_files.thumbnail_file(other) for other in listed if other.endswith(".png"))


def _json_list(text: str | None) -> list[dict[str, Any]]:
    with suppress(ValueError):
        entries = from_json(text or "[]")
        return [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return []
