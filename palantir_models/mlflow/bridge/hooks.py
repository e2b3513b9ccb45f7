"""Methods of MLflow that are replaced while a block runs, as its stores see files where a caller had more.

A figure comes with its data, a table with its types, an image with its step and in its turn. And a model would be
written to the disk, and its requirements looked for by a process that imports it, to be dropped.
"""

from __future__ import annotations

import functools
import inspect
import json
import posixpath
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import mlflow
from mlflow.entities import RunTag
from mlflow.models import Model
from mlflow.tracking import MlflowClient
from mlflow.tracking.multimedia import Image, convert_to_pil_image

from palantir_models.experiment.media.plots import is_figure
from palantir_models.mlflow.bridge import entry, live
from palantir_models.mlflow.bridge.experiment_names import of_file
from palantir_models.mlflow.bridge.run import Run
from palantir_models.mlflow.bridge.tracking_store import noted, tracking_store
from palantir_models.mlflow.bridge.uris import TRACKING_URI

_TABLES_TAG = "mlflow.loggedArtifacts"  # load_table looks for it


def install(stack: ExitStack) -> None:
    """Replace the methods until a stack is closed.

    :param stack: puts them back.
    """
    for owner, name, made in (
        (MlflowClient, "log_figure", _log_figure),
        (MlflowClient, "log_image", _log_image),
        (MlflowClient, "log_table", _log_table),
        (Model, "log", _log_model),
    ):
        original = inspect.getattr_static(owner, name)
        stack.callback(setattr, owner, name, original)
        setattr(owner, name, made(original))


def _log_figure(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def log_figure(self: Any, run_id: str, figure: Any, artifact_file: str, *args: Any, **kwargs: Any) -> Any:
        run = live.find(run_id)
        if run is not None and is_figure(figure):
            with noted(run):
                run.log_plot(artifact_file, figure)
            return None
        if run is not None and _is_drawn(figure) and not artifact_file.endswith(".png"):
            artifact_file = of_file(artifact_file) + ".png"
            chosen = kwargs.get("save_kwargs") or {}
            kwargs["save_kwargs"] = {name: value for name, value in chosen.items() if name != "format"}
        return original(self, run_id, figure, artifact_file, *args, **kwargs)

    return log_figure


def _is_drawn(figure: Any) -> bool:
    figures = sys.modules.get("matplotlib.figure")
    return figures is not None and isinstance(figure, figures.Figure)


def _log_image(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def log_image(
        self: Any,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> Any:
        run, picture = live.find(run_id), _as_picture(image, arrays=True)
        both = artifact_file is not None and (key, step, timestamp) != (None, None, None)
        if run is None or picture is None or both or (artifact_file is None and key is None):
            return original(self, run_id, image, artifact_file, key, step, timestamp, synchronous)
        with noted(run):
            if key is not None:
                run.log_image(key, picture, step or 0)
            elif artifact_file is not None:
                run.log_image(of_file(artifact_file), picture, None)
        return None

    return log_image


def _as_picture(image: Any, arrays: bool = False) -> Any:
    """Return an image as a Pillow image, or None if MLflow does not take it either."""
    from PIL.Image import Image as Picture

    if isinstance(image, Image):
        return image.to_pil()
    if isinstance(image, Picture):
        return image
    numpy = sys.modules.get("numpy")
    if arrays and numpy is not None and isinstance(image, numpy.ndarray):
        return convert_to_pil_image(image)
    return None


def _log_table(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def log_table(self: Any, run_id: str, data: Any, artifact_file: str) -> Any:
        import pandas

        run = live.find(run_id)
        suits = isinstance(data, (dict, pandas.DataFrame)) and artifact_file.endswith((".json", ".parquet"))
        if run is None or not suits:
            return original(self, run_id, data, artifact_file)
        path = posixpath.normpath(artifact_file)
        with noted(run):
            frame = _without_images(run, path, _as_frame(data))
            before = run.table(path)
            run.log_table(path, frame if before is None else pandas.concat([before, frame], ignore_index=True))
        listed = json.dumps([{"path": one, "type": "table"} for one in run.table_paths])
        run.set_tags([RunTag(_TABLES_TAG, listed)])
        return None

    return log_table


def _as_frame(data: Any) -> Any:
    import pandas

    if isinstance(data, pandas.DataFrame):
        return data.reset_index(drop=True)
    try:
        return pandas.DataFrame(data)
    except ValueError:  # of scalars alone
        return pandas.DataFrame([data])


def _without_images(run: Run, path: str, frame: Any) -> Any:
    """Log images in a table's cells as images of their own, and put their names in place of them."""
    first = 0 if run.table(path) is None else len(run.table(path))
    for column in frame.select_dtypes("object").columns:
        pictures = [_as_picture(cell) for cell in frame[column]]
        if any(picture is not None for picture in pictures):
            name, cells = f"{of_file(path)}/{column}", []
            for row, (cell, picture) in enumerate(zip(frame[column], pictures, strict=True), start=first):
                if picture is not None:
                    run.log_image(name, picture, row)
                cells.append(cell if picture is None else f"image {name}, step {row}")
            frame = frame.assign(**{column: cells})
    return frame


def _log_model(original: Any) -> Any:
    signature = inspect.signature(original.__func__)

    @functools.wraps(original.__func__)
    def log(cls: Any, *args: Any, **kwargs: Any) -> Any:
        if mlflow.get_tracking_uri() != TRACKING_URI:
            return original.__func__(cls, *args, **kwargs)
        given = signature.bind(cls, *args, **kwargs)
        given.apply_defaults()
        return _dropped_model(cls, given.arguments)

    return classmethod(log)


def _dropped_model(cls: Any, given: dict[str, Any]) -> Any:
    """Return what logging a model returns; of the model itself nothing is kept."""
    active = mlflow.active_run()
    run_id = given["run_id"] or (None if active is None else active.info.run_id)
    run = live.find(run_id or "")
    if given["registered_model_name"] is not None:
        if run is None:
            entry.model_registry_store()
        else:
            with noted(run):
                entry.model_registry_store()
    store = tracking_store()
    if given["model_id"] is not None:
        described = store.get_logged_model(given["model_id"])
    else:
        described = store.create_logged_model("", given["name"] or given["artifact_path"], run_id)
    model = cls(
        artifact_path=described.artifact_location,
        run_id=run_id,
        model_uuid=described.model_id,
        model_id=described.model_id,
        signature=given["kwargs"].get("signature") or None,
        metadata=given["metadata"],
    )
    return model.get_model_info(described)
