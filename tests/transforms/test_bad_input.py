"""What bad input gets from the command line: a clear error, an exit code, nothing changed, and a next build that works."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.slow

PIPELINE = """
import time
from pathlib import Path
import polars as pl
from transforms.api import Pipeline, transform, transform_polars, Input, Output

{body}

pipeline = Pipeline()
import sys
pipeline.discover_transforms(sys.modules[__name__])
"""
GOOD = """
@transform.using(raw=Input("/raw"), out=Output("/out"), log=Output("/log"))
def copy(raw, out, log):
    out.write_table(raw.polars())
    log.write_table(raw.polars())
"""


class Shell:
    """A project in a folder, driven from outside as a person does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["work"]\n')
        (folder / "raw.csv").write_text("x,y\n1,a\n2,b\n")

    def declare(self, body: str) -> None:
        (self.folder / "work.py").write_text(PIPELINE.format(body=body))

    def start(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TRANSFORMS_")} | {"NO_COLOR": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "transforms", *arguments],
            cwd=self.folder,
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *arguments: str, **options: object) -> tuple[int, str]:
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=300)
        return process.returncode, out + err

    def rows(self, alias: str) -> list[dict]:
        return pl.read_delta(str(self.folder / ".transforms/master/datasets" / alias)).to_dicts()


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """The folder of a project with one dataset and one transform, built once."""
    made = Shell(tmp_path_factory.mktemp("project"))
    made.declare(GOOD)
    assert made.run("put", "/raw", "raw.csv")[0] == 0
    assert made.run("build")[0] == 0
    return made.folder


@pytest.fixture
def shell(built_once, tmp_path):
    """Such a project of the test's own."""
    shutil.copytree(built_once, tmp_path, dirs_exist_ok=True)
    return Shell(tmp_path)


DECLARATIONS = {
    "parameters that do not match": (
        'def copy(raw, outt):\n    pass\ncopy = transform.using(raw=Input("/raw"), out=Output("/out"))(copy)',
        ["'outt'", "Did you mean", "work.py"],
    ),
    "two writers": (
        GOOD + '@transform_polars(Output("/out"))\ndef other():\n    return None',
        ["copy", "other", "both write", "/out"],
    ),
    "a cycle": (
        '@transform_polars(Output("/a"), b=Input("/b"))\ndef one(b):\n    return b\n'
        '@transform_polars(Output("/b"), a=Input("/a"))\ndef two(a):\n    return a',
        ["cycle", "one", "two", "->"],
    ),
    "an input that is an output": (
        '@transform_polars(Output("/a"), a=Input("/a"))\ndef one(a):\n    return a',
        ["/a", "reads the dataset", "one"],
    ),
    "a missing dataset": (GOOD.replace('"/raw"', '"/rwa"'), ["/rwa", "Did you mean '/raw'", "transforms put /rwa"]),
}


@pytest.mark.parametrize("case", DECLARATIONS)
def test_a_wrong_declaration_is_explained(shell, case):
    """Exit code 2, a message that names both sides, and what was built before stays."""
    body, words = DECLARATIONS[case]
    shell.declare(body)
    code, output = shell.run("build")
    assert code == 2, output
    assert all(word in output for word in words), output
    assert "Traceback" not in output or case == "parameters that do not match"
    assert len(shell.rows("out")) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "copi"], ["copi", "Did you mean 'copy'"]),
        (["show", "/otu"], ["/otu", "Did you mean", "/out"]),
        (["build", "--param", "n=1"], ["n"]),
        (["put", "/x", "missing.csv"], ["missing.csv"]),
        (["--root", "raw.csv", "log"], ["raw.csv", "is a file"]),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest(shell, arguments, words):
    """Exit code 2 and a suggestion."""
    code, output = shell.run(*arguments)
    assert code == 2, output
    assert all(word in output for word in words), output
    assert "Traceback" not in output


def test_a_corrupt_csv_brings_in_nothing(shell):
    """The file is named, and the dataset keeps what it had."""
    (shell.folder / "bad.csv").write_text('x,y\n1,"a\n2,b,c,d\n')
    code, output = shell.run("put", "/raw", "bad.csv")
    assert code in (1, 2), output
    assert "bad.csv" in output
    assert len(shell.rows("raw")) == 2


def test_a_column_that_delta_cannot_hold_is_named(shell):
    """The job fails with the column, its type and what to do; the datasets stay, and a mended build works."""
    shell.declare(
        GOOD.replace("out.write_table(raw.polars())", "out.write_table(raw.polars().with_columns(d=DAY))")
        + "DAY = pl.duration(days=1)\n"
    )
    code, output = shell.run("build")
    assert code == 1, output
    assert "'d'" in output
    assert "duration" in output.lower()
    assert len(shell.rows("log")) == 2
    shell.declare(GOOD)
    assert shell.run("build", "--force")[0] == 0


def test_a_failing_function_shows_the_users_code_first(shell):
    """The traceback begins in the user's file; frames of the framework are cut."""
    shell.declare(GOOD.replace("    out.write", "    1 / 0\n    out.write"))
    code, output = shell.run("build")
    assert code == 1
    assert "ZeroDivisionError" in output
    assert "work.py" in output
    assert "transforms/run/job.py" not in output


def test_a_full_disk_commits_nothing(shell):
    """A process that may not write any more fails cleanly; the next build works."""
    before = shell.rows("out")
    large = "pl.DataFrame({'x': range(2_000_000)}).with_columns(y=pl.col('x').cos()))"
    shell.declare(GOOD.replace("raw.polars())\n    log", f"{large}\n    log"))

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    code, output = shell.run("build", preexec_fn=limit)
    assert code == 1, output
    assert shell.rows("out") == before
    shell.declare(GOOD)
    assert shell.run("build", "--force")[0] == 0
    assert shell.rows("out") == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_commits_nothing_of_the_running_job(shell, workers):
    """Exit code 130, one sentence, and the next build works."""
    marker = shell.folder / "running"
    endless = f"    Path({str(marker)!r}).touch()\n    while True: time.sleep(0.01)\n"
    shell.declare(GOOD.replace("    log.write", f"{endless}    log.write"))
    process = shell.start("build", "-j", workers, start_new_session=True)
    while not marker.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130, out + err
    assert "nothing" in err.lower()
    assert "Traceback" not in err
    shell.declare(GOOD)
    assert shell.run("build", "--force")[0] == 0


def test_a_second_build_of_the_same_outputs_says_who_is_building(shell):
    """It fails at once with the process that holds the output; with --wait it waits."""
    marker, go = shell.folder / "running", shell.folder / "go"
    wait = f"    Path({str(marker)!r}).touch()\n    while not Path({str(go)!r}).exists(): time.sleep(0.01)\n"
    shell.declare(GOOD.replace("    log.write", f"{wait}    log.write"))
    first = shell.start("build", "--force")
    while not marker.exists():
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    code, output = shell.run("build", "--force")
    assert code == 1, output
    assert f"pid {first.pid}" in output
    assert "--wait" in output
    waiting = shell.start("build", "--force", "--wait", "60")
    go.touch()
    for process in (first, waiting):
        process.communicate(timeout=300)
        assert process.returncode == 0
