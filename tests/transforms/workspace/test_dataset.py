"""Datasets in notebooks and scripts: read with conditions, written a commit at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundry.transforms import Column, Dataset
from transforms.errors import DataError, MisuseError, NotFoundError, UnavailableError, UsageError

PEOPLE = pl.DataFrame({"name": ["Ada", "Bo", None], "age": [36, 5, 70]}, schema={"name": pl.String, "age": pl.Int32})


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an alias for a dataset, in the working folder."""
    (tmp_path / "pyproject.toml").write_text('[tool.transforms.inputs]\npeople = "/examples/people"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def people() -> Dataset:
    """A dataset with three rows."""
    dataset = Dataset.get("people")
    dataset.write_table(PEOPLE, column_descriptions={"age": "in years"})
    return dataset


def test_an_alias_is_the_dataset_that_the_project_names(people: Dataset) -> None:
    assert people.alias == "people"
    assert Dataset.get("/examples/people").read_table(format="polars").equals(PEOPLE)
    assert people.schema == pa.schema({"name": pa.string(), "age": pa.int32()})


@pytest.mark.parametrize(
    ("format", "kind"),
    [("dataframe", pd.DataFrame), ("pandas", pd.DataFrame), ("arrow", pa.Table), ("polars", pl.DataFrame)],
)
def test_chosen_rows_come_in_every_form_with_the_types_of_the_dataset(people: Dataset, format: str, kind: type) -> None:
    chosen = people.where(Column.get("age") > 30).select("age").read_table(format=format)

    assert isinstance(chosen, kind)
    assert pl.DataFrame(pa.table(chosen) if format != "polars" else chosen).equals(PEOPLE[[0, 2]].select("age"))
    if format == "arrow":
        assert chosen.schema == pa.schema({"age": pa.int32()})


def test_the_whole_dataset_comes_lazily_and_as_files(people: Dataset) -> None:
    assert people.read_table(format="lazy-polars").collect().equals(PEOPLE)
    assert pl.read_parquet(f"{people.read_table(format='path')}/**/*.parquet").equals(PEOPLE)


def test_columns_and_rows_are_limited_by_arguments_too(people: Dataset) -> None:
    assert people.read_table(columns=["name"], row_limit=1).to_dict("list") == {"name": ["Ada"]}
    assert people.limit(2).read_table(format="arrow").num_rows == 2


AGE = Column.get("age")


@pytest.mark.parametrize(
    ("condition", "ages"),
    [
        (AGE == 5, [5]),
        (AGE != 5, [36, 70]),
        (AGE >= 36, [36, 70]),
        (AGE < 36, [5]),
        (AGE <= 36, [36, 5]),
        (AGE.between(5, 36), [36, 5]),
        (AGE.isin(5, 70), [5, 70]),
        (AGE.isin([36]), [36]),
        (Column.get("name").isnull(), [70]),
        (~Column.get("name").isnull() & (AGE > 5), [36]),
        ((AGE == 5) | (AGE == 70), [5, 70]),
        (Column.get("name") != "Ada", [5]),  # a null is neither the same nor another
    ],
)
def test_a_condition_chooses_rows(people: Dataset, condition: Any, ages: list[int]) -> None:
    assert people.where(condition).read_table(format="polars")["age"].to_list() == ages


@given(st.lists(st.integers(-3, 3)), st.integers(-3, 3), st.integers(-3, 3))
def test_conditions_are_those_of_python(values: list[int], one: int, other: int) -> None:
    """Put together in any way, for values that are there."""
    x = Column.get("x")
    condition = (x > one) & ~(x == other) | x.isin(one, other)

    found = pl.DataFrame({"x": values}, schema={"x": pl.Int64}).filter(condition.expression())["x"].to_list()

    assert found == [v for v in values if (v > one and v != other) or v in (one, other)]


def test_a_write_is_a_commit_and_its_mode_is_chosen_before(people: Dataset) -> None:
    people.set_write_mode("append")
    people.write_table(PEOPLE[:1])

    assert people.read_table(format="polars").height == 4
    people.set_write_mode("replace")
    people.write_table(PEOPLE.to_pandas())
    assert people.read_table(format="polars").height == 3


def test_parquet_files_of_the_user_become_rows() -> None:
    dataset = Dataset.get("/own")
    PEOPLE.write_parquet(f"{dataset.write_table_path}/part-0.parquet")
    dataset.write_table(dataset.write_table_path)
    assert dataset.read_table(format="polars").equals(PEOPLE)

    with pytest.raises(UsageError, match="no Parquet files"):
        Dataset.get("/none").put_metadata()


def test_files_are_uploaded_listed_and_downloaded(project: Path) -> None:
    (project / "folder/sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", "_hidden"):
        (project / "folder" / name).write_text(name)
    dataset = Dataset.get("/files")
    dataset.upload_directory("folder")
    dataset.upload_file("folder/a.txt", "c/d.txt")

    files = dataset.files()
    assert [file.path for file in files] == ["a.txt", "c/d.txt", "sub/b.txt"]
    assert [file.path for file in dataset.files(show_hidden_files=True)][0] == "_hidden"
    assert Path(files.get("c/d.txt").download()).read_text() == "a.txt"
    assert {path: Path(place).read_text() for path, place in files.download().items()}["sub/b.txt"] == "sub/b.txt"
    assert dataset.schema is None


def test_a_schema_stands_for_a_dataset_that_is_not_there_yet() -> None:
    empty = Dataset.get("/none").read_table(format="polars", schema=PEOPLE.schema)
    assert (empty.height, empty.schema) == (0, PEOPLE.schema)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda d: Dataset.get("/examples/peopel").read_table(), NotFoundError, "Did you mean '/examples/people'"),
        (lambda d: d.select("nam").read_table(), NotFoundError, "no column 'nam'. Did you mean 'name'"),
        (lambda d: d.where(Column.get("ag") > 1).read_table(), NotFoundError, "Did you mean 'age'"),
        (lambda d: d.read_table(format="panda"), UsageError, "Did you mean 'pandas'"),
        (lambda d: d.limit(1).read_table(format="path"), UsageError, "gives the whole dataset"),
        (lambda d: d.read_table(mode="added"), UsageError, "incremental transforms"),
        (lambda d: d.where("age > 3"), UsageError, "give a condition"),
        (lambda d: d.where((AGE > 1) and (AGE < 9)), MisuseError, "with & and |"),
        (lambda d: d.set_write_mode("overwrite"), UsageError, "'replace'"),
        (lambda d: d.write_table([1]), DataError, "Make it a frame"),
        (lambda d: d.upload_file("nowhere"), UsageError, "no such file"),
        (lambda d: d.upload_directory("nowhere"), UsageError, "no such folder"),
        (lambda d: d.files().get("x"), NotFoundError, "no file 'x'"),
        (lambda d: d.abort(), UnavailableError, "committed at once"),
        (lambda d: Dataset.get(None), TypeError, "named by its path"),
    ],
)
def test_what_cannot_be_is_told_at_the_call(people: Dataset, call: Any, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        call(people)
