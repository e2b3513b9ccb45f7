"""Styles that need Spark."""

from __future__ import annotations

from tests.compat.projects.project import Style, rows

STYLES = {
    "transform.spark.using with a profile": Style(
        """
        from transforms.api import transform, Input, Output
        @transform.spark.using(raw=Input("/raw"), out=Output("/out")).with_config(profiles=["DRIVER_MEMORY_SMALL"])
        def compute(raw, out):
            out.write_pandas(raw.pandas())
        """,
        {"/raw": rows(1, 2)},
        {"/out": rows(1, 2)},
    ),
    "transform_df, the output by its name, and union_many": Style(
        """
        from transforms.api import transform_df, Input, Output
        from transforms.verbs.dataframes import union_many
        @transform_df(output=Output("/out"), a=Input("/a"), b=Input("/b"))
        def compute(a, b):
            return union_many(a, b)
        """,
        {"/a": rows(1), "/b": rows(2)},
        {"/out": rows(1, 2)},
    ),
    "an RDD's closure that opens the files of an input": Style(
        """
        from pyspark.sql import Row
        from transforms.api import transform, Input, Output
        @transform(raw=Input("/files"), out=Output("/out"))
        def parse(ctx, raw, out):
            fs = raw.filesystem()
            def lines(status):
                with fs.open(status.path, errors="ignore") as f:
                    return [Row(path=status.path, size=len(f.read()))]
            return out.write_dataframe(fs.files(regex=r".*\\.txt").rdd.flatMap(lines).toDF())
        """,
        {"/files": {"a.txt": b"one", "b.txt": b"four", "c.csv": b""}},
        {"/out": [{"path": "a.txt", "size": 3}, {"path": "b.txt", "size": 4}]},
    ),
    "incremental above transform_df, with a snapshot input": Style(
        """
        from transforms.api import configure, incremental, transform_df, Input, Output
        @configure(profile=["NUM_EXECUTORS_8"])
        @incremental(snapshot_inputs=["names"])
        @transform_df(Output("/out"), raw=Input("/raw"), names=Input("/names"))
        def compute(raw, names):
            return raw.join(names, raw.x == names.id).select("x", "name")
        """,
        {"/raw": rows(1), "/names": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]},
        {"/out": [{"x": 1, "name": "a"}]},
        {"/raw": rows(2)},
        {"/out": [{"x": 1, "name": "a"}, {"x": 2, "name": "b"}]},
    ),
    "its own earlier rows by a schema, and a checkpoint": Style(
        """
        from pyspark.sql import functions as F, types as T
        from transforms.api import incremental, transform, Input, Output
        SCHEMA = T.StructType([T.StructField("x", T.LongType(), True)])
        @incremental()
        @transform(raw=Input("/raw"), out=Output("/out"))
        def compute(ctx, raw, out):
            known = out.dataframe("previous", schema=SCHEMA)
            fresh = raw.dataframe().join(known, "x", "left_anti").checkpoint(eager=True)
            out.write_dataframe(fresh.select("x"))
        """,
        {"/raw": rows(1, 2)},
        {"/out": rows(1, 2)},
        {"/raw": rows(2, 3)},
        {"/out": rows(1, 2, 3)},
    ),
    "an InputSet, partitions and descriptions": Style(
        """
        from functools import reduce
        from pyspark.sql import DataFrame
        from transforms.api import transform, InputSet, Output
        @transform(parts=InputSet(["/a", "/b"]), out=Output("/out"))
        def compute(parts, out):
            frame = reduce(DataFrame.unionByName, [part.dataframe() for part in parts])
            out.write_dataframe(frame, partition_cols=["x"], output_format="parquet", options={"compression": "gzip"},
                column_descriptions={"x": "a number", "gone": "no column"})
        """,
        {"/a": [{"x": 1, "y": 1}], "/b": [{"y": 2, "x": 2}]},
        {"/out": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]},
    ),
    "checks with Spark's types, the session of ctx": Style(
        """
        from pyspark.sql import types as T
        from transforms.api import transform, Check, Output
        from transforms import expectations as E
        @transform(out=Output("/out", checks=[
            Check(E.schema().contains({"x": T.LongType()}), "schema", on_error="FAIL"),
            Check(E.col("x").gt(0), "positive", on_error="WARN")]))
        def compute(ctx, out):
            out.write_dataframe(ctx.spark_session.createDataFrame([(1,)], "x long"))
        """,
        {},
        {"/out": rows(1)},
    ),
    "the folder of files for Spark's reader": Style(
        """
        from transforms.api import transform, Input, Output
        @transform(raw=Input("/files"), out=Output("/out"))
        def compute(ctx, raw, out):
            fs = raw.filesystem()
            paths = [f"{fs.hadoop_path}/{f.path}" for f in fs.ls("*.csv")]
            out.write_dataframe(ctx.spark_session.read.csv(paths, header=True, schema="x long"))
        """,
        {"/files": {"a.csv": b"x\n1\n", "b.csv": b"x\n2\n"}},
        {"/out": rows(1, 2)},
    ),
}
