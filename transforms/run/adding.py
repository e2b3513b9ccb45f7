"""Adding data that no transform made to what a dataset has: a job of its own, whose transform only writes it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transforms.common.folders import files_in
from transforms.config import Config
from transforms.run.job import JobOptions, run_job
from transforms.spec.datasets import Output
from transforms.spec.decorators import transform
from transforms.store.entry import Entry
from transforms.store.store import Store


@dataclass(frozen=True)
class Addition:
    """Data that is added to a dataset.

    Attributes:
        alias: the dataset.
        content: a frame of any kind that can be staged; or, for raw files, the path of a folder or a mapping of paths inside
            the dataset to bytes, text, or the path of a file.
        descriptions: descriptions of columns; for rows only.
    """

    alias: str
    content: Any
    descriptions: Mapping[str, str] = field(default_factory=dict)


def add(store: Store, config: Config, addition: Addition, options: JobOptions) -> Entry:
    """Add rows or files to a dataset in one commit; one that is not there yet begins with them.

    :param store: the store.
    :param config: the project's configuration; on a branch without the dataset, what its fallback branches have is gone on from.
    :param addition: what is added.
    :param options: the branch, and how long to wait for another job.
    :returns: the ledger's row.
    :raises TransformsError: if the rows do not fit those that are there, or a file of that path is; nothing is committed.
    """
    content = addition.content

    @transform.using(out=Output(addition.alias))
    def put(out: Any) -> None:
        out.set_mode("append")
        files = files_in(Path(content), addition.alias) if isinstance(content, (str, Path)) else content
        if isinstance(files, Mapping):
            _write_files(out.filesystem(), files)
        else:
            out.write_table(files, column_descriptions=addition.descriptions)

    job = run_job(put, store, config, options)
    if job.error is not None:
        raise job.error
    assert job.entry is not None
    return job.entry


def _write_files(files: Any, contents: Mapping[str, Any]) -> None:
    for path, content in contents.items():
        with files.open(path, "wb") as file:
            if isinstance(content, Path):
                with content.open("rb") as source:
                    shutil.copyfileobj(source, file)
            else:
                file.write(content.encode() if isinstance(content, str) else content)
        if isinstance(content, Path):
            times = content.stat()
            os.utime(file.name, ns=(times.st_atime_ns, times.st_mtime_ns))
