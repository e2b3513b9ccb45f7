"""The user's own line, wherever it stands: in modules, helpers, threads, generators, archives, compiled code, cells."""

from __future__ import annotations

import compileall
import importlib
import linecache
import sys
import textwrap
import traceback
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from transforms.common.usercode import calling_line, report, user_line
from transforms.errors import DataError, TransformsError, nearest
from transforms.testing import run_transform

SOURCE = """
    from concurrent.futures import ThreadPoolExecutor
    import polars as pl
    from transforms.api import Output, transform

    def helper(out):
        out.set_mode("apend")  # here

    def rows(out):
        yield 1
        helper(out)

    @transform.using(out=Output("/t/plain"))
    def plain(out):
        helper(out)

    @transform.using(out=Output("/t/thread"))
    def thread(out):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(helper, out).result()

    @transform.using(out=Output("/t/generator"))
    def generator(out):
        list(rows(out))

    @transform.using(out=Output("/t/wrapped"))
    def wrapped(out):
        pl.DataFrame({"x": [1]}).with_columns(pl.col("x").map_batches(lambda x: helper(out), return_dtype=pl.Int64))
"""
LINE = 7


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Imports a module with the source above, kept in a way of its own."""
    monkeypatch.chdir(tmp_path)
    name = f"user_{uuid.uuid4().hex}"
    (tmp_path / f"{name}.py").write_text(textwrap.dedent(SOURCE))

    def imported(kept: str) -> Any:
        place = str(tmp_path)
        if kept == "zipped":
            place = str(tmp_path / "archive.zip")
            with zipfile.ZipFile(place, "w") as archive:
                archive.write(f"{name}.py")
        if kept == "compiled":
            compileall.compile_file(f"{name}.py", legacy=True, quiet=1)
        if kept != "plain":
            (tmp_path / f"{name}.py").unlink()
        monkeypatch.syspath_prepend(place)
        return importlib.import_module(name)

    yield imported
    sys.modules.pop(name, None)


@pytest.mark.parametrize("transform", ["plain", "thread", "generator"])
@pytest.mark.parametrize("kept", ["plain", "zipped", "compiled"])
def test_an_error_knows_the_innermost_line(module: Callable[[str], Any], kept: str, transform: str) -> None:
    """The line, the function, and what stands there where it is known; as a note of the error and in its report."""
    with pytest.raises(TransformsError) as caught:
        run_transform(getattr(module(kept), transform))

    line = user_line(caught.value)
    assert line is not None
    assert (line.line, line.function) == (LINE, "helper")
    assert line.source == ("" if kept == "compiled" else 'out.set_mode("apend")  # here')
    assert caught.value.__notes__ == [f"at {line}"]
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert frames[-1].lineno == LINE, "what lies below helps nobody"
    assert "transforms/run/writer.py" not in report(caught.value)


def test_a_cell_of_a_notebook_is_named() -> None:
    """Cells have no file; their source is where Python looks for it, and the shell shows the error in few lines."""
    source = "from transforms.errors import DataError\ndef cell():\n    raise_it()\n"
    name = "<ipython-input-3-abc>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)

    def raise_it() -> None:
        raise DataError("no such thing")

    raise_it.__code__ = raise_it.__code__.replace(co_filename=report.__code__.co_filename)
    space: dict[str, Any] = {"__name__": "__main__", "raise_it": raise_it}
    exec(compile(source, name, "exec"), space)
    with pytest.raises(DataError) as caught:
        space["cell"]()

    assert str(user_line(caught.value)) == f"{name}:3, in cell: raise_it()"
    shown = caught.value._render_traceback_()
    assert shown[-1] == "transforms.errors.DataError: no such thing"
    assert "raise_it()" in [line.strip() for line in shown[-3:-1]]  # from Python 3.13 on a line below marks the call


def test_an_error_below_a_library_is_the_users() -> None:
    """Sources of compiled libraries, as they are named in tracebacks, are nobody's own code."""
    with pytest.raises(ValueError, match="x") as caught:
        exec(
            compile("raise ValueError('x')", "lib/_fast.pyx", "exec"), {"__name__": "lib", "__file__": pytest.__file__}
        )

    line = user_line(caught.value)
    assert line is not None
    assert line.function == "test_an_error_below_a_library_is_the_users"


def test_the_line_of_a_syntax_error_is_the_one_that_cannot_be_read() -> None:
    """It has no frame: nothing of it ran."""
    with pytest.raises(SyntaxError) as caught:
        compile("x = 1\ny = = 2\n", "typed.py", "exec")

    assert str(user_line(caught.value)) == "typed.py:2: y = = 2"


def test_the_line_that_waits_for_the_framework() -> None:
    """For warnings, which have no traceback."""
    line = calling_line()

    assert line is not None
    assert line.source == "line = calling_line()"


def test_a_cause_is_shown_where_the_user_raised_it() -> None:
    """How the framework noticed a mistake is left out; what the user's code raised is not."""

    def users() -> None:
        raise KeyError("mine")

    def framework() -> None:
        try:
            users()
        except KeyError as error:
            raise DataError("not stored") from error

    with pytest.raises(DataError) as caught:
        framework()

    assert "KeyError: 'mine'" in report(caught.value)


def test_a_name_is_never_its_own_suggestion() -> None:
    """Whoever typed it knows it."""
    assert nearest("/t/raw", ["/t/raw", "/t/rav"]) == " Did you mean '/t/rav'?"
    assert nearest("/t/raw", ["/t/raw"]) == ""
