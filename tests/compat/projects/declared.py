"""How transforms are declared: factories, lists, stacks of decorators, names that are none, annotations."""

from __future__ import annotations

from tests.compat.projects.project import Style, rows

ONE, TWO = {"/raw": rows(1, 2)}, {"/out": rows(1, 2)}
ADDED = {"more": {"/raw": rows(3)}, "then": {"/out": rows(1, 2, 3)}}

STYLES = {
    "a generator of transforms, with a default value of the function": Style(
        """
        from transforms.api import transform, Input, Output
        def make(domain):
            @transform(out=Output(f"/clean/{domain}"), foundry_df=Input("/raw"))
            def compute_function(foundry_df, out, domain=domain):
                return out.write_pandas(foundry_df.pandas().assign(domain=domain))
            return compute_function
        transforms = (make(domain) for domain in ("care", "drug"))
        """,
        ONE,
        {"/clean/care": [{"x": 1, "domain": "care"}, {"x": 2, "domain": "care"}]},
    ),
    "a list of transforms whose inputs have numbers for names": Style(
        """
        import pandas as pd
        from transforms.api import transform_pandas, Input, Output
        def make(sites):
            @transform_pandas(Output("/union"), **{str(site): Input(f"/site/{site}") for site in sites})
            def compute(**input_dfs):
                return pd.concat([frame.assign(site=int(site)) for site, frame in input_dfs.items()])
            return compute
        TRANSFORMS = [make([0, 349])]
        """,
        {"/site/0": rows(1), "/site/349": rows(2)},
        {"/union": [{"x": 1, "site": 0}, {"x": 2, "site": 349}]},
    ),
    "a module whose name is no identifier": Style(
        {
            "2-all-domains.py": """
                from transforms.api import transform_polars, Input, Output
                @transform_polars(Output("/out"), source=Input("/raw"))
                def all_domains(source):
                    return source
            """,
            "released-flags/flight-alerts-clean.py": """
                from transforms.api import transform_polars, Input, Output
                @transform_polars(Output("/alerts"), source=Input("/out"))
                def alerts(source):
                    return source.head(1)
            """,
        },
        {"/raw": rows(1)},
        {"/out": rows(1), "/alerts": rows(1)},
    ),
    "a single check, its severity by place": Style(
        """
        from transforms.api import transform_pandas, Input, Output, Check
        from transforms import expectations as E
        @transform_pandas(
            Output("/out", checks=Check(E.primary_key("x"), "key", "WARN")),
            raw=Input("/raw", checks=Check(E.all(E.col("x").non_null(), E.col("x").lt(5)), "small", on_error="FAIL")))
        def checked(raw):
            return raw
        """,
        ONE,
        TWO,
    ),
    "lists of checks, the severity by its name": Style(
        """
        import polars as pl
        from transforms.api import transform, Input, Output, Check
        from transforms import expectations as E
        SCHEMA = {"x": pl.Int64}
        @transform.using(
            raw=Input("/raw", checks=[Check(E.count().gt(0), "not empty", on_error="WARN")]),
            out=Output("/out", checks=[
                Check(E.schema().contains(SCHEMA), "schema", on_error="FAIL", description="as agreed"),
                Check(E.any(E.col("x").is_null(), E.col("x").gte(1)), "positive", on_error="WARN"),
                Check(E.negate(E.col("x").equals(7)), "not seven"),
            ]))
        def checked(raw, out):
            out.write_table(raw.polars())
        """,
        ONE,
        TWO,
    ),
    "configure above transform": Style(
        """
        from transforms.api import configure, transform, Input, Output
        @configure(profile=["DRIVER_MEMORY_LARGE", "NUM_EXECUTORS_8"])
        @transform(raw=Input("/raw"), out=Output("/out"))
        def compute(raw, out):
            out.write_pandas(raw.pandas())
        """,
        ONE,
        TWO,
    ),
    "configure with nothing, a name, and a backend": Style(
        """
        from datetime import timedelta
        from transforms.api import configure, transform, transform_pandas, ComputeBackend, Input, Output
        @configure()
        @transform_pandas(Output("/a"), raw=Input("/raw"))
        def one(raw):
            return raw
        @configure(profile="KUBERNETES_NO_EXECUTORS", allowed_run_duration=timedelta(hours=2))
        @transform_pandas(Output("/b"), raw=Input("/a"))
        def two(raw):
            return raw
        @configure(profile=None, backend=ComputeBackend.VELOX)
        @transform_pandas(Output("/out"), raw=Input("/b"))
        def three(raw):
            return raw
        """,
        ONE,
        TWO,
    ),
    "incremental above transform, ctx in the last place": Style(
        """
        from transforms.api import incremental, transform, Input, Output
        @incremental(semantic_version=2)
        @transform(raw=Input("/raw"), out=Output("/out"))
        def compute(raw, out, ctx):
            out.set_mode("modify" if ctx.is_incremental else "replace")
            out.write_pandas(raw.pandas())
        """,
        ONE,
        TWO,
        **ADDED,
    ),
    "configure above incremental above transform": Style(
        """
        from transforms.api import configure, incremental, transform, Input, Output
        @configure(profile="NUM_EXECUTORS_64")
        @incremental(require_incremental=True)
        @transform(raw=Input("/raw"), out=Output("/out"))
        def compute(raw, out):
            out.write_pandas(raw.pandas())
        """,
        ONE,
        TWO,
        **ADDED,
    ),
    "incremental above configure above transform": Style(
        """
        from transforms.api import configure, incremental, transform, Input, Output
        @incremental(snapshot_inputs=["rates"])
        @configure(profile=["EXECUTOR_MEMORY_LARGE"])
        @transform(raw=Input("/raw"), rates=Input("/rates"), out=Output("/out"))
        def compute(ctx, raw, rates, out):
            out.write_pandas(raw.pandas().assign(rate=rates.pandas()["rate"].max()))
        """,
        {"/raw": rows(1), "/rates": rows(5, name="rate")},
        {"/out": [{"x": 1, "rate": 5}]},
        {"/raw": rows(2), "/rates": rows(7, name="rate")},
        {"/out": [{"x": 1, "rate": 5}, {"x": 2, "rate": 7}]},
    ),
    "lightweight, bare and called": Style(
        """
        from transforms.api import lightweight, transform, transform_pandas, Input, Output
        @lightweight
        @transform(raw=Input("/raw"), mid=Output("/mid"))
        def one(raw, mid):
            mid.write_table(raw.arrow())
        @lightweight(cpu_cores=3.5, memory_gb=20)
        @transform_pandas(Output("/out"), mid=Input("/mid"))
        def two(mid):
            return mid
        """,
        ONE,
        TWO,
    ),
    "lightweight above incremental above transform": Style(
        """
        from transforms.api import lightweight, incremental, transform, Input, Output
        @lightweight()
        @incremental()
        @transform(raw=Input("/raw"), out=Output("/out"))
        def compute(raw, out):
            out.write_table(raw.polars(mode="added"))
        """,
        ONE,
        TWO,
        **ADDED,
    ),
    "incremental above lightweight above external_systems": Style(
        """
        from transforms.api import incremental, lightweight, transform, Output, Input
        from transforms.external.systems import external_systems, Source
        import pandas as pd
        @incremental()
        @lightweight()
        @external_systems(source=Source("ri.magritte..source.1"))
        @transform(raw=Input("/raw"), out=Output("/out"))
        def compute(source, raw, out):
            frame = raw.pandas()
            out.write_table(frame.assign(key=source.get_secret("apiKey"))[["x", "key"]])
        """,
        {"/raw": rows(1)},
        {"/out": [{"x": 1, "key": "s3cret"}]},
        {"/raw": rows(2)},
        {"/out": [{"x": 1, "key": "s3cret"}, {"x": 2, "key": "s3cret"}]},
        '[tool.transforms.sources."ri.magritte..source.1"]\nsecrets = { apiKey = "STYLE_KEY" }\n',
    ),
    "transform.using with resources, and transform.lightweight": Style(
        """
        from transforms.api import transform, Input, Output
        @transform.using(raw=Input("/raw"), mid=Output("/mid")).with_resources(cpu_cores=1, memory_gb=2)
        def one(raw, mid):
            mid.write_table(raw.polars(lazy=True))
        @transform.lightweight(mid=Input("/mid"), out=Output("/out"))
        def two(mid, out):
            out.write_table(mid.pandas())
        """,
        ONE,
        TWO,
    ),
    "a decorator of the user's below transform": Style(
        """
        import functools
        from transforms.api import transform, Input, Output
        def logged(name):
            def around(function):
                @functools.wraps(function)
                def wrapper(*args, **kwargs):
                    kwargs["out"].set_mode("replace")
                    return function(*args, **kwargs)
                return wrapper
            return around
        @transform(raw=Input("/raw"), out=Output("/out"))
        @logged("compute")
        def compute(raw, out):
            out.write_pandas(raw.pandas())
        """,
        ONE,
        TWO,
    ),
    "parameters from a dict, and the rest by two stars": Style(
        """
        from transforms.api import transform, Input, Output
        PARAMS = {"out": Output("/out"), "raw": Input("/raw"), "more": Input("/more")}
        @transform(**PARAMS)
        def compute(out, ctx, **source_inputs):
            assert sorted(source_inputs) == ["more", "raw"]
            out.write_pandas(source_inputs["raw"].pandas())
        """,
        {"/raw": rows(1, 2), "/more": rows(0)},
        TWO,
    ),
    "annotations of every class": Style(
        """
        from transforms.api import (transform, incremental, Input, Output, TransformInput, TransformOutput, TransformContext,
            LightweightInput, LightweightOutput, LightweightContext, IncrementalLightweightInput,
            IncrementalLightweightOutput, IncrementalTransformContext)
        @transform(raw=Input("/raw"), mid=Output("/mid"))
        def one(ctx: TransformContext, raw: TransformInput, mid: TransformOutput) -> None:
            assert isinstance(raw, TransformInput) and isinstance(mid, TransformOutput)
            mid.write_pandas(raw.pandas())
        @transform(mid=Input("/mid"), late=Output("/late"))
        def two(mid: LightweightInput, late: LightweightOutput):
            late.write_pandas(mid.pandas())
        @incremental()
        @transform.using(late=Input("/late"), out=Output("/out"))
        def three(ctx: IncrementalTransformContext, late: IncrementalLightweightInput, out: IncrementalLightweightOutput):
            assert isinstance(late, IncrementalLightweightInput), type(late)
            out.write_table(late.polars("current"))
        """,
        ONE,
        TWO,
    ),
    "several outputs, an InputSet and an OutputSet": Style(
        """
        from transforms.api import transform, Input, InputSet, Output, OutputSet
        @transform(parts=InputSet(["/a", "/b"]), halves=OutputSet(["/low", "/high"]), sizes=Output("/sizes"))
        def compute(parts, halves, sizes):
            import pandas as pd
            frame = pd.concat([part.pandas() for part in parts])
            for half, keep in zip(halves, (frame.x < 2, frame.x >= 2)):
                half.write_pandas(frame[keep])
            sizes.write_pandas(pd.DataFrame({"n": [len(frame)]}))
        """,
        {"/a": rows(1), "/b": rows(2, 3)},
        {"/low": rows(1), "/high": rows(2, 3), "/sizes": rows(3, name="n")},
    ),
    "scalar parameters": Style(
        """
        import polars as pl
        from transforms.api import (transform, BooleanParam, FloatParam, Input, IntegerParam, Output, ParamValueInput,
            StringParam)
        @transform.using(raw=Input("/raw"), out=Output("/out"), least=IntegerParam(2), by=FloatParam(0.5, description="f"),
            name=StringParam("n"), on=BooleanParam(True))
        def compute(raw, out, least: ParamValueInput, by, name, on):
            assert on.value is True
            out.write_table(raw.polars().filter(pl.col("x") >= least.value).select((pl.col("x") * by.value).alias(name.value)))
        """,
        {"/raw": rows(1, 2)},
        {"/out": rows(1.0, name="n")},
    ),
    "markings, and an input that may fail": Style(
        """
        from transforms.api import transform_pandas, Input, Markings, OrgMarkings, Output
        @transform_pandas(Output("/out", sever_permissions=False), raw=Input("/raw", failure_strategy="continue",
            stop_propagating=Markings("m-1", on_branches=["master"]), stop_requiring=OrgMarkings(["o-1"], ["master"])))
        def compute(raw):
            return raw
        """,
        ONE,
        TWO,
    ),
    "names that are set, and transforms that are added one by one": Style(
        {
            "pipeline.py": """
                from transforms.api import Pipeline, transform_pandas, Input, Output
                pipeline = Pipeline()
                for number in (1, 2):
                    @transform_pandas(Output(f"/made/{number}"), raw=Input("/raw"))
                    def compute(raw, number=number):
                        return raw * number
                    compute.__name__ = f"times {number}"
                    pipeline.add_transforms(compute)
            """
        },
        {"/raw": rows(3)},
        {"/made/1": rows(3), "/made/2": rows(6)},
    ),
    "a parameter of the user's own kind": Style(
        """
        from transforms.api import transform, Input, Output, Param
        class Settings(Param):
            @property
            def json_value(self):
                return {"factor": 3}
            @staticmethod
            def instance(context, json_value):
                return json_value["factor"]
        @transform(raw=Input("/raw"), out=Output("/out"), factor=Settings("by how much"))
        def compute(raw, out, factor):
            out.write_pandas(raw.pandas() * factor)
        """,
        {"/raw": rows(1)},
        {"/out": rows(3)},
    ),
}
