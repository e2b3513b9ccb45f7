"""A million measurements, drawn from the 569 that scikit-learn ships."""

from pyspark.sql import functions as F
from sklearn.datasets import load_breast_cancer

from transforms.api import IntegerParam, Output, transform

MEASURED = ("radius", "texture", "smoothness", "concavity", "symmetry")


@transform.spark.using(
    raw=Output("/examples/cancer/raw"),
    rows=IntegerParam(1_200_000, description="How many measurements to draw"),
)
def cancer_raw(ctx, raw, rows):
    """Draw tumours and measure each with an error of a twentieth."""
    tumours = load_breast_cancer(as_frame=True).frame
    known = tumours[[f"mean {name}" for name in MEASURED]].set_axis(list(MEASURED), axis=1)
    known = known.assign(malignant=(tumours["target"] == 0).astype(int), tumour=range(len(tumours)))
    drawn = ctx.spark_session.range(rows.value).withColumnRenamed("id", "measurement")
    drawn = drawn.withColumn("tumour", F.pmod(F.xxhash64("measurement"), F.lit(len(known))))
    measured = drawn.join(F.broadcast(ctx.spark_session.createDataFrame(known)), "tumour")
    for number, name in enumerate(MEASURED):
        measured = measured.withColumn(name, F.col(name) * (1 + 0.05 * F.randn(number)))
    raw.write_dataframe(measured, column_descriptions={"malignant": "1 for a malignant tumour: the label"})
