"""Sample training pipelines on data that scikit-learn ships; ``make run`` builds them."""

from pipelines import digits, wine
from transforms.api import Pipeline

pipeline = Pipeline()
pipeline.discover_transforms(wine, digits)
