"""Numbers for keys whose short hash others have too; as a helper that knows nothing of transforms."""

from pyspark.sql import Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

SCHEMA = T.StructType(
    [
        T.StructField("customer", T.StringType(), True),
        T.StructField("hashed", T.LongType(), True),
        T.StructField("collision", T.LongType(), True),
    ]
)


def new_keys(ctx, keys, lookup):
    """Number the keys that the lookup does not have, above those that share their hash."""
    found = keys.select("customer").distinct().withColumn("hashed", F.length("customer").cast("long"))
    first = F.lit(0)
    if ctx.is_incremental:
        cached = lookup.dataframe("previous", schema=SCHEMA)
        found = found.join(cached.select("customer"), on="customer", how="left_anti")
        taken = cached.groupBy("hashed").agg((F.max("collision") + 1).alias("taken"))
        found = found.join(taken, on="hashed", how="left")
        first = F.coalesce(F.col("taken"), F.lit(0))
    window = Window.partitionBy("hashed").orderBy("customer")
    numbered = found.withColumn("collision", (F.row_number().over(window) - 1 + first).cast("long"))
    return numbered.select(*SCHEMA.fieldNames())
