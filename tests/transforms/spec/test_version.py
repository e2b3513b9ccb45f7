"""The version of a transform's logic changes with the logic, and with nothing else."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from transforms.api import Input, Output, transform

CODE = """
    from transforms.api import transform, Input, Output
    from helpers import scale
    import unused_name as _  # noqa
    @transform(a=Input("/a"), out=Output("/out"))
    def compute(a, out):
        return scale(a)
"""


def version_in_a_new_process(folder, before=""):
    """Return the version as a new process computes it."""
    code = f"{before}\nimport work; print(work.compute.version)"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_follows_the_code_of_the_project_across_processes(tmp_path):
    """Same code, same version, whatever else was imported; a changed helper or declaration changes it."""
    (tmp_path / "work.py").write_text(dedent(CODE))
    (tmp_path / "helpers.py").write_text("def scale(x): return x")
    (tmp_path / "unused_name.py").write_text("")
    first = version_in_a_new_process(tmp_path)
    assert first == version_in_a_new_process(tmp_path, before="import json, helpers, transforms.run.job, polars")
    (tmp_path / "helpers.py").write_text("def scale(x): return 2 * x")
    second = version_in_a_new_process(tmp_path)
    (tmp_path / "work.py").write_text(dedent(CODE).replace('"/a"', '"/b"'))
    third = version_in_a_new_process(tmp_path)
    assert len({first, second, third}) == 3


def make(value):
    """Return a generated transform."""

    @transform(a=Input("/a"), out=Output("/out"))
    def compute(a, out, extra=value):
        return value

    return compute


def test_generated_transforms_differ_by_what_they_close_over():
    """The closure and the defaults are part of the logic."""
    values = [1, 2, "1", [1, {"a": {3, 4}}], [1, {"a": {4, 5}}], len, None, lambda: 1, lambda: 2]
    versions = [make(value).version for value in values]
    assert len(set(versions)) == len(values)
    assert [make(value).version for value in values[:5]] == versions[:5]


def test_what_cannot_be_compared_is_refused_and_always_stale(caplog):
    """A ValueError as documented; a job with such a closure is never fresh, and says so."""
    import threading

    transform = make(threading.Lock())
    with pytest.raises(ValueError, match="closes over a lock"):
        _ = transform.version
    assert transform.comparable_version != transform.comparable_version
    assert "rebuilt every time" in caplog.text


def test_a_closure_that_refers_to_itself_has_a_version():
    """Recursion ends."""
    box = []
    box.append(box)
    assert make(box).version == make(box).version
