"""The pipeline."""

from scans import datasets
from transforms.api import Pipeline

my_pipeline = Pipeline()
my_pipeline.discover_transforms(datasets)
