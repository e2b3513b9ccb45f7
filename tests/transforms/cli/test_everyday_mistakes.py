"""What everybody gets wrong one day: each mistake is answered with what happened, the line it was made in, what to type."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import transforms

pytestmark = pytest.mark.slow

Shell = Any
FRAMEWORK = str(Path(transforms.__file__).parent)
HEAD = """
import pandas as pd
import polars as pl
from transforms.api import *
"""
TAIL = """
pipeline = Pipeline()
pipeline.add_transforms(*[value for value in list(vars().values()) if isinstance(value, Transform)])
"""
MADE = """
@transform.using(out=Output("/t/made"))
def make(out):
    out.write_table(pl.DataFrame({"x": [1, 2, 3]}))

"""


@dataclass(frozen=True)
class Mistake:
    """A project, a command in it, and the answer.

    Attributes:
        code: the pipeline module; the comment ``# here`` stands in the line that the answer must name.
        says: what the answer must hold.
        command: what is typed; ``build`` when empty.
        before: what was typed before, each of which is well.
        exit: the exit code.
        whole: whether the code is the module as it stands, without imports and Pipeline.
        once: other code that is built before.
    """

    code: str
    says: tuple[str, ...]
    command: tuple[str, ...] = ("build",)
    before: tuple[tuple[str, ...], ...] = ()
    exit: int = 1
    whole: bool = False
    once: str = ""


TABLE = {
    "an output that is never written": Mistake(
        """
        @transform.using(out=Output("/t/out"))  # here
        def lazy(out):
            pl.DataFrame({"x": [1]})
        """,
        ("lazy", "returned without writing 'out' (/t/out)", "it is empty", "out.write_table(df)"),
        exit=0,
    ),
    "rows replaced by none": Mistake(
        """
        @transform.using(out=Output("/t/out"))  # here
        def lazy(out):
            pass
        """,
        ("it had 2 rows, now 0", "out.write_table(df)"),
        command=("build", "--force"),
        once="""
        @transform.using(out=Output("/t/out"))
        def lazy(out):
            out.write_table(pl.DataFrame({"x": [1, 2]}))
        """,
        exit=0,
    ),
    "a frame that is returned": Mistake(
        """
        @transform.using(out=Output("/t/out"))  # here
        def returns(out):
            return pl.DataFrame({"x": [1]})
        """,
        ("Its return value, a polars DataFrame, is ignored", "out.write_table(df)"),
        exit=0,
    ),
    "a frame that a plain transform returns": Mistake(
        """
        @transform(out=Output("/t/out"))  # here
        def returns(out):
            return pd.DataFrame({"x": [1]})
        """,
        ("Its return value, a pandas DataFrame, is ignored", "out.write_dataframe(df)"),
        exit=0,
    ),
    "Parquet files nobody takes in": Mistake(
        """
        @transform.using(out=Output("/t/out"))  # here
        def copies(out):
            pl.DataFrame({"x": [1]}).write_parquet(out.path_for_write_table + "/a.parquet")
        """,
        ("What lies in path_for_write_table is left out", "out.write_table(out.path_for_write_table)"),
        exit=0,
    ),
    "reading what was never written": Mistake(
        """
        @transform.using(out=Output("/t/out"))
        def lazy(out):
            pass

        @transform.using(data=Input("/t/out"), after=Output("/t/after"))
        def reads(data, after):
            after.write_table(data.polars())  # here
        """,
        ("/t/out has neither rows nor columns", "lazy", "returned without writing it"),
    ),
    "an input that another transform makes": Mistake(
        MADE
        + """
@transform.using(made=Input("/t/made"), out=Output("/t/out"))  # here
def reads(made, out):
    out.write_table(made.polars())
""",
        ("There is no dataset /t/made on branch master yet", "make (", "Type: transforms build +reads"),
        command=("build", "reads"),
        exit=2,
    ),
    "an input that is nowhere": Mistake(
        """
        @transform.using(raw=Input("/t/raw"), out=Output("/t/rav"))  # here
        def reads(raw, out):
            out.write_table(raw.polars())
        """,
        ("There is no dataset /t/raw", "transforms put /t/raw FILE", "Nothing was run."),
        exit=2,
    ),
    "a frame's method on an input": Mistake(
        MADE
        + """
