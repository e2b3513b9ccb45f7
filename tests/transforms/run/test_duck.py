"""DuckDB over a job's inputs: they are tables by their names, read when a query asks for them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from transforms.api import Input, LightweightContext, Output, incremental, transform, transform_polars
from transforms.errors import DataError, MissingExtraError, UnavailableError, UsageError

ROWS = [{"city": "Bern", "degrees": 21}, {"city": "Oslo", "degrees": 12}]


def over(query, **inputs):
    """Return a transform that writes what a query over its inputs says."""

    def compute(ctx, out, **given):
        out.write_table(ctx.duckdb().conn.sql(query))

    return transform.using(out=Output("/out"), **(inputs or {"weather": Input("/weather")}))(compute)


def test_inputs_are_tables_under_the_names_of_their_parameters(run_transform) -> None:
    query = "SELECT weather.city, degrees, name FROM weather JOIN countries ON weather.city = countries.city"
    joined = over(query, weather=Input("/weather"), countries=Input("/countries"))

    result = run_transform(joined, {"weather": ROWS, "countries": [{"city": "Oslo", "name": "Norway"}]})

    assert result.outputs["out"].rows() == [{"city": "Oslo", "degrees": 12, "name": "Norway"}]


def test_a_query_reads_only_what_it_needs(run_transform) -> None:
    plans = []

    @transform.using(weather=Input("/weather"), out=Output("/out"))
    def compute(ctx: LightweightContext, weather, out) -> None:
        conn = ctx.duckdb().conn
        plans.append(conn.sql("EXPLAIN SELECT city FROM weather WHERE degrees > 20").fetchall()[0][1])
        out.write_table(conn.sql("SELECT city FROM weather WHERE degrees > 20"))

    assert run_transform(compute, {"weather": ROWS}).outputs["out"].rows() == [{"city": "Bern"}]
    assert "Projections: city" in plans[0] or "city" in plans[0].split("Projections")[1]


def test_files_of_an_input_are_read_by_its_files_function(run_transform) -> None:
    """Also where a name has a quote, and those of a dataset of rows; hidden ones are left out."""
    read = over("SELECT * FROM read_csv(raw_files()) ORDER BY x", raw=Input("/raw"))
    files = {"a'b/one.csv": "x,y\n1,a\n", "two.csv": "x,y\n2,b\n", "_SUCCESS": ""}
    assert run_transform(read, {"raw": files}).outputs["out"].rows() == [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]

    rows = over("SELECT count(*) AS n FROM read_parquet(weather_files())")
    assert run_transform(rows, {"weather": ROWS}).outputs["out"].rows() == [{"n": 2}]


def test_a_table_of_raw_files_is_answered_with_the_function(run_transform) -> None:
    with pytest.raises(DataError, match=r"holds raw files and has no columns.* raw_files\(\) gives their paths"):
        run_transform(over("SELECT * FROM raw", raw=Input("/raw")), {"raw": {"one.csv": "x\n1\n"}})


def test_a_query_may_stand_in_a_file_beside_the_code(run_transform, tmp_path: Path) -> None:
    (tmp_path / "hot.sql").write_text("SELECT city FROM weather WHERE degrees > 20")
    code = "def compute(ctx, weather, out):\n    out.write_table(ctx.duckdb().conn.sql_from_file('hot.sql'))\n"
    names: dict = {}
    exec(compile(code, str(tmp_path / "code.py"), "exec"), names)
    declared = transform.using(weather=Input("/weather"), out=Output("/out"))(names["compute"])

    assert run_transform(declared, {"weather": ROWS}).outputs["out"].rows() == [{"city": "Bern"}]
    (tmp_path / "hot.sql").unlink()
    with pytest.raises(UsageError, match=r"hot\.sql"):
        run_transform(declared)


def test_everything_else_is_duckdbs_own(run_transform) -> None:
    @transform.using(weather=Input("/weather"), out=Output("/out"))
    def compute(ctx, weather, out) -> None:
        conn = ctx.duckdb(read_modes={weather: "current"}).conn
        conn.execute("SET threads = 1")
        conn.execute("CREATE TABLE hot AS SELECT * FROM weather WHERE degrees > ?", [20])
        out.write_table(conn.table("hot").project("city"))

    assert run_transform(compute, {"weather": ROWS}).outputs["out"].rows() == [{"city": "Bern"}]


def test_frames_are_tables_too(run_transform) -> None:
    @transform_polars(Output("/out"), weather=Input("/weather"))
    def compute(ctx, weather):
        return ctx.duckdb().conn.sql("SELECT max(degrees) AS hottest FROM weather").pl()

    assert run_transform(compute, {"weather": ROWS}).outputs["output"].rows() == [{"hottest": 21}]


@pytest.mark.parametrize(
    ("modes", "says"),
    [(lambda i: {"weather": "current"}, "give the inputs themselves"), (lambda i: {i: "previous"}, "incremental runs")],
)
def test_a_read_mode_that_cannot_be_is_refused(run_transform, modes, says: str) -> None:
    @transform.using(weather=Input("/weather"), out=Output("/out"))
    def compute(ctx, weather, out) -> None:
        ctx.duckdb(read_modes=modes(weather))

    with pytest.raises(UsageError, match=says):
        run_transform(compute, {"weather": ROWS})


def test_without_duckdb_or_a_job_it_says_so(run_transform, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match="inside a running job"):
        LightweightContext().duckdb()
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"\[duckdb\]"):
        run_transform(over("SELECT 1 AS x FROM weather"), {"weather": ROWS})


def test_an_incremental_run_has_what_is_new_unless_another_mode_is_said(run_transform) -> None:
    @incremental()
    @transform.using(weather=Input("/weather"), out=Output("/counts"))
    def counts(ctx, weather, out) -> None:
        rows = [
            ctx.duckdb(modes).conn.sql("SELECT count(*) FROM weather").fetchall()[0][0]
            for modes in (None, {weather: "current"})
        ]
        out.write_table(pl.DataFrame({"new": rows[:1], "all": rows[1:]}))

    @transform.using(out=Output("/weather"))
    def grown(out) -> None:
        out.set_mode("append")
        out.write_table(pl.DataFrame(ROWS))

    run_transform(grown)
    run_transform(counts)
    run_transform(grown)

    rows = run_transform(counts).outputs["out"].polars().sort("all").to_dicts()
    assert rows == [{"new": 2, "all": 2}, {"new": 2, "all": 4}]
