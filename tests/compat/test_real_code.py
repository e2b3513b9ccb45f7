"""Files in the shapes that real Foundry code has: they import, they are discovered, and what can run runs."""

from __future__ import annotations

import importlib
import sys

import pytest

from transforms.api import Pipeline
from transforms.errors import UnavailableError
from transforms.testing import FakeSource, run_transform

FILES = {
    "generators": """
        from transforms.api import transform, Input, Output
        def make(domain):
            @transform(out=Output(f"/clean/{domain}"), source=Input(f"/raw/{domain}"))
            def compute_function(source, out, domain=domain):
                return out.write_dataframe(source.pandas().assign(domain=domain))
            return compute_function
        transforms = (make(domain) for domain in ("care", "drug"))
    """,
    "lists": """
        from transforms.api import transform_df, Input, Output, configure
        def make(domain):
            @configure(profile=None)
            @transform_df(Output(f"/list/{domain}"), **{"0": Input("/a"), "349": Input("/b")})
            def compute_function(**input_dfs):
                return input_dfs
            return compute_function
        TRANSFORMS = [make(domain) for domain in ("x", "y")]
    """,
    "2-all-domains": """
        from transforms.api import transform_polars, Input, Output
        @transform_polars(Output("/two"), source=Input("/raw/care"))
        def two(source):
            return source
    """,
    "stacks": """
        import functools
        from transforms.api import *
        from transforms.external.systems import external_systems, Source
        from transforms import expectations as E
        def logged(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper
        @incremental(snapshot_inputs=["a"])
        @configure(["DRIVER_MEMORY_LARGE", "NUM_EXECUTORS_8"], backend="VELOX")
        @transform(a=Input("/s/a"), out=Output("/s/1"))
        def one(ctx, a, out):
            out.set_mode("modify" if ctx.is_incremental else "replace")
            out.write_pandas(a.pandas())
        @configure(profile="KUBERNETES_NO_EXECUTORS")
        @incremental()
        @transform_df(Output("/s/2"), a=Input("/s/a"))
        def two(a):
            return a
        @lightweight(container_image="i", container_tag="t")
        @incremental()
        @transform(a=Input("/s/a"), out=Output("/s/3"))
        def three(a, out): ...
        @incremental()
        @lightweight()
        @external_systems(source=Source("ri.source"))
        @transform(out=Output("/s/4"))
        def four(source, out):
            out.write_table(fetched(source))
        def fetched(source):
            import pandas as pd
            connection = source.get_https_connection()
            return pd.DataFrame(connection.get_client().get(connection.url + "/rows").json())
        @lightweight
        @external_systems(source=Source("ri.source"))
        @transform(out=Output("/s/5"))
        def five(out, source):
            return out.write_table(fetched(source))
        @external_systems(source=Source("ri.source"))
        @transform_pandas(Output("/s/6"))
        def six(source):
            return fetched(source)
        @transform(out=Output("/s/7"), a=Input("/raw/care"))
        @logged
        def seven(a, out):
            out.write_pandas(a.pandas())
        @transform.spark.using(out=Output("/s/8")).with_config(profiles=["p"])
        def eight(out): ...
        @transform.using(out=Output("/s/9")).with_resources(cpu_cores=1, memory_gb=2)
        def nine(out: LightweightOutput, ctx: LightweightContext): ...
        @transform_df(output=Output("/s/10", checks=Check(E.primary_key("id"), "key", "FAIL")),
            a=Input("/s/a", checks=[Check(E.col("x").non_null(), "x", on_error="WARN")],
                stop_propagating=Markings("m", on_branches=["master"])))
        def ten(a): ...
    """,
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with those files."""
    from textwrap import dedent

    folder = tmp_path / "real_code"
    (folder / "released-flags").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "released-flags" / "__init__.py").touch()
    for name, text in FILES.items():
        place = folder / "released-flags" if name == "lists" else folder
        (place / f"{name}.py").write_text(dedent(text))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("real_code")
    for name in [name for name in sys.modules if name.startswith("real_code")]:
        del sys.modules[name]


def discovered(package):
    """Return the transforms of the package by what they write."""
    pipeline = Pipeline()
    pipeline.discover_transforms(package)
    return {resource.alias: t for t in pipeline.transforms for p in t.outputs.values() for resource in p.resources}


def test_everything_is_found(package):
    """Generators, lists, file and folder names that are no identifiers, every decorator stack."""
    expected = ["/clean/care", "/clean/drug", "/list/x", "/list/y", "/two", *(f"/s/{n}" for n in range(1, 11))]
    assert sorted(discovered(package)) == sorted(expected)


def test_a_second_discovery_finds_generated_transforms_again(package):
    """A generator that was read is not lost."""
    assert sorted(discovered(package)) == sorted(discovered(package))


def test_what_needs_no_frames_of_spark_runs(package, store, spark):
    """Unmodified, with pandas and Polars where Spark is not needed."""
    found = discovered(package)
    rows = [{"x": 1}]
    result = run_transform(found["/clean/care"], {"source": rows}, store=store)
    assert result.outputs["out"].rows() == [{"x": 1, "domain": "care"}]
    assert run_transform(found["/two"], store=store, inputs={"source": rows}).outputs["output"].rows() == rows
    assert run_transform(found["/s/7"], store=store).outputs["out"].rows() == rows
    incremental = [run_transform(found["/s/1"], inputs, store=store) for inputs in ({"a": rows}, {})]
    assert [result.outputs["out"].rows() for result in incremental] == [rows, rows + rows]
    assert run_transform(found["/s/9"], store=store).status == "committed"


def test_one_that_is_declared_for_spark_runs_there(package, store, spark):
    """With a profile that nothing is known of."""
    assert run_transform(discovered(package)["/s/8"], store=store).status == "committed"


@pytest.mark.parametrize(("alias", "output"), [("/s/4", "out"), ("/s/5", "out"), ("/s/6", "output")])
def test_a_source_is_asked_under_every_decorator(package, alias, output):
    """The function receives it by its name, beside outputs or alone."""
    result = run_transform(discovered(package)[alias], sources={"source": FakeSource({"/rows": [{"x": 1}]})})
    assert result.outputs[output].rows() == [{"x": 1}]


def test_frames_of_an_incremental_transform_are_added_on_spark(package, store, spark):
    """Below ``@configure``; each run gets what is new."""
    build = discovered(package)["/s/2"]
    runs = [run_transform(build, {"a": [{"x": x}]}, store=store, append=True) for x in (1, 2)]
    assert sorted(row["x"] for row in runs[1].outputs["output"].rows()) == [1, 2]


def test_what_it_cannot_run_says_why(package):
    """One clear refusal when a job starts; the file imports all the same."""
    with pytest.raises(UnavailableError, match=r"real_code"):
        run_transform(discovered(package)["/s/3"])
