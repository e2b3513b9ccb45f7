"""Jobs see Foundry's Spark on whatever session there is, and leave the session as they found it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from transforms.api import Input, Output, configure, transform, transform_df
from transforms.config import Config
from transforms.engine.spark.confs import job_confs
from transforms.engine.spark.lending import Lender
from transforms.engine.spark.settings import SparkSettings
from transforms.run.job import JobOptions, run_job

ANSI = "spark.sql.ansi.enabled"
NULL_OR_VALUE = {
    # What Spark 3 gives, as its documentation of the mode without ANSI says.
    "cast('n/a' as int)": None,
    "cast('1.5' as int)": 1,
    "cast('3000000000' as int)": None,
    "cast(3000000000 as int)": -1294967296,
    "cast(300 as tinyint)": 44,
    "cast('maybe' as boolean)": None,
    "cast('x' as double)": None,
    "cast('2020-02-30' as date)": None,
    "cast('x' as timestamp)": None,
    "cast('' as int)": None,
    "to_date('nope')": None,
    "to_date('2020-13-01', 'yyyy-MM-dd')": None,
    "to_timestamp('x')": None,
    "unix_timestamp('x')": None,
    "make_date(2020, 13, 1)": None,
    "next_day('2020-01-01', 'xx')": None,
    "datediff('2020-01-10', 'x')": None,
    "1 / 0": None,
    "1 % 0": None,
    "1 div 0": None,
    "array(1, 2)[5]": None,
    "element_at(array(1, 2), 5)": None,
    "element_at(map('a', 1), 'b')": None,
    "elt(5, 'a', 'b')": None,
    "coalesce('text', 1)": "text",
    "case when true then 'text' else 0 end": "text",
    "if(true, 'a', 1)": "a",
    "2147483647 + 1": -2147483648,
    "'1' + 1": 2.0,
    "'a' + 1": None,
    "'a' = 1": None,
    "1 = true": True,
    "size(null)": -1,
    "parse_url('x y z', 'HOST')": None,
    # What Spark 4 has changed beside ANSI.
    "decode(unhex('e9'), 'windows-1252')": "é",
    "decode(unhex('ff'), 'UTF-8')": "\ufffd",
    "string(encode('é', 'US-ASCII'))": "?",
    "1 ! in (2, 3)": True,
    "'a''b'": "ab",
    "split('abcd', '', 2)[1]": "b",
}


def seen_in_a_job(store, expression, profile=None, **spark):
    """Return what a job gets for an expression, in a project with settings for Spark."""
    found = []

    @configure(profile=profile)
    @transform(out=Output("/seen"))
    def look(ctx, out):
        found.append(ctx.spark_session.sql(f"select {expression} as v").collect()[0].v)

    config = Config(project=store.root.parent, root=str(store.root), spark=spark)
    result = run_job(look, store, config, JobOptions())
    if result.error is not None:
        raise result.error
    return found[0]


def test_expressions_give_what_they_give_on_foundry(run_transform, spark):
    """In one job, for each of them, also where the frame is computed when it is written."""
    names = {f"c{number}": expression for number, expression in enumerate(NULL_OR_VALUE)}

    @transform_df(Output("/out"), data=Input("/data"))
    def compute(data):
        return data.selectExpr(*(f"{expression} as {name}" for name, expression in names.items()))

    (row,) = run_transform(compute, {"data": [{"a": 1}]}).outputs["output"].rows()
    assert {names[name]: value for name, value in row.items()} == NULL_OR_VALUE


def test_what_a_python_function_returns_is_converted_as_on_foundry(run_transform, spark):
    """A value of another type than declared is null, and bytes are a bytearray."""

    @transform_df(Output("/out"), data=Input("/data"))
    def compute(data):
        from pyspark.sql import functions as F

        text = F.udf(lambda value: "7", "int")(F.col("a"))
        kind = F.udf(lambda value: type(value).__name__)(F.encode(F.lit("x"), "UTF-8"))
        return data.select(text.alias("text"), kind.alias("kind"))

    rows = run_transform(compute, {"data": [{"a": 1}]}).outputs["output"].rows()
    assert rows == [{"text": None, "kind": "bytearray"}]


def test_decimals_keep_their_fraction(spark):
    """Where a common type of two is too long, Spark 4 would cut it to that of the shorter."""
    one, other = "cast(1.23456 as decimal(38,10))", "cast(1 as decimal(38,2))"
    rows = spark.sql(f"select {one} as v union all select {other}").collect()
    assert str(rows[0].v) == "1.2345600000"


@pytest.mark.parametrize(
    ("profile", "settings"),
    [
        (None, {"profiles": {}, "conf": {ANSI: True}}),
        ("STRICT", {"profiles": {"STRICT": {ANSI: True}}}),
        (["STRICT"], {"profiles": {"STRICT": {ANSI: True}}, "conf": {}}),
    ],
)
def test_a_project_or_a_profile_turns_ansi_on(spark, profile, settings):
    """For its jobs, on a local master too."""
    defaults, asked_for = job_confs(
        SparkSettings.from_config(settings), [profile] if isinstance(profile, str) else profile or []
    )
    lender = Lender(spark)
    lender.begin(defaults, asked_for)
    try:
        assert spark.conf.get(ANSI) == "true"
    finally:
        lender.end()
    assert spark.conf.get(ANSI) == "false"


def test_a_profile_counts_in_the_job_that_names_it(store, spark, caplog):
    """And in no other one, though the session stays."""
    policy = "spark.sql.legacy.timeParserPolicy"
    ask = "to_date('1/2/2020 and more', 'd/M/yyyy')"
    assert seen_in_a_job(store, ask) is None
    assert str(seen_in_a_job(store, ask, "LEGACY_DATETIME_PARSING")) == "2020-02-01"
    assert seen_in_a_job(store, ask) is None
    assert spark.conf.get(policy) == "CORRECTED"


def test_what_a_job_sets_ends_with_it(run_transform, spark):
    """So the next one does not depend on what ran before."""
    before = spark.conf.getAll

    @transform(out=Output("/out"))
    def careless(ctx, out):
        ctx.spark_session.conf.set(ANSI, "true")
        ctx.spark_session.conf.set("spark.sql.shuffle.partitions", "77")
        ctx.spark_session.conf.set("spark.of.its.own", "1")
        ctx.spark_session.conf.unset("spark.sql.session.timeZone")

    run_transform(careless)
    assert spark.conf.getAll == before


class Bare:
    """A session as somebody else made it: a new one of the same Spark, with settings of its own."""

    def __init__(self, spark, **confs):
        self.session = spark.newSession()
        for key in job_confs(SparkSettings(), [])[0]:
            self.session.conf.unset(key)
        for key, value in confs.items():
            self.session.conf.set(key, value)


def test_a_session_of_somebody_else_has_its_own_settings_again(spark):
    """Those that Foundry has hold from the first job's begin to the last one's end."""
    bare = Bare(spark).session
    lender = Lender(bare)
    before = bare.conf.getAll
    assert bare.conf.get(ANSI) == "true"
    defaults, _ = job_confs(SparkSettings(), [])
    lender.begin(defaults, {})
    lender.begin(defaults, {"spark.sql.shuffle.partitions": "3"})
    assert bare.sql("select cast('x' as int) as v").collect()[0].v is None
    lender.end()
    assert bare.conf.get(ANSI) == "false", "a job still runs"
    lender.end()
    assert bare.conf.getAll == before
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        bare.sql("select cast('x' as int) as v").collect()


def test_what_extensions_set_for_themselves_does_not_end_with_a_job(spark, tmp_path):
    """Delta reads tables whose columns have ids by a setting that it makes when a session is first asked something."""
    bare = Bare(spark).session
    table = f"delta.`{tmp_path / 'table'}`"
    lender = Lender(bare)
    lender.begin({}, {})
    bare.sql(f"CREATE TABLE {table} (a int) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'id')")
    bare.sql(f"INSERT INTO {table} VALUES (1)")
    lender.end()
    assert bare.table(table).collect() == [(1,)]


def test_what_its_maker_chose_stays_unless_the_project_asks_for_something_else(spark):
    """A setting that somebody made is no default."""
    session = Bare(spark, **{ANSI: "true", "spark.sql.session.timeZone": "Asia/Tokyo"}).session
    lender = Lender(session)
    lender.begin(job_confs(SparkSettings(), [])[0], {"spark.sql.session.timeZone": "Europe/Zurich"})
    assert (session.conf.get(ANSI), session.conf.get("spark.sql.session.timeZone")) == ("true", "Europe/Zurich")
    lender.end()
    assert session.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"


def test_what_counts_at_the_start_only_is_told(spark, caplog):
    """Nothing that a project asks for is passed over in silence."""
    lender = Lender(spark)
    lender.begin({}, {"spark.driver.memory": "77g"})
    lender.end()
    assert "spark.driver.memory of [tool.transforms.spark] changes nothing" in caplog.text


def test_what_writing_needs_holds_whatever_the_maker_chose():
    """Timestamps in a form that every reader knows."""
    _, asked_for = job_confs(SparkSettings(), [])
    assert asked_for["spark.sql.parquet.outputTimestampType"] == "TIMESTAMP_MICROS"


def test_a_session_that_is_lost_ends_no_job(caplog):
    """A job that has ended has ended; that the session is not as it was is told."""

    class Conf:
        _jconf = property(lambda self: self)
        set = get = getAll = lambda self, *arguments: self

    class Lost(Conf):
        conf = property(lambda self: Conf())
        is_stopped = property(lambda self: 1 / 0)
        schema = ()

        def range(self, rows):
            return self

    lender = Lender(Lost())
    lender.begin({}, {})
    lender.end()
    assert "could not be put back" in caplog.text


def test_jobs_side_by_side_find_the_session_active(store, spark):
    """Each in its own thread, before its function runs."""

    def job(number):
        @transform(out=Output(f"/out{number}"))
        def make(out):
            from pyspark.sql import SparkSession, Window
            from pyspark.sql import functions as F

            session = SparkSession.getActiveSession()
            counted = F.count("id").over(Window.partitionBy("id"))
            out.write_dataframe(session.range(number).withColumn("n", counted))

        config = Config(project=store.root.parent, root=str(store.root))
        return run_job(make, store, config, JobOptions())

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(job, range(1, 5)))
    assert [(result.status, result.error) for result in results] == [("committed", None)] * 4
