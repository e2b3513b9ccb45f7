"""Small helpers of ``palantir_models.transforms``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from transforms.errors import TransformTypeError
from transforms.spec.transform import Transform

T = TypeVar("T")


def copy_model_to_driver(filesystem: Any) -> str:
    """Copy the files of a dataset into a local folder.

    Follows the public page integrate-models/model-asset-files.

    :param filesystem: what ``filesystem()`` of an input returns.
    :returns: the folder; it is temporary, and yours to delete.
    """
    folder = Path(tempfile.mkdtemp(prefix="model-"))
    for status in filesystem.ls(show_hidden=True):
        place = folder / status.path
        place.parent.mkdir(parents=True, exist_ok=True)
        with filesystem.open(status.path, "rb") as source, open(place, "wb") as target:
            shutil.copyfileobj(source, target)
    return str(folder)


def evaluation(evaluation_set_name: str) -> Callable[[T], T]:
    """Mark a transform as an evaluation of the models that it reads.

    Follows the public page integrate-models/evaluation-reference. This version declares evaluations; a transform that is
    one refuses to run.

    :param evaluation_set_name: the name of the evaluation set; not empty.
    :returns: a decorator for a transform.
    :raises TransformTypeError: if the name is no text or empty.
    """
    if not isinstance(evaluation_set_name, str) or not evaluation_set_name:
        raise TransformTypeError("evaluation() takes the name of the evaluation set: text that is not empty.")

    def decorate(transform: T) -> T:
        if not isinstance(transform, Transform):
            raise TransformTypeError(f"@evaluation goes on top of a transform; got {transform!r}.")
        transform.refusals.append("Evaluations are not available in this version; remove @evaluation.")
        return transform

    return decorate
