"""The versions of a model: which is the newest, and how little has to be read to know."""

from __future__ import annotations

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from palantir_models.model import versions
from palantir_models.transforms import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import transform
from transforms.engine.local.reading import read_arrow
from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource


@transform.using(model=ModelOutput("/model"))
def train(model):
    model.publish(Doubler(2))


def test_a_publish_does_not_read_the_versions_before_it(run_transform, monkeypatch):
    """The ledger's row that wrote the model last tells its newest number."""
    run_transform(train)
    monkeypatch.setattr(versions, "read_versions", pytest.fail)
    for number in ("1.1.0", "1.2.0"):
        assert run_transform(train).models["model"].version().version == number


def test_rows_that_another_program_wrote_count(run_transform, store):
    """Where the table has more rows than the ledger knows of, the table tells."""
    run_transform(train)
    view, _ = store.view(Resource("model", "/model"), "master")
    copied = read_arrow(view).to_pylist()[0]
    foreign = versions.ModelVersion(**{**copied, "version": "7.0.0", "version_id": "f" * 32, "sha256": {}})
    rows = pa.Table.from_pylist([versions.version_row(foreign)], schema=versions.versions_schema())
    write_deltalake(view.uri, rows, mode="append")
    assert run_transform(train).models["model"].version().version == "7.1.0"


def test_a_model_without_a_version_has_no_newest(run_transform, store):
    """A model can be there before its first version, by an import of experiments."""
    resource = Resource("model", "/model")
    transaction = store.begin("import", "master", [resource])
    empty = versions.versions_schema().empty_table()
    change = stage_frame(transaction, store.table_of(resource, "master"), empty, "append")
    transaction.commit([change], {resource.key: {"imported": 1, "version_count": 0}})
    view, _ = store.view(resource, "master")
    assert versions.newest_version(store, resource, view) is None
    (version,) = run_transform(train).models["model"].versions
    assert version.version == "1.0.0"
