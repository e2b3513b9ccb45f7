"""A model with a long history is listed at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from palantir_models.model.versions import ModelVersion, read_versions, version_row, versions_schema
from tests.benchmarks.timing import median_seconds, process_seconds
from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store

MODEL = Resource("model", "/model")
VERSIONS = 1_000


def test_a_thousand_versions(tmp_path, report):
    """Listing models reads no table; listing a model's versions reads one."""
    store = Store(tmp_path / "store")
    for number in range(VERSIONS):
        transaction = store.begin("train", "master", [MODEL])
        version = ModelVersion(
            transaction.id, f"1.{number}.0", datetime.now(UTC), "master", "train", transaction.id, "m:A", "{}", "{}",
            {"a": "0" * 64}, "[]", "{}", "v", None, None, "MINOR",
        )  # fmt: skip
        table = pa.Table.from_pylist([version_row(version)], schema=versions_schema())
        change = stage_frame(transaction, store.table_of(MODEL, "master"), table, "append")
        outputs = {MODEL.key: {"version": version.version, "version_id": version.version_id, "experiments": []}}
        transaction.commit([change], outputs)
    seconds = process_seconds("-m", "transforms", "--root", str(store.root), "models", "--json")
    report("transforms models with 1,000 versions, whole process", seconds * 1000, 300, "ms")
    view, _ = store.view(MODEL, "master")
    report("reading the 1,000 versions of a model", median_seconds(lambda: read_versions(view), 5) * 1000, 300, "ms")
