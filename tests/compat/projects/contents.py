"""What transforms read and write: frames of every library, files, media sets, models, their own earlier rows."""

from __future__ import annotations

from tests.compat.projects.project import Style, rows

TRAIN = """
    import pandas as pd
    import palantir_models as pm
    from palantir_models.transforms import ModelInput, ModelOutput
    from transforms.api import transform, Input, Output
"""
USE = """
    @transform.using(raw=Input("/raw"), model=ModelInput("/model"), out=Output("/out"))
    def score(raw, model, out):
        out.write_table(model.transform(raw.pandas()).df_out)
"""
SCORED = {"/raw": rows(1, 2)}, {"/out": [{"x": 1, "y": 3}, {"x": 2, "y": 6}]}
API = """
        @classmethod
        def api(cls):
            return {"df_in": pm.Pandas([("x", int)])}, {"df_out": pm.Pandas(columns=[("x", int), ("y", int)])}
        def predict(self, df_in):
            return df_in.assign(y=df_in.x * self.factor)
"""

STYLES = {
    "frames of every library into write_table": Style(
        """
        import polars as pl
        from transforms.api import transform, Input, Output
        @transform.using(raw=Input("/raw"), a=Output("/a"), b=Output("/b"), c=Output("/c"), d=Output("/d"), e=Output("/e"))
        def compute(raw, a, b, c, d, e):
            a.write_table(raw.polars())
            b.write_table(raw.polars(lazy=True).select(pl.col("x") + 1), column_descriptions={"x": "next"})
            c.write_table(raw.pandas())
            d.write_table(raw.arrow())
            raw.polars().write_parquet(e.path_for_write_table + "/part.parquet")
            e.write_table(e.path_for_write_table)
        """,
        {"/raw": rows(1)},
        {"/a": rows(1), "/b": rows(2), "/c": rows(1), "/d": rows(1), "/e": rows(1)},
    ),
    "a query of DuckDB": Style(
        """
        from transforms.api import transform, Input, LightweightContext, Output
        @transform.using(raw=Input("/raw"), names=Input("/names"), out=Output("/out"))
        def compute(ctx: LightweightContext, raw, names, out):
            out.write_table(ctx.duckdb().conn.sql("SELECT name, x FROM raw JOIN names ON raw.x = names.id"))
        """,
        {"/raw": rows(1, 2), "/names": [{"id": 2, "name": "two"}]},
        {"/out": [{"name": "two", "x": 2}]},
    ),
    "its own earlier rows, where there may be none": Style(
        """
        import polars as pl
        from transforms.api import incremental, transform, Input, Output
        SCHEMA = {"x": pl.Int64}
        @incremental()
        @transform.using(raw=Input("/raw"), out=Output("/out"))
        def compute(raw, out):
            try:
                known = out.polars("previous", SCHEMA)
            except Exception:
                known = pl.DataFrame(schema=SCHEMA)
            out.write_table(raw.polars().filter(~pl.col("x").is_in(known["x"].implode())))
        """,
        {"/raw": rows(1, 2)},
        {"/out": rows(1, 2)},
        {"/raw": rows(2, 3)},
        {"/out": rows(1, 2, 3)},
    ),
    "an aborted job": Style(
        """
        from transforms.api import incremental, transform, Input, Output
        @incremental()
        @transform.using(raw=Input("/raw"), out=Output("/out"))
        def compute(ctx, raw, out):
            frame = raw.polars()
            if frame.is_empty() or frame["x"].max() > 5:
                ctx.abort_job()
                return
            out.write_table(frame)
        """,
        {"/raw": rows(1)},
        {"/out": rows(1)},
        {"/raw": rows(9)},
        {"/out": rows(1)},
    ),
    "files by pattern, as text with errors ignored, and into folders": Style(
        """
        from transforms.api import transform, Input, Output
        @transform(raw=Input("/files"), out=Output("/copied"))
        def parse(raw, out):
            fs = raw.filesystem()
            first = next(fs.ls(regex=r".*\\.csv"))
            assert first.path == first[0]
            for status in fs.ls(glob="**/*.csv"):
                with fs.open(status.path, errors="ignore") as f, out.filesystem().open(f"sub/{status.path}", "wb") as w:
                    w.write(f.read().upper().encode())
        """,
        {"/files": {"a.csv": b"a\xff", "deep/b.csv": b"b", "c.txt": b"c"}},
        {"/copied": {"sub/a.csv": b"A", "sub/deep/b.csv": b"B"}},
    ),
    "a zip that is unpacked": Style(
        """
        import shutil, zipfile
        from transforms.api import transform, Input, Output
        @transform.using(raw=Input("/zips"), out=Output("/files"))
        def unzip(raw, out):
            for status in raw.filesystem().ls(glob="*.zip"):
                with raw.filesystem().open(status.path, "rb") as f, zipfile.ZipFile(f) as archive:
                    for name in archive.namelist():
                        with archive.open(name) as source, out.filesystem().open(name, "wb") as target:
                            shutil.copyfileobj(source, target)
        """,
        {"/zips": {"one.zip": None}},  # made by the test
        {"/files": {"in/a.txt": b"zipped"}},
    ),
    "incremental with files": Style(
        """
        import polars as pl
        from transforms.api import incremental, transform, Input, Output
        @incremental()
        @transform.using(raw=Input("/files"), out=Output("/copied"), names=Output("/names"))
        def parse(raw, out, names):
            there = sorted(f.path for f in out.filesystem(mode="previous").ls()) if out.filesystem else []
            paths = [f.path for f in raw.filesystem().ls()]
            for path in paths:
                with raw.filesystem().open(path, "rb") as f, out.filesystem().open(path, "wb") as w:
                    w.write(f.read())
            names.write_table(pl.DataFrame({"path": paths, "before": [len(there)] * len(paths)}))
        """,
        {"/files": {"a": b"1"}},
        {"/copied": {"a": b"1"}, "/names": [{"path": "a", "before": 0}]},
        {"/files": {"b": b"2"}},
        {"/copied": {"a": b"1", "b": b"2"}, "/names": [{"path": "a", "before": 0}, {"path": "b", "before": 1}]},
    ),
    "media sets": Style(
        """
        from transforms.api import transform, Output
        from transforms.mediasets import MediaSetInput, MediaSetOutput
        @transform(scans=MediaSetInput("/scans"), texts=MediaSetOutput("/texts", should_snapshot=True))
        def read_scans(scans, texts):
            for row in scans.list_media_items_by_path().to_dicts():
                texts.put_media_item(scans.get_media_item(row["mediaItemRid"]), row["path"] + ".txt")
        """,
        {"/scans": {"a.pdf": b"%PDF"}},
        {"/texts": {"a.pdf.txt": b"%PDF"}},
    ),
    "virtual tables": Style(
        """
        from transforms.api import transform, TableTransformInput
        from transforms.tables import TableInput, TableOutput
        @transform(table=TableInput("/raw"), out=TableOutput("/out", "ri.source", "schema.table"))
        def copy(table: TableTransformInput, out):
            out.write_pandas(table.pandas())
        """,
        {"/raw": rows(1)},
        {"/out": rows(1)},
    ),
    "external systems above transform_pandas": Style(
        """
        import pandas as pd
        from transforms.api import transform_pandas, Output
        from transforms.external.systems import external_systems, Source, ResolvedSource
        @external_systems(api=Source("ri.magritte..source.2"))
        @transform_pandas(Output("/out"))
        def compute(api: ResolvedSource):
            return pd.DataFrame({"url": [api.get_https_connection().url], "key": [api.get_secret("k")]})
        """,
        {},
        {"/out": [{"url": "https://api.test", "key": "s3cret"}]},
        settings='[tool.transforms.sources."ri.magritte..source.2"]\nurl = "https://api.test"\nsecrets = { k = "STYLE_KEY" }\n',
    ),
    "an adapter with auto_serialize, bare; an experiment by its place": Style(
        TRAIN
        + """
    class Adapter(pm.ModelAdapter):
        @pm.auto_serialize
        def __init__(self, factor):
            self.factor = factor
"""
        + API
        + """
    @transform.using(raw=Input("/raw"), model=ModelOutput("/model"))
    def train(raw, model):
        experiment = model.create_experiment("first")
        experiment.log_param("rows", len(raw.pandas()))
        experiment.log_metric("loss", 0.5, step=1)
        model.publish(model_adapter=Adapter(3), experiment=experiment)
"""
        + USE,
        *SCORED,
    ),
    "an adapter with auto_serialize and serializers, on a Spark transform": Style(
        TRAIN
        + """
    from palantir_models.serializers import DillSerializer
    from palantir_models_serializers import JsonSerializer
    class Adapter(pm.ModelAdapter):
        @pm.auto_serialize(model=DillSerializer(), settings=JsonSerializer())
        def __init__(self, model, settings):
            self.model, self.settings = model, settings
        @property
        def factor(self):
            return self.model(self.settings["by"])
"""
        + API
        + """
    @transform(raw=Input("/raw"), model=ModelOutput("/model"))
    def train(ctx, raw, model):
        experiment = model.create_experiment(name="run")
        experiment.log_params({"by": 3})
        model.publish(Adapter(lambda value: value, {"by": 3}), experiment=experiment)
"""
        + USE,
        *SCORED,
    ),
    "a serializer of the user's own": Style(
        TRAIN
        + """
    from palantir_models import ModelSerializer
    from palantir_models.models._serialization import ModelStateReader, ModelStateWriter
    class TextSerializer(ModelSerializer[int]):
        file_name = "factor.txt"
        def serialize(self, writer: ModelStateWriter, obj: int):
            with writer.open(self.file_name, "w") as f:
                assert f.name.endswith("factor.txt")
                f.write(str(obj))
        def deserialize(self, reader: ModelStateReader) -> int:
            with reader.open(self.file_name, "r") as f:
                return int(f.read())
    class Adapter(pm.ModelAdapter):
        @pm.auto_serialize(factor=TextSerializer())
        def __init__(self, factor):
            self.factor = factor
"""
        + API
        + """
    @transform.using(raw=Input("/raw"), model=ModelOutput("/model"))
    def train(raw, model):
        model.publish(model_adapter=Adapter(3))
"""
        + USE,
        *SCORED,
    ),
    "an adapter that saves and loads itself": Style(
        TRAIN
        + """
    import json
    class Adapter(pm.ModelAdapter):
        def __init__(self, factor):
            self.factor = factor
        def save(self, state_writer):
            with state_writer.open("factor.json", "w") as f:
                json.dump({"factor": self.factor}, f)
        @classmethod
        def load(cls, state_reader):
            with state_reader.open("factor.json", "r") as f:
                return cls(json.load(f)["factor"])
"""
        + API
        + """
    @transform.using(raw=Input("/raw"), model=ModelOutput("/model"))
    def train(raw, model):
        model.publish(model_adapter=Adapter(3), notes="by itself")
"""
        + USE,
        *SCORED,
    ),
    "the older declaration of an adapter": Style(
        TRAIN
        + """
    from palantir_models.models.api import DFType, ModelApi, ModelApiColumn
    from palantir_models.models.api import ModelInput as In, ModelOutput as Out
    class Adapter(pm.ModelAdapter):
        @pm.auto_serialize()
        def __init__(self, factor):
            self.factor = factor
        @classmethod
        def api(cls):
            columns = [ModelApiColumn(name="x", type=int, required=True)]
            return ModelApi(inputs=[In.Tabular(name="df_in", df_type=DFType.PANDAS, columns=columns)],
                outputs=[Out.Tabular(name="df_out", columns=columns + [("y", int)])])
        def run_inference(self, inputs, outputs):
            outputs.df_out.write(inputs.df_in.assign(y=inputs.df_in.x * self.factor))
    @transform.using(raw=Input("/raw"), model=ModelOutput("/model"))
    def train(raw, model):
        model.publish(model_adapter=Adapter(3))
"""
        + USE,
        *SCORED,
    ),
    "a model that is given the input itself": Style(
        TRAIN
        + """
    class Adapter(pm.ModelAdapter):
        @pm.auto_serialize
        def __init__(self, factor):
            self.factor = factor
"""
        + API
        + """
    @transform.using(raw=Input("/raw"), model=ModelOutput("/model"))
    def train(raw, model):
        model.publish(Adapter(3))
    @transform.using(raw=Input("/raw"), model=ModelInput("/model", model_version="1.0.0", use_sidecar=False), out=Output("/out"))
    def score(raw, model, out):
        out.write_table(model.transform(raw).df_out)
""",
        *SCORED,
    ),
}
