"""Data that is added to a dataset between two runs of a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transforms.common.folders import files_in
from transforms.spec.datasets import Output
from transforms.spec.decorators import transform
from transforms.spec.transform import Transform


def adding(alias: str, content: Any) -> Transform:
    """Return a transform that adds rows or files to a dataset.

    :param alias: the dataset.
    :param content: a frame; or files, as a mapping of paths inside the dataset to bytes or text, or the path of a folder.
    """
    if isinstance(content, (str, Path)):
        content = {path: place.read_bytes() for path, place in files_in(Path(content), alias).items()}

    @transform.using(out=Output(alias))
    def put(out: Any) -> None:
        out.set_mode("append")
        if not isinstance(content, Mapping):
            out.write_table(content)
            return
        for path, text in content.items():
            with out.filesystem().open(path, "wb") as file:
                file.write(text.encode() if isinstance(text, str) else text)

    return put
