"""A cluster whose executors share nothing with the driver but the bucket that the store is in."""

from __future__ import annotations

import palantir_models as pm
from tests.cluster.conftest import _cluster, cluster, project  # noqa: F401 (fixtures)
from transforms.engine.spark.buckets import client_package
from transforms.store.store import Store


def test_the_sample_pipeline_trains_on_a_cluster_over_a_bucket(project, bucket):  # noqa: F811 (the fixture)
    """Data, experiment and model, which its executors write, are committed; what they shared is deleted."""
    made = project("", "pipelines.cancer")
    file = made.folder / "pyproject.toml"
    text = file.read_text().replace("[tool.transforms]\n", f'[tool.transforms]\nroot = "{bucket}"\n')
    package = f'[tool.transforms.spark]\npackages = ["{client_package()}"]\n'
    file.write_text(text.replace("[tool.transforms.spark]\n", package))
    status, printed = made.build("--param", "rows=5000", "--param", "iterations=5")
    assert status == 0, printed
    model = pm.open_model("/examples/cancer/model", root=bucket)
    assert len(model.versions) == 1
    assert model.experiments[0].summary("test/accuracy").last > 0.8
    storage = Store(bucket).storage
    assert storage.files("_temporary") == {}
    assert storage.names("_locks/transactions") == []
    assert not made.store.exists()
