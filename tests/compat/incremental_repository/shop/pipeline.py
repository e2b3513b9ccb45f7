"""What is built: all that is found in ``datasets``."""

from shop import datasets
from transforms.api import Pipeline

my_pipeline = Pipeline()
my_pipeline.discover_transforms(datasets)
