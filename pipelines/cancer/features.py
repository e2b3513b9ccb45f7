"""What the model sees: whole measurements, in the orders of magnitude in which they differ."""

from pyspark.sql import functions as F

from pipelines.cancer.raw import MEASURED
from transforms.api import Input, Output, transform


@transform.spark.using(raw=Input("/examples/cancer/raw"), features=Output("/examples/cancer/features"))
def cancer_features(raw, features):
    """Part by tumour, so that no tumour of the test was seen in training; a folder for each part."""
    measured = raw.dataframe().where(" and ".join(f"{name} >= 0" for name in MEASURED))
    for name in MEASURED:
        measured = measured.withColumn(name, F.log1p(name))
    part = F.when(F.pmod(F.xxhash64("tumour"), F.lit(5)) == 0, "test").otherwise("train")
    features.write_dataframe(measured.withColumn("part", part), partition_cols=["part"])
