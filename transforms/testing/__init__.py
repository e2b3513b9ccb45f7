"""Testing transforms on small real data: the job runs as it does in a build, in a store of its own."""

from transforms.testing.frames import assert_table_equal
from transforms.testing.result import Output, TransformResult
from transforms.testing.run import run_transform
from transforms.testing.sources import FakeSource

__all__ = ["FakeSource", "Output", "TransformResult", "assert_table_equal", "run_transform"]
