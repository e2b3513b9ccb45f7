"""``transforms build``."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

Shell = Any
REPOSITORY = Path(__file__).parents[3]


def test_a_build_prints_a_line_per_job_then_commits_then_totals(shell: Shell) -> None:
    """Each job has its own line with counter, status, name, rows and seconds; commits and totals come after."""
    shell.raw()

    result = shell.run("build", "-j", "1")

    assert result.exit_code == 0
    shown = [line for line in result.stdout.splitlines() if line != "cleaning"]
    assert re.fullmatch(r"1/2  BUILT    clean  3 rows +\d+\.\d\ds", shown[0])
    assert re.fullmatch(r"2/2  BUILT    total  1 row +\d+\.\d\ds", shown[1])
    assert shown[2:4] == [
        "COMMIT  #2  clean -> dataset /t/clean 3 rows",
        "COMMIT  #3  total -> dataset /t/total 1 row",
    ]
    assert re.fullmatch(r"Done\. OK=2 FRESH=0 ABORTED=0 FAILED=0 SKIPPED=0 TOTAL=2 in \d+\.\ds", shown[4])


def test_a_second_build_has_nothing_to_do_unless_forced(shell: Shell) -> None:
    """What did not change is fresh; --force runs it all the same."""
    shell.raw()
    assert shell.json("build")["totals"]["ok"] == 2

    assert shell.json("build")["totals"]["fresh"] == 2
    assert shell.json("run", "--force", "clean")["totals"] == {
        "ok": 1,
        "fresh": 0,
        "aborted": 0,
        "failed": 0,
        "skipped": 0,
        "total": 1,
    }


def test_json_is_alone_on_standard_output(shell: Shell) -> None:
    """What transforms print goes to standard error while JSON is wanted."""
    shell.raw()

    result = shell.run("build", "--json", "-j", "1")

    assert result.stdout.startswith("{")
    assert "cleaning" in result.stderr


def test_a_failing_function_shows_its_own_traceback_first(shell: Shell) -> None:
    """No frame of the framework stands above the user's; then one line names transform, place and inputs."""
    shell.write(
        """
        from transforms.api import Input, Output, Pipeline, transform
        import json

        @transform.using(out=Output("/t/out"), raw=Input("/t/raw"))
        def broken(raw, out):
            json.loads("{")

        @transform.using(after=Output("/t/after"), out=Input("/t/out"))
        def later(out, after):
            pass

        pipeline = Pipeline()
        pipeline.add_transforms(broken, later)
        """
    )
    shell.raw()

    result = shell.run("build")

    assert result.exit_code == 1
    first, frame, *_ = result.stderr.splitlines()
    assert first == "Traceback (most recent call last):"
    assert f"{shell.module}.py" in frame
    assert "in broken" in frame
    assert "json/decoder.py" in result.stderr, "the library's frames below the user's are kept"
    assert "run/job.py" not in result.stderr
    last = result.stderr.splitlines()[-1]
    assert last.startswith(f"error: broken ({shell.module}.py:5, inputs /t/raw): json.decoder.JSONDecodeError: ")
    assert "SKIPPED  later   broken failed" in result.stdout
    assert "OK=0 FRESH=0 ABORTED=0 FAILED=1 SKIPPED=1 TOTAL=2" in result.stdout
    assert "run/job.py" in shell.run("build", "-v").stderr


def test_an_error_of_the_framework_shows_no_traceback(shell: Shell) -> None:
    """Its message says what to do; frames would only hide it."""
    shell.write(
        """
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/out"))
        def wrong(out):
            out.write_table(3)

        pipeline = Pipeline()
        pipeline.add_transforms(wrong)
        """
    )

    result = shell.run("build")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert f"{shell.module}.py:4" in result.stderr


def test_a_parameter_is_given_by_name(shell: Shell) -> None:
    """--param reaches every transform that declares it."""
    shell.raw()

    done = shell.json("build", "clean", "--param", "least=2")

    assert done["jobs"][0]["outputs"]["dataset:/t/clean"]["rows"] == 2


