"""Taking a chart's values away: files and code give the same points as the chart."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from palantir_models import open_model
from palantir_models.code_workspaces import ModelOutput


def points(page: Any, rid: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Run the code that the page gives, and return what each gives."""
    found = {}
    for name, code in page.get(f"/data/models/{rid}/query", **parameters).items():
        scope: dict[str, Any] = {}
        exec(code, scope)
        rows = scope["points"]
        found[name] = rows if isinstance(rows, pl.DataFrame) else rows.pl()
    return found


@pytest.mark.parametrize("series", ["train/loss", "speed"])
@pytest.mark.parametrize("view", [{}, {"from": 10.5, "to": 60}, {"x": "time", "from": 5}])
def test_the_code_gives_the_points_of_the_chart(
    page: Any, shop: Path, rid: str, ids: list[str], series: str, view: dict[str, Any]
) -> None:
    """Those in view; where the axis is another than the steps, all."""
    expected = open_model("/wine", root=shop / ".transforms").compare(ids[:2]).metrics(series).polars()
    if "x" not in view and view:
        expected = expected.filter(pl.col("step").is_between(11, 60))
    found = points(page, rid, {"id": ids[:2], "series": series, **view})
    assert set(found) == {"duckdb", "polars"}
    for rows in found.values():
        assert rows.columns == ["experiment_id", "step", "value", "timestamp"]
        assert sorted(rows["experiment_id"].unique()) == sorted(ids[:2])
        values = rows.sort("step", "value")["value"]
        assert values.equals(expected.sort("step", "value")["value"], null_equal=True)


def test_a_spreadsheet_runs_no_name(running: Any, tmp_path: Path, monkeypatch: Any, rid: str) -> None:
    """Text that begins like a formula has an apostrophe before it; a number below zero is a number."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    experiment = ModelOutput("/wine").create_experiment("=1+1")
    try:
        experiment.log_metric("@loss", -7.0)
        experiment._recording.drain()
        found = running.begin(tmp_path).ask(
            f"/data/models/{rid}/charts.csv?series=%40loss&id={experiment._recording.experiment_id}"
        )
        (row,) = pl.read_csv(io.BytesIO(found.body)).rows(named=True)
        assert (row["experiment"], row["series"], row["value"]) == ("'=1+1", "'@loss", -7.0)
    finally:
        experiment._recording.close("FAILED", "the test ended")
        experiment._recording.discard_journal()


def test_a_name_stays_a_name_in_the_code(running: Any, tmp_path: Path, monkeypatch: Any, rid: str) -> None:
    """Whatever it tries: it is data, in SQL within Python. And what runs is in no table yet, and comes all the same."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    name = """it's "quoted" \\ ; DROP TABLE metrics -- '''"""
    experiment = ModelOutput("/wine").create_experiment("run")
    try:
        experiment.log_metric(name, 7.0)
        experiment._recording.drain()
        browser = running.begin(tmp_path)
        for rows in points(browser, rid, {"id": [experiment._recording.experiment_id], "series": name}).values():
            assert rows["value"].to_list() == [7.0]
    finally:
        experiment._recording.close("FAILED", "the test ended")
        experiment._recording.discard_journal()


def test_files_have_every_value(page: Any, rid: str, ids: list[str]) -> None:
    """Also those that are not finite; with a name for the disk."""
    chosen = "&".join(f"id={identity}" for identity in ids)
    parquet = page.ask(f"/data/models/{rid}/charts.parquet?series=train/loss&{chosen}")
    csv = page.ask(f"/data/models/{rid}/charts.csv?series=train/loss&{chosen}")
    rows = pl.read_parquet(io.BytesIO(parquet.body))
    assert rows.height == 300
    assert rows["value"].is_nan().sum() == 3
    assert parquet.headers["Content-Disposition"] == 'attachment; filename="train-loss.parquet"'
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert pl.read_csv(io.BytesIO(csv.body))["step"].to_list() == rows["step"].to_list()


def test_several_series_are_saved_in_one_file(page: Any, shop: Path, rid: str, ids: list[str]) -> None:
    """Each row says of which it is; the file is named for all."""
    answer = page.ask(f"/data/models/{rid}/charts.csv?series=speed&series=only/here&id={ids[0]}&id={ids[1]}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="charts.csv"'
    rows = pl.read_csv(io.BytesIO(answer.body))
    assert dict(rows.group_by("series").len().iter_rows()) == {"speed": 200, "only/here": 1}
