"""``transforms test``: pytest for the project, and a first test for a transform."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from transforms.cli import test as command

JOBS = """
    import datetime as dt
    import polars as pl
    import palantir_models as pm
    from palantir_models.transforms import ModelInput, ModelOutput
    from transforms.api import Input, Output, Pipeline, transform, transform_polars
    from transforms.external.systems import Source, external_systems

    @transform.using(sums=Output("/t/sums"), sales=Input("/t/sales"), copies=Output("/t/copies"))
    def sums(sales, sums, copies):
        sums.write_table(sales.polars().filter(pl.col("day") >= dt.date(2026, 1, 2)).group_by("shop").agg(pl.len()).sort("shop"))
        with copies.filesystem().open("a.txt", "w") as file:
            file.write("a")

    @transform_polars(Output("/t/now"), **{"0": Input("/t/any")})
    def now(**inputs):
        return inputs["0"].with_columns(pl.lit(dt.datetime.now()).alias("at"))

    @external_systems(api=Source("ri.api"))
    @transform.using(model=ModelInput("/t/model"), out=Output("/t/scored"))
    def score(api, model, out): ...

    @transform.using(raw=Input("/t/sales"), out=Output("/t/failed"))
    def fails(raw, out):
        raise ValueError(f"no {raw.polars()['country']}")

    def made(name):
        @transform.using(raw=Input("/t/files"), out=Output(f"/t/made/{name}"))
        def read(raw, out):
            out.write_table(pl.DataFrame({"size": [file.size for file in raw.filesystem().ls()]}))
        return read

    MADE = [made(name) for name in ("x", "y")]
    pipeline = Pipeline()
    pipeline.add_transforms(sums, now, score, fails, *MADE)
"""

SUMS = '''"""What sums does, tried on a few rows."""

import datetime as dt

from MODULE import sums


def test_sums(run_transform, assert_table_equal):
    sales = [
        {"shop": "shop-1", "day": dt.date(2026, 1, 1)},
        {"shop": "shop-2", "day": dt.date(2026, 1, 2)},
        {"shop": "shop-3", "day": dt.date(2026, 1, 3)},
    ]

    result = run_transform(sums, {"sales": sales})

    expected_sums = [
        {"shop": "shop-2", "len": 1},
        {"shop": "shop-3", "len": 1},
    ]
    assert_table_equal(result.outputs["sums"], expected_sums, ignore_order=True)
    assert sorted(result.outputs["copies"].files()) == ['a.txt']
'''


def written(shell, transform: str) -> tuple[str, str]:
    """Return what is said when a test is written, and the test."""
    before = set(shell.folder.rglob("test_*.py"))
    said = shell.run("test", "--new", transform)
    assert said.exit_code == 0, said.output
    (file,) = set(shell.folder.rglob("test_*.py")) - before
    return said.output, file.read_text()


def test_a_new_test_expects_what_the_transform_gives(shell) -> None:
    """With the columns that the store has of its inputs, else those that its code tells."""
    shell.write(JOBS)
    pl.DataFrame({"shop": ["a"], "day": [dt.date(2025, 5, 5)]}).write_parquet(shell.folder / "sales.parquet")
    assert shell.run("put", "/t/sales", "sales.parquet").exit_code == 0
    said, text = written(shell, "/t/sums")
    assert said.splitlines() == [
        "wrote tests/test_sums.py",
        "Read what it expects, then type: transforms test tests/test_sums.py",
    ]
    assert text == SUMS.replace("MODULE", shell.module)
    again = shell.run("test", "--new", f"{shell.module}:sums")
    assert again.exit_code == 2
    assert "exists, and nothing is overwritten" in again.output


@pytest.mark.parametrize(
    ("transform", "said", "text"),
    [
        (
            "now",
            "output has other rows at each run",
            "assert result.outputs[\"output\"].polars().columns == ['column', 'at']",
        ),
        ("now", "write rows for 0, of whose columns the code tells none", 'run_transform(now, {"0": rows_0})'),
        ("score", "give model an adapter, as it reads the model /t/model", "    model = None\n"),
        ("score", "say what api answer: FakeSource(", 'sources={"api": fake_source()})'),
        ("fails", "it fails on these rows at", 'assert result.status == "committed"'),
        ("/t/made/y", "wrote tests/test_read.py", 'raw = {"name.txt": "text"}'),
    ],
)
def test_what_nobody_can_know_is_left_to_the_author(shell, transform: str, said: str, text: str) -> None:
    shell.write(JOBS)
    answer, made = written(shell, transform)
    assert said in answer
    assert text in made
    compile(made, "test_it.py", "exec")


def test_one_of_several_that_were_made_by_a_function_is_found_by_what_it_writes(shell) -> None:
    shell.write(JOBS)
    _, text = written(shell, "/t/made/y")
    names: dict[str, object] = {}
    exec(text, names)
    assert [resource.alias for resource in names["read"].outputs["out"].resources] == ["/t/made/y"]


def test_a_transform_that_is_not_there_is_told(shell) -> None:
    shell.write(JOBS)
    for wanted, words in (
        (f"{shell.module}:sumz", f"Did you mean '{shell.module}:sums'"),
        ("/t/made/*", "means 2 transforms; name one: read (1), read (2)"),
        ("sumz", "Did you mean 'sums'"),
    ):
        answer = shell.run("test", "--new", wanted)
        assert answer.exit_code == 2
        assert words in answer.output
    assert "is too much" in shell.run("test", "--new", "sums", "-x").output


@pytest.fixture
def calls(monkeypatch) -> list[tuple[list[str], Path, str]]:
    """What pytest is called with, and where; it finds that a test fails."""
    made: list[tuple[list[str], Path, str]] = []

    def run(arguments, cwd, env, check):
        made.append((arguments[3:], Path(cwd), env["PYTHONPATH"]))
        return subprocess.CompletedProcess(arguments, codes.pop(0) if codes else 1)

    codes: list[int] = []
    monkeypatch.setattr(command.subprocess, "run", run)
    monkeypatch.setattr(command, "_is_installed", lambda: True)
    calls_codes[:] = [codes]
    return made


calls_codes: list[list[int]] = []


def test_pytest_gets_what_is_typed(shell, calls) -> None:
    """In the project's folder, whichever is the working folder; where a path is given, in that one."""
    shell.write(JOBS)
    assert shell.run("test", "-k", "sums", "--maxfail=1").exit_code == 1
    (shell.folder / "test_here.py").touch()
    shell.run("test", "test_here.py::test_it", "-q")
    (arguments, folder, path), (others, *_) = calls
    assert (arguments, others) == (["-k", "sums", "--maxfail=1"], ["test_here.py::test_it", "-q"])
    assert folder == shell.folder
    assert path.startswith(str(shell.folder))