def test_a_parameter_is_none_of_a_source_of_its_name(shell: Shell) -> None:
    """What another transform declares under the same name is no scalar, and the build goes on without it."""
    shell.write(
        """
        import polars as pl
        from transforms.api import IntegerParam, Output, Pipeline, transform
        from transforms.external.systems import Source, external_systems

        @transform.using(out=Output("/t/numbers"), api=IntegerParam(0))
        def numbers(out, api):
            out.write_table(pl.DataFrame({"x": [api.value]}))

        @external_systems(api=Source("ri.source.api"))
        @transform.using(out=Output("/t/answers"))
        def answers(out, api):
            out.write_table(pl.DataFrame({"x": [api.source_rid]}))

        pipeline = Pipeline()
        pipeline.add_transforms(numbers, answers)
        """
    )

    done = shell.json("build", "numbers", "--param", "api=2")
    planned = shell.json("plan", "--param", "api=3")

    assert [job["status"] for job in done["jobs"]] == ["committed"]
    assert [job["name"] for job in planned] == ["numbers", "answers"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("leest=2", "Did you mean 'least'?"),
        ("least", "NAME=VALUE"),
        ("least=two", "declares least=0 (IntegerParam): IntegerParam takes a whole number; got 'two'"),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_runs(shell: Shell, given: str, says: str) -> None:
    """An unknown name, no value or a value of the wrong type is a mistake in the command."""
    shell.raw()

    result = shell.run("build", "--param", given)

    assert result.exit_code == 2
    assert says in result.stderr
    assert shell.run("log").stdout.count("clean") == 0


@pytest.mark.parametrize("command", ["build", "plan", "list", "graph"])
def test_a_wrong_selection_names_the_nearest(shell: Shell, command: str) -> None:
    """A selection that names nothing is a mistake in the command."""
    result = shell.run(command, "claen")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert "'clean'" in result.stderr


def test_an_input_that_is_nowhere_stops_the_build(shell: Shell) -> None:
    """The message says how to bring it in."""
    result = shell.run("build")

    assert result.exit_code == 2
    assert "transforms put /t/raw FILE" in result.stderr


def test_a_cycle_is_a_usage_error(shell: Shell) -> None:
    """Transforms that need each other cannot be ordered."""
    shell.write(
        """
        from transforms.api import Input, Output, Pipeline, transform

        @transform.using(a=Output("/t/a"), b=Input("/t/b"))
        def one(a, b):
            pass

        @transform.using(b=Output("/t/b"), a=Input("/t/a"))
        def two(a, b):
            pass

        pipeline = Pipeline()
        pipeline.add_transforms(one, two)
        """
    )

    result = shell.run("build")

    assert result.exit_code == 2
    assert "cycle" in result.stderr


def test_a_module_that_cannot_be_imported_shows_the_users_line(shell: Shell) -> None:
    """The traceback begins in the user's module."""
    shell.write("1 / 0\n")

    result = shell.run("build")

    assert result.exit_code == 2
    assert f"{shell.module}.py" in result.stderr.splitlines()[1]
    assert result.stderr.splitlines()[-1].startswith("error: a pipeline module cannot be imported: ZeroDivisionError")


def test_an_aborted_job_is_counted_and_not_an_error(shell: Shell) -> None:
    """A job may decide that there is nothing to do."""
    shell.write(
        """
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/out"))
        def nothing(ctx, out):
            ctx.abort_job()

        pipeline = Pipeline()
        pipeline.add_transforms(nothing)
        """
    )

    result = shell.run("build")

    assert result.exit_code == 0
    assert "ABORTED  nothing" in result.stdout
    assert "ABORTED=1" in result.stdout


def test_a_function_that_exits_has_failed(shell: Shell) -> None:
    """sys.exit() in a transform ends its job, not the build, and never makes the build look good."""
    shell.write(
        """
        import sys
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/out"))
        def leaves(out):
            sys.exit(0)

        pipeline = Pipeline()
        pipeline.add_transforms(leaves)
        """
    )

    result = shell.run("build")

    assert result.exit_code == 1
    assert "SystemExit" in result.stderr
    assert "FAILED=1" in result.stdout


def test_an_interrupt_is_one_line(shell: Shell) -> None:
    """Ctrl-C ends with 130 and commits nothing."""
    shell.write(
        """
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/out"))
        def slow(out):
            raise KeyboardInterrupt

        pipeline = Pipeline()
        pipeline.add_transforms(slow)
        """
    )

    result = shell.run("build", "-j", "1")

    assert result.exit_code == 130
    assert result.stderr == "interrupted; nothing of the running jobs was committed\n"
    assert shell.json("log") == []


def test_quiet_prints_errors_only(shell: Shell) -> None:
    """With --quiet a good build says nothing."""
    shell.raw()

    assert shell.run("build", "total", "+clean", "--quiet").stdout.replace("cleaning\n", "") == ""


def test_branches_are_built_apart(shell: Shell) -> None:
    """A build on a branch reads what only master has and writes to the branch alone."""
    shell.raw()

    done = shell.json("build", "--branch", "dev")

    assert done["totals"]["ok"] == 2
    assert [row["alias"] for row in shell.json("list", "--datasets", "--branch", "dev")] == ["/t/clean", "/t/total"]
    assert [row["alias"] for row in shell.json("list", "--datasets")] == ["/t/raw"]


def test_what_was_never_written_is_told_by_build_and_log(shell: Shell) -> None:
    """In the report of the build, in its JSON, and later in the log."""
    shell.write(
        """
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/out"))
        def lazy(out):
            pass

        pipeline = Pipeline()
        pipeline.add_transforms(lazy)
        """
    )

    told = shell.run("build")
    document = shell.json("build", "--force")

    assert told.exit_code == 0
    assert told.stderr.startswith(f"warning: lazy ({shell.module}.py:4) returned without writing 'out' (/t/out)")
    assert "returned without writing" in document["jobs"][0]["warnings"][0]
    assert "#1: lazy returned without writing /t/out" in shell.run("log").stdout.splitlines()
    assert shell.json("log")[0]["outputs"]["dataset:/t/out"]["unwritten"] is True


@pytest.mark.parametrize("branch", ["master", "dev"])
def test_an_input_that_another_transform_makes_is_not_brought_in(shell: Shell, branch: str) -> None:
    """The command that makes it is told, ready to type; all that is missing is named at once."""
    result = shell.run("build", "total", "--branch", branch)

    assert result.exit_code == 2
    on_branch = "" if branch == "master" else " --branch dev"
    assert (
        f"clean ({shell.module}.py:5) makes it. Nothing was run. Type: transforms build +total{on_branch}"
        in result.stderr
    )
    assert "Did you mean" not in result.stderr
    assert "transforms put" not in result.stderr


def test_an_input_of_another_branch_is_named_there(shell: Shell) -> None:
    """Rather than suggested by its own name."""
    (shell.folder / "raw.csv").write_text("x\n1\n")
    assert shell.run("put", "/t/raw", "raw.csv", "--branch", "dev").exit_code == 0

    result = shell.run("build")

    assert result.exit_code == 2
    assert "It is on branch dev: read it there with Input(..., branch='dev')" in result.stderr
    assert "Did you mean '/t/raw'" not in result.stderr


def test_the_last_line_is_one_line(shell: Shell) -> None:
    """What an error says at length stands in its report, and is not said twice."""
    shell.write(
        """
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/out"))
        def verbose(out):
            raise ValueError("first\\nsecond")

        pipeline = Pipeline()
        pipeline.add_transforms(verbose)
        """
    )

    told = shell.run("build").stderr

    assert told.splitlines()[-1] == f"error: verbose ({shell.module}.py:4): ValueError: first"
    assert told.count("second") == 2, "in the source and in the report"


def test_what_a_transform_makes_is_not_suggested_as_what_it_reads(shell: Shell) -> None:
    """The nearest name would be its own output's."""
    shell.write(
        """
        from transforms.api import Input, Output, Pipeline, transform

        @transform.using(raw=Input("/t/raw"), out=Output("/t/rav"))
        def reads(raw, out):
            out.write_table(raw.polars())

        pipeline = Pipeline()
        pipeline.add_transforms(reads)
        """
    )

    told = shell.run("build").output

    assert "There is no dataset /t/raw" in told
    assert "Did you mean" not in told


@pytest.mark.slow
def test_jobs_of_polars_frames_load_no_pandas(shell: Shell) -> None:
    """Which takes as long to import as all the rest that a build needs."""
    shell.raw()
    program = f"""
        import sys
        sys.argv, sys.path = ["transforms", "build"], [{str(REPOSITORY)!r}, *sys.path]
        from transforms.cli.app import main
        try:
            main()
        finally:
            print("pandas" in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert "OK=2" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == "False"
