"""Sample training pipelines on data that scikit-learn ships; ``make run`` builds them."""

from transforms.api import Pipeline

from pipelines import digits, wine

pipeline = Pipeline()
pipeline.discover_transforms(wine, digits)
