"""Everything that ``transforms build`` builds."""

from transforms.api import Pipeline

from pipelines import readings, trend

pipeline = Pipeline()
pipeline.discover_transforms(readings, trend)
