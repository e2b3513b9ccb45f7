"""Everything that ``transforms build`` builds: the transforms of every module in this folder."""

import pipelines
from transforms.api import Pipeline

pipeline = Pipeline()
pipeline.discover_transforms(pipelines)
