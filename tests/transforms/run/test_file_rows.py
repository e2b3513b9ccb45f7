"""A raw file has the same row whoever wrote it."""

from __future__ import annotations

import os
from pathlib import Path

from transforms.api import Output, transform
from transforms.engine.local.reading import read_polars
from transforms.run.file_rows import committed_files
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import raw_files

_TIME_SECONDS = 1_700_000_000.123


def test_a_file_that_is_put_and_one_that_a_job_writes_have_the_same_row(run_transform, store, tmp_path: Path) -> None:
    """Columns, types, sum and size; its time is that of the file, to the millisecond."""
    source = tmp_path / "files" / "sub" / "a.txt"
    source.parent.mkdir(parents=True)
    source.write_text("content")
    os.utime(source, (_TIME_SECONDS, _TIME_SECONDS))
    put_frame(store, "master", "/put", tmp_path / "files")

    @transform.using(out=Output("/written"))
    def compute(out):
        with out.filesystem().open("sub/a.txt", "w") as file:
            file.write("content")

    run_transform(compute)
    views = [store.view(Resource("dataset", alias), "master")[0] for alias in ("/put", "/written")]
    put, written = (read_polars(view) for view in views)
    assert put.schema == written.schema
    assert tuple(put.columns) == raw_files.COLUMNS
    assert put.select("path", "size", "sha256").equals(written.select("path", "size", "sha256"))
    assert put["modified"].dt.epoch("ms").to_list() == [round(_TIME_SECONDS * 1000)]
    (status, file) = committed_files(views[0], "/put")["sub/a.txt"]
    assert (status.size, status.modified) == (7, round(_TIME_SECONDS * 1000))
    assert file.local().read_text() == "content"
