"""A tumour's measurements, a million times: features on Spark, a model of Spark ML, all in the same commits.

It needs Spark, so it is built apart from the others.
"""

from pipelines.cancer import features, raw, train
from transforms.api import Pipeline

pipeline = Pipeline()
pipeline.discover_transforms(raw, features, train)
