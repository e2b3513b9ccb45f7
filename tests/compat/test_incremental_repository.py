"""A repository as many are, incremental and checked, is built run after run and does each time what is new.

It lies in ``incremental_repository/`` and has raw files that are parsed, with two outputs; transforms made in a loop; a
running total that is replaced; and a table of keys that asks what it has already, through a helper.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from transforms.cli.app import app

REPOSITORY = Path(__file__).parent / "incremental_repository"
HEADER = "id,customer,country,amount\n"


@dataclass(frozen=True)
class Checkout:
    """The repository in a folder with a store of its own.

    Attributes:
        folder: the folder.
        build_options: how ``transforms build`` is called in it.
    """

    folder: Path
    build_options: tuple[str, ...]

    def run(self, *arguments: str, code: int = 0) -> Any:
        """Run a command and return what it printed as JSON."""
        result = CliRunner().invoke(app, [*arguments, "--json"], prog_name="transforms")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def put(self, alias: str, name: str, text: str, *options: str) -> None:
        """Put a file into a dataset."""
        (self.folder / name).write_text(text)
        self.run("put", alias, name, *options)

    def build(self, code: int = 0) -> dict[str, str]:
        """Build everything, and return how each job ended or ran, by the first of its outputs."""
        outputs = {job["name"]: job["outputs"][0] for job in self.run("plan")}
        jobs = self.run("build", *self.build_options, code=code)["jobs"]
        return {
            outputs[job["name"]]: job["run"].partition(":")[0] if job["status"] == "committed" else job["status"]
            for job in jobs
        }

    def rows(self, alias: str) -> list[tuple[Any, ...]]:
        """Return the rows of a dataset in order."""
        return sorted(pl.read_delta(str(self.folder / ".transforms/master/datasets" / alias.strip("/"))).rows())

    def files(self, alias: str) -> list[str]:
        """Return the paths of a dataset's files."""
        return sorted(file["path"] for file in self.run("show", alias)["files"])


@pytest.fixture(params=["local", "spark"])
def checkout(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """The repository; where there is no Spark, without the transform that needs it."""
    options = ("--engine", "local", "--exclude", "customers")
    if request.param == "spark":
        request.getfixturevalue("spark")
        options = ("--engine", "spark")
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["shop.pipeline:my_pipeline"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(REPOSITORY), *sys.path])
    made = Checkout(tmp_path, options)
    made.put("/shop/rates", "rates.csv", "country,rate\nde,1\nfr,10\n")
    made.put("/shop/raw", "day1.csv", f"{HEADER}1,anna,de,5\n2,bert,fr,7\n3,broken\n", "--files")
    yield made
    for name in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        del sys.modules[name]


def runs(checkout: Checkout, **by_output: str) -> dict[str, str]:
    """Return how the jobs should run, by their outputs."""
    found = {f"/shop/{name.replace('_', '/')}": how for name, how in by_output.items()}
    if "local" in checkout.build_options:
        del found["/shop/customers"]
    return found


def all_run(checkout: Checkout, how: str) -> dict[str, str]:
    """Return that all jobs run alike."""
    return runs(checkout, orders=how, countries_de=how, countries_fr=how, totals=how, customers=how)


def test_each_build_does_what_is_new(checkout):
    """First everything; then what came; then nothing; what was replaced, wholly, and keys that were given stay."""
    has_spark = "spark" in checkout.build_options
    assert checkout.build() == all_run(checkout, "whole")
    assert checkout.rows("/shop/totals") == [("de", 5), ("fr", 7)]
    assert checkout.files("/shop/rejected") == ["lines/day1.csv"]

    checkout.put("/shop/raw", "day2.csv", f"{HEADER}4,carl,de,6\n5,anna,fr,1\n6,also broken\n", "--files", "--append")
    checkout.put("/shop/rates", "rates.csv", "country,rate\nde,2\nfr,20\n")
    assert checkout.build() == all_run(checkout, "incremental")
    assert [row[0] for row in checkout.rows("/shop/orders")] == [1, 2, 4, 5]
    assert checkout.files("/shop/rejected") == ["lines/day1.csv", "lines/day2.csv"]
    assert checkout.rows("/shop/countries/de") == [(1, "de", 5), (4, "de", 12)]
    assert checkout.rows("/shop/countries/fr") == [(2, "fr", 70), (5, "fr", 20)]
    assert checkout.rows("/shop/totals") == [("de", 11), ("fr", 8)]
    assert checkout.rows("/shop/seen") == [(2, False), (2, True)]
    if has_spark:
        assert checkout.rows("/shop/customers") == [("anna", 4, 0), ("bert", 4, 1), ("carl", 4, 2)]

    assert checkout.build() == all_run(checkout, "fresh")

    checkout.put("/shop/raw", "day3.csv", f"{HEADER}7,abel,de,3\n", "--files")
    assert checkout.build() == all_run(checkout, "whole") | runs(checkout, customers="incremental")
    assert checkout.rows("/shop/countries/de") == [(7, "de", 6)]
    assert checkout.rows("/shop/countries/fr") == []
    assert checkout.rows("/shop/totals") == [("de", 3)]
    assert checkout.files("/shop/rejected") == []
    if has_spark:
        assert checkout.rows("/shop/customers") == [
            ("abel", 4, 3),
            ("anna", 4, 0),
            ("bert", 4, 1),
            ("carl", 4, 2),
        ]


@pytest.mark.parametrize("checkout", ["local"], indirect=True)
def test_rows_that_a_check_refuses_are_read_again_once_they_are_right(checkout):
    """Nothing of that job is committed, so the next run goes on from the one before it."""
    checkout.build()
    checkout.put("/shop/raw", "day2.csv", f"{HEADER}2,carl,de,6\n", "--files", "--append")  # a key that is there
    failed = checkout.build(code=1)
    assert failed == all_run(checkout, "skipped") | {"/shop/orders": "aborted by check"}
    assert [row[0] for row in checkout.rows("/shop/orders")] == [1, 2]
    checkout.put("/shop/raw", "day1.csv", f"{HEADER}1,anna,de,5\n2,bert,fr,7\n", "--files")
    assert checkout.build() == all_run(checkout, "whole")
