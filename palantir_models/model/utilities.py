"""Small helpers of ``palantir_models.transforms``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any


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
