"""The version of a transform's logic changes with the logic, and with nothing else."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

import transforms.api
from transforms.api import Input, Output, transform

CODE = """
    from transforms.api import transform, Input, Output
    from helpers import scale
    import unused_name as _  # noqa
    @transform(a=Input("/a"), out=Output("/out"))
    def compute(a, out):
        return scale(a)
"""


FRAMEWORK = str(Path(transforms.api.__file__).parents[1])


def version_in_a_new_process(folder, before="", seed="random"):
    """Return the version as a new process computes it."""
    code = f"{before}\nimport work; print(work.compute.version)"
    paths = os.pathsep.join(filter(None, [FRAMEWORK, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
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


FACTORY = """
    from transforms.api import transform, Input, Output
    def make(clean):
        @transform(a=Input("/a"), out=Output("/out"))
        def compute(a, out):
            return clean(a)
        return compute
"""
USES = {
    "a function": "compute = make(clean)",
    "a partial": "import functools; compute = make(functools.partial(clean))",
    "a method": "compute = make(Cleaner().clean)",
    "a class": "compute = make(Cleaner)",
    "an attribute": "box = Cleaner(); box.function = clean; compute = make(box)",
    "a decorator without wraps": "compute = transform(a=Input('/a'), out=Output('/out'))(plain(work))",
}


@pytest.mark.slow
@pytest.mark.parametrize("use", USES)
def test_what_a_closure_holds_brings_the_modules_that_it_needs(tmp_path, use):
    """The factory's module imports none of them, and a change of a helper still makes the transform stale."""
    (tmp_path / "factory.py").write_text(dedent(FACTORY))
    (tmp_path / "plain.py").write_text("def plain(f):\n    def wrapper(a, out): return f(a, out)\n    return wrapper\n")
    (tmp_path / "cleaning.py").write_text(
        "from helpers import scale\n"
        "def clean(x): return scale(x)\n"
        "def work(a, out): return scale(a)\n"
        "class Cleaner:\n    def clean(self, x): return scale(x)\n"
    )
    (tmp_path / "work.py").write_text(
        "from transforms.api import transform, Input, Output\nfrom factory import make\nfrom plain import plain\n"
        f"from cleaning import Cleaner, clean, work\n{USES[use]}\n"
    )
    (tmp_path / "helpers.py").write_text("def scale(x): return x")
    first = version_in_a_new_process(tmp_path)
    assert first == version_in_a_new_process(tmp_path)
    (tmp_path / "helpers.py").write_text("def scale(x): return 2 * x")
    assert version_in_a_new_process(tmp_path) != first


def test_the_order_of_sets_says_nothing(tmp_path):
    """Sets in closures, in objects and in code have another order in each process, and the version stays."""
    (tmp_path / "work.py").write_text(
        dedent("""
            from dataclasses import dataclass
            from transforms.api import transform, Input, Output
            @dataclass
            class Options:
                names: set
            def make(*values):
                @transform(a=Input("/a"), out=Output("/out"))
                def compute(a, out):
                    return values
                return compute
            names = {"a", "b", "c", "d", "e"}
            compute = make(names, Options(names), lambda x: x in {"a", "b", "c", "d", "e"})
        """)
    )
    assert len({version_in_a_new_process(tmp_path, seed=seed) for seed in ("1", "2", "3")}) == 1


def scaled(factor):
    """Return a decorator that holds a value."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return (factor, function(*args, **kwargs))

        return wrapper

    return decorate


def test_what_a_decorator_holds_is_part_of_the_logic():
    """A decorator between the transform and the function changes what it does."""

    def made(factor):
        @transform(a=Input("/a"), out=Output("/out"))
        @scaled(factor)
        def compute(a, out): ...

        return compute.version

    assert made(1) == made(1)
    assert made(1) != made(2)


@dataclass
class Options:
    """What a generated transform may be made of."""

    value: object


plain = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.floats(allow_nan=False))
values = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(values, values)
def test_versions_are_equal_exactly_when_the_values_are(one, other):
    """Whichever values, and however deep they lie."""
    same = repr(one) == repr(other)  # 1 and True are equal, and not the same
    assert (make(one).version == make(other).version) == same
    assert (make(Options(one)).version == make(Options(other)).version) == same


def test_which_of_two_values_stands_again_matters():
    """A value met twice is told from another met twice, and from itself by nothing."""
    one, other = [1], [2]
    assert make([one, other, one]).version != make([one, other, other]).version
    assert make([one, one]).version == make([[1], [1]]).version