@pytest.mark.parametrize(("pytest_says", "code"), [(0, 0), (1, 1), (2, 130), (3, 1), (4, 2), (5, 2)])
def test_its_exit_code_is_one_of_ours(shell, calls, pytest_says: int, code: int) -> None:
    """That there are no tests is told, with how to write one."""
    calls_codes[0].append(pytest_says)
    answer = shell.run("test")
    assert answer.exit_code == code
    assert ("Write one: transforms test --new TRANSFORM" in answer.output) is (pytest_says == 5)


def test_the_tests_of_each_subproject_of_a_foundry_repository_run_by_themselves(shell, calls) -> None:
    for part in ("transforms-a", "transforms-b"):
        (shell.folder / part / "src" / "test").mkdir(parents=True)
        package = part.replace("-", "_")
        (shell.folder / part / "src" / package).mkdir()
        (shell.folder / part / "src" / package / "__init__.py").write_text(
            "import polars as pl\nfrom transforms.api import Output, Pipeline, transform_polars\n"
            f"@transform_polars(Output('/{part}'))\ndef made():\n    return pl.DataFrame({{'x': [1]}})\n"
            "pipeline = Pipeline()\npipeline.add_transforms(made)\n"
        )
        (shell.folder / part / "src" / "setup.py").write_text(
            f"from setuptools import setup\nsetup(entry_points={{'transforms.pipelines': ['root = {package}:pipeline']}})\n"
        )
    (shell.folder / ".git").mkdir()
    (shell.folder / "pyproject.toml").unlink(missing_ok=True)
    calls_codes[0].extend([1, 0])
    assert shell.run("test").exit_code == 1
    assert [folder.name for _, folder, _ in calls] == ["transforms-a", "transforms-b"]
    assert written(shell, "/transforms-b")[0].startswith("wrote transforms-b/src/test/test_made.py")


def test_without_pytest_it_is_told_how_to_get_it(shell, monkeypatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    answer = shell.run("test")
    assert answer.exit_code == 1
    assert "Type: pip install pytest" in answer.output


@pytest.mark.slow
def test_a_new_test_passes(shell) -> None:
    """With the plugin, whether or not the package is installed."""
    shell.raw()
    written(shell, "total")
    done = subprocess.run(
        [sys.executable, "-m", "transforms", "test"], cwd=shell.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
