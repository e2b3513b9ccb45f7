"""A module that cannot be imported: the rest of its project is built, and what is missing is told."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

import pytest

Shell = Any

GOOD = """
    import polars as pl
    from transforms.api import Input, Output, incremental, transform

    @transform.using(out=Output("/a"))
    def a(out):
        out.write_table(pl.DataFrame({"x": [1]}))

    @transform.using(out=Output("/b"), a=Input("/a"))
    def b(out, a):
        out.write_table(a.polars())
"""
READS_IT = """
    from transforms.api import Input, Output, transform

    @transform.using(out=Output("/c"), bad=Input("/bad"))
    def c(out, bad):
        out.write_table(bad.polars())

    @transform.using(out=Output("/d"), c=Input("/c"))
    def d(out, c):
        out.write_table(c.polars())
"""
BAD = """
    from transforms.api import Output, transform
    import there_is_no_such_thing

    @transform.using(out=Output("/bad"))
    def bad(out):
        pass
"""


@pytest.fixture
def broken(shell: Shell) -> Shell:
    """A project with a package of which one module cannot be imported."""
    package = f"parts_{shell.module}"
    shell.write(
        f"from transforms.api import Pipeline\nimport {package}\n"
        f"pipeline = Pipeline()\npipeline.discover_transforms({package})\n"
    )
    folder = shell.folder / package
    folder.mkdir()
    for name, source in {"__init__": "", "good": GOOD, "worse": BAD}.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    shell.package = folder
    yield shell
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def test_the_rest_is_built_and_the_build_is_no_success(broken: Shell) -> None:
    """What could not be imported stands there with the user's line, and how."""
    result = broken.run("build")
    assert result.exit_code == 1
    assert "OK=2 FRESH=0 ABORTED=0 FAILED=0 SKIPPED=0 TOTAL=2" in result.stdout
    told = result.stderr.splitlines()
    assert told[0].endswith(
        "worse.py cannot be imported: ModuleNotFoundError: No module named 'there_is_no_such_thing'. Its transforms are "
        "left out."
    )
    assert told[1].endswith("worse.py:3: import there_is_no_such_thing")
    assert told[2].endswith("not installed yet, type: python -m pip install there_is_no_such_thing")
    assert broken.run("build", "--verbose").stderr.count("Traceback") == 0


@pytest.mark.parametrize(
    ("wanted", "said"), [("cv2", "type: python -m pip install opencv-python"), ("{package}.god", "No module named")]
)
def test_the_package_of_a_module_is_named_and_none_for_what_the_project_should_have(
    broken: Shell, wanted: str, said: str
) -> None:
    """A package may be called otherwise than its module; a file of one's own comes with no package."""
    module = wanted.format(package=broken.package.name)
    (broken.package / "worse.py").write_text(f"import {module}\n")
    told = broken.run("plan").stderr
    assert said in told
    assert ("pip install" in told) == (wanted == "cv2")


def test_a_selection_that_cannot_mean_it_succeeds(broken: Shell) -> None:
    """One that names its transforms; one that may mean others does not."""
    assert broken.run("build", "a", "b").exit_code == 0
    assert broken.run("build", "/a").exit_code == 0
    for selection in ("+b", "a+", "*", "path:good"):
        assert broken.run("build", selection).exit_code == 1, selection


def test_a_name_that_is_not_known_may_be_in_it(broken: Shell) -> None:
    result = broken.run("build", "bad")
    assert result.exit_code != 0
    assert "may be in" in result.stderr
    assert "worse.py, which cannot be imported" in result.stderr


def test_what_reads_from_it_is_left_out_and_nothing_else(broken: Shell) -> None:
    """Until what it reads is there."""
    (broken.package / "reading.py").write_text(textwrap.dedent(READS_IT))
    result = broken.run("build")
    assert result.exit_code == 1
    assert "OK=2 FRESH=0 ABORTED=0 FAILED=0 SKIPPED=0 TOTAL=2" in result.stdout
    assert "error: c (" in result.stderr
    assert "reads dataset /bad, which is not there yet" in result.stderr
    alone = broken.run("build", "c")
    assert alone.exit_code != 0
    assert "Nothing was run. It may be in" in alone.stderr

    (broken.folder / "bad.csv").write_text("x\n1\n")
    assert broken.run("put", "/bad", "bad.csv").exit_code == 0
    assert "OK=2 FRESH=2" in broken.run("build").stdout


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("def broken(:", "SyntaxError"),
        ("made = (1 / divisor for divisor in (0,))", "cannot be read: ZeroDivisionError"),
        ("from transforms.api import *\n@transform(out=3)\ndef f(out): ...", "cannot be imported: "),
    ],
)
def test_whatever_keeps_it_from_being_imported(broken: Shell, source: str, why: str) -> None:
    """A program without a guard, a mistake in the code or in a declaration, a generator that fails."""
    (broken.package / "worse.py").write_text(source)
    result = broken.run("build")
    assert result.exit_code == 1
    assert "OK=2" in result.stdout
    assert why in result.stderr


def test_a_package_that_cannot_be_imported_is_left_out_whole(broken: Shell) -> None:
    """And so is one of several pipeline modules."""
    (broken.package / "sub").mkdir()
    (broken.package / "sub" / "__init__.py").write_text("1 / 0\n")
    (broken.package / "sub" / "inner.py").write_text(textwrap.dedent(GOOD))
    (broken.folder / "second.py").write_text("import nothing_either\n")
    config = broken.folder / "pyproject.toml"
    config.write_text(config.read_text().replace(f'"{broken.module}"', f'"{broken.module}", "second"'))
    result = broken.run("build")
    assert (result.exit_code, "OK=2" in result.stdout) == (1, True)
    assert "__init__.py cannot be imported: ZeroDivisionError" in result.stderr
    assert "'second' cannot be imported: ModuleNotFoundError: No module named 'nothing_either'" in result.stderr
    assert "It may be in pipeline module 'second' or " in broken.run("build", "bad").stderr


def test_json_names_what_was_left_out(broken: Shell) -> None:
    """In the document, as standard error is for people."""
    (told,) = broken.json("build", code=1)["unimported"]
    assert "worse.py cannot be imported" in told


def test_listing_marks_what_will_be_refused(shell: Shell) -> None:
    """And why; a project without such a transform has no such column."""
    assert "refused" not in shell.run("list").stdout
    shell.write(
        """
        from transforms.api import Output, Pipeline, lightweight, transform

        @lightweight(container_image="i", container_tag="t")
        @transform(out=Output("/t/out"))
        def grow(out): ...

        pipeline = Pipeline()
        pipeline.add_transforms(grow)
        """
    )
    assert "Container images are not run locally" in shell.run("list").stdout
    (row,) = shell.json("list")
    assert "Container images are not run locally" in row["refused"]