@transform.using(made=Input("/t/made"), out=Output("/t/out"))
def reads(made, out):
    out.write_table(made.dropna())  # here
""",
        ("The input /t/made is no frame and has no 'dropna'", ".pandas()", ".polars()", ".arrow()", ".path()"),
    ),
    "a column of an input": Mistake(
        MADE
        + """
@transform.using(made=Input("/t/made"), out=Output("/t/out"))
def reads(made, out):
    made["x"]  # here
""",
        ("The input /t/made", "no columns to pick", ".pandas()"),
    ),
    "the length of an input": Mistake(
        MADE
        + """
@transform(made=Input("/t/made"), out=Output("/t/out"))
def reads(made, out):
    len(made)  # here
""",
        ("The input /t/made", "has no len()", ".dataframe()", ".filesystem()"),
    ),
    "rows of an input": Mistake(
        MADE
        + """
@transform.using(made=Input("/t/made"), out=Output("/t/out"))
def reads(made, out):
    for row in made:  # here
        print(row)
""",
        ("The input /t/made", "no rows to go through", ".polars()"),
    ),
    "a method that an output does not have": Mistake(
        """
        @transform.using(out=Output("/t/out"))
        def writes(out):
            out.write(pl.DataFrame({"x": [1]}))  # here
        """,
        ("The output /t/out", "has no 'write'", "Did you mean 'write_table'"),
    ),
    "calculating with a parameter": Mistake(
        """
        @transform.using(out=Output("/t/out"), least=IntegerParam(3))
        def writes(out, least):
            out.write_table(pl.DataFrame({"x": [least + 1]}))  # here
        """,
        ("ParamValueInput(3) is a parameter and no value", ".value"),
    ),
    "comparing a parameter": Mistake(
        """
        @transform.using(out=Output("/t/out"), kind=StringParam("fast"))
        def writes(out, kind):
            same = kind == "fast"  # here
            out.write_table(pl.DataFrame({"x": [same]}))
        """,
        ("writes | warning: ", "compare its .value with 'fast'"),
        exit=0,
    ),
    "an error in a helper": Mistake(
        """
        def helper(out):
            out.set_mode("apend")  # here

        @transform.using(out=Output("/t/out"))
        def writes(out):
            helper(out)
        """,
        ("'apend' is no write mode; use 'replace', 'append' or 'modify'", 'out.set_mode("apend")'),
    ),
    "something that is no frame": Mistake(
        """
        @transform.using(out=Output("/t/out"))
        def writes(out):
            out.write_table([1, 2])  # here
        """,
        ("/t/out", "list"),
    ),
    "a column name that cannot be": Mistake(
        """
        @transform.using(out=Output("/t/out"))
        def writes(out):
            out.write_table(pl.DataFrame({"First Name": ["Ada"]}))  # here
        """,
        ("'First Name'",),
    ),
    "a frame of another library": Mistake(
        """
        @transform_pandas(Output("/t/out"))  # here
        def writes():
            return pl.DataFrame({"x": [1]})
        """,
        ("must return a pandas DataFrame", "DataFrame"),
    ),
    "an error of the user's own": Mistake(
        """
        @transform.using(out=Output("/t/out"))
        def divides(out):
            1 / 0
        """,
        ('.py", line 8, in divides', "1 / 0", "error: divides", "ZeroDivisionError: division by zero"),
    ),
    "an async function": Mistake(
        """
        @transform.using(out=Output("/t/made"))  # here
        async def waits(out):
            out.write_table(pl.DataFrame({"x": [1]}))
        """,
        ("waits", "a coroutine, whose code nobody runs", "Write it with 'def'", "asyncio.run"),
        once=MADE,
    ),
    "a yield in the function": Mistake(
        """
        @transform.using(out=Output("/t/made"))  # here
        def yields(out):
            yield pl.DataFrame({"x": [1]})
        """,
        ("yields", "a generator, whose code nobody runs", "leave out 'yield'"),
        once=MADE,
    ),
    "an async generator": Mistake(
        """
        @transform.using(out=Output("/t/out"))  # here
        async def both(out):
            yield pl.DataFrame({"x": [1]})
        """,
        ("both", "an async generator, whose code nobody runs", "Write it with 'def'"),
    ),
    "a yield in a function that returns its frame": Mistake(
        """
        @transform_pandas(Output("/t/out"))  # here
        def yields():
            yield pd.DataFrame({"x": [1]})
        """,
        ("yields", "a generator, whose code nobody runs", "Return one frame"),
    ),
    "an input written as it is": Mistake(
        """
        @transform.using(out=Output("/t/made"))
        def make(out):
            out.write_table(pl.DataFrame({"x": [1]}))

        @transform.using(data=Input("/t/made"), out=Output("/t/out"))
        def copies(data, out):
            out.write_table(data)  # here
        """,
        ("got LightweightInput. Take its rows: .polars(), .pandas() or .arrow()", "out.write_table(data)"),
    ),
    "a method that was not called": Mistake(
        """
        @transform.using(out=Output("/t/made"))
        def make(out):
            out.write_table(pl.DataFrame({"x": [1]}))

        @transform.using(data=Input("/t/made"), out=Output("/t/out"))
        def copies(data, out):
            out.write_table(data.pandas)  # here
        """,
        ("got method. Call it: .pandas()", "out.write_table(data.pandas)"),
    ),
    "a table written to a model": Mistake(
        """
        from palantir_models.transforms import ModelOutput
        @transform.using(model=ModelOutput("/t/model"))
        def trains(model):
            model.write_table(pl.DataFrame({"x": [1]}))  # here
        """,
        ("The model output /t/model has no 'write_table'", ".publish(adapter, experiment=...)", ".log_table(name, df)"),
    ),
    "a metric given as two values": Mistake(
        """
        from palantir_models.transforms import ModelOutput
        @transform.using(model=ModelOutput("/t/model"))
        def trains(model):
            model.create_experiment("e").log_metrics("loss", 3)  # here
        """,
        ("must be a dict of name to value, not str", "{'loss': 0.5}"),
    ),
    "a Pipeline that is missing": Mistake(
        "x = 1\n",
        ("has no Pipeline at its top level", "pipeline = Pipeline()", "add_transforms"),
        exit=2,
        whole=True,
    ),
    "a Pipeline without transforms": Mistake(
        "from transforms.api import Pipeline\npipeline = Pipeline()\n",
        ("have no transforms", "pipeline.add_transforms(function)"),
        exit=2,
        whole=True,
    ),
    "a syntax error": Mistake(
        "from transforms.api import Pipeline\npipeline = Pipeline(\n",
        ('.py", line 2', "pipeline = Pipeline(", "SyntaxError"),
        exit=2,
        whole=True,
    ),
    "a module that is not installed": Mistake(
        "from transforms.api import Pipeline\nimport not_there_at_all  # here\n",
        ('.py", line 2', "import not_there_at_all", "No module named 'not_there_at_all'"),
        exit=2,
        whole=True,
    ),
    "a parameter that is not declared": Mistake(
        """
        @transform.using(out=Output("/t/out"))  # here
        def writes(out, uot):
            pass
        """,
        ("'uot'",),
        exit=2,
    ),
    "an output that two transforms write": Mistake(
        """
        @transform.using(out=Output("/t/out"))  # here
        def one(out):
            pass

        @transform.using(out=Output("/t/out"))
        def two(out):
            pass
        """,
        ("both write the dataset /t/out", "one", "two"),
        exit=2,
    ),
    "a transform that reads what it writes": Mistake(
        """
        @transform.using(out=Output("/t/out"), data=Input("/t/out"))  # here
        def circle(out, data):
            pass
        """,
        ("reads the dataset /t/out that it writes",),
        exit=2,
    ),
    "an alias that cannot be": Mistake(
        """
        @transform.using(out=Output("/t//out"))  # here
        def writes(out):
            pass
        """,
        ("'/t//out' cannot be an alias", "'/examples/wine/raw'"),
    ),
    "a selection with a slip": Mistake(MADE, ("'maek'", "Did you mean 'make'"), command=("build", "maek"), exit=2),
    "a parameter with a slip": Mistake(
        MADE, ("no transform has a parameter 'leest'",), command=("build", "--param", "leest=2"), exit=2
    ),
    "a dataset with a slip": Mistake(
        MADE,
        ("There is no dataset or model /t/mad on branch master", "Did you mean '/t/made'"),
        command=("show", "/t/mad"),
        before=(("build",),),
        exit=2,
    ),
    "a dataset of another branch": Mistake(
        MADE,
        ("There is no dataset or model /t/made on branch master", "on branch dev; add --branch"),
        command=("show", "/t/made"),
        before=(("build", "--branch", "dev"),),
        exit=2,
    ),
    "a file that is not there": Mistake(
        MADE,
        ("nowhere.csv", "does not exist", "nothing was committed"),
        command=("put", "/t/in", "nowhere.csv"),
        exit=2,
    ),
    "a file as a selection": Mistake(MADE, ("matches 'pipe.py'", "path:pipe.py"), command=("build", "pipe.py"), exit=2),
    "a decorator without its outputs": Mistake(
        """
        @transform  # here
        def writes(out):
            pass
        """,
        ("TypeError", "by keyword: @transform.using(out=Output('/path')"),
        exit=2,
    ),
    "a set of outputs that is no list": Mistake(
        """
        @transform.using(outs=OutputSet(Output("/t/out")))  # here
        def writes(outs):
            pass
        """,
        ("give a list of at least one path or RID",),
        exit=2,
    ),
    "a function without a decorator": Mistake(
        """
        def writes(out):
            pass

        pipeline = Pipeline()
        pipeline.add_transforms(writes)  # here
        """,
        ("add_transforms() takes transforms",),
        exit=2,
    ),
    "a return that lacks": Mistake(
        """
        @transform_polars(Output("/t/out"))  # here
        def writes():
            pl.DataFrame({"x": [1]})
        """,
        ("must return a polars DataFrame; it returned None: does a return lack?",),
    ),
    "nothing that is written": Mistake(
        """
        @transform.using(out=Output("/t/out"))
        def writes(out):
            out.write_table(None)  # here
        """,
        ("None", "lacks a return", "Pass a frame"),
    ),
    "a mode that comes too late": Mistake(
        """
        @transform.using(out=Output("/t/out"))
        def writes(out):
            out.write_table(pl.DataFrame({"x": [1]}))
            out.set_mode("append")  # here
        """,
        ("set_mode() must come before the first write",),
    ),
    "a file of an input that is not there": Mistake(
        """
        @transform.using(out=Output("/t/files"))
        def files(out):
            with out.filesystem().open("notes.txt", "w") as file:
                file.write("x")

        @transform.using(data=Input("/t/files"), out=Output("/t/out"))
        def reads(data, out):
            data.filesystem().open("note.txt")  # here
        """,
        ("has no file 'note.txt'", "Did you mean 'notes.txt'"),
    ),
    "rows of a dataset of files": Mistake(
        """
        @transform.using(out=Output("/t/files"))
        def files(out):
            with out.filesystem().open("notes.txt", "w") as file:
                file.write("x")

        @transform.using(data=Input("/t/files"), out=Output("/t/out"))
        def reads(data, out):
            out.write_table(data.polars())  # here
        """,
        ("/t/files holds raw files", ".filesystem().ls()"),
    ),
    "a root with a slip": Mistake(
        MADE, ("There is no store", "datta", "--root"), command=("--root", "datta", "log"), exit=2
    ),
    "a command with a slip": Mistake(MADE, ("biuld",), command=("biuld",), exit=2),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_mistake_is_answered(shell: Shell, name: str) -> None:
    """What happened, the line of the user's own code, what to type next; and no frame of the framework."""
    mistake = TABLE[name]
    if mistake.once:
        shell.write(module_of(mistake.once))
        assert shell.run("build").exit_code == 0
    shell.write(mistake.code if mistake.whole else module_of(mistake.code))
    for typed in mistake.before:
        assert shell.run(*typed).exit_code == 0

    result = shell.run(*mistake.command)

    told = result.stdout + result.stderr
    assert result.exit_code == mistake.exit, told
    for words in mistake.says:
        assert words in told, told
    assert FRAMEWORK not in told, "a frame of the framework"
    written = (shell.folder / f"{shell.module}.py").read_text().splitlines()
    guilty = [number for number, line in enumerate(written, 1) if line.endswith("# here")]
    for number in guilty:
        place = f"{shell.module}.py"
        assert f"{place}:{number}" in told or f'{place}", line {number}' in told, told


def module_of(code: str) -> str:
    """Return a whole pipeline module."""
    return HEAD + textwrap.dedent(code) + TAIL


def test_the_table_has_what_happens_every_day() -> None:
    """Twenty-five of them at the least."""
    assert len(TABLE) >= 25
