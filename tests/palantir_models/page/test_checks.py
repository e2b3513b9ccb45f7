"""What checks found stands on the page of their dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from palantir_models.page.ids import dataset_rid
from transforms import expectations as E
from transforms.api import Check, Input, Output, transform
from transforms.errors import TransformsWarning
from transforms.store.store import Store
from transforms.testing import run_transform


def test_a_dataset_shows_what_its_own_and_its_readers_checks_found(running: Any, tmp_path: Path) -> None:
    """Each with the transform that declares it; rows that failed are not stored, so not shown."""

    @transform.using(
        raw=Input("/raw", checks=Check(E.col("x").lt(3), "small", "WARN")),
        clean=Output("/clean", checks=Check(E.count().gt(0), "some")),
    )
    def clean(raw, clean):  # type: ignore[no-untyped-def]
        clean.write_table(raw.polars())

    store = Store(tmp_path / "store")
    with pytest.warns(TransformsWarning, match="x=3"):
        run_transform(clean, {"raw": [{"x": 1}, {"x": 3}]}, store=store)
    page = running.begin(tmp_path, root=str(tmp_path / "store"))
    (of_raw,) = page.get(f"/data/datasets/{dataset_rid('/raw')}")["checks"]
    del of_raw["seconds"]
    assert of_raw == {
        "path": "/raw",
        "rid": dataset_rid("/raw"),
        "check": "small",
        "on_error": "WARN",
        "expectation": "x < 3",
        "passed": False,
        "failing": 1,
        "rows": 2,
        "found": "",
        "transform": "clean",
        "seq": 2,
    }
    (of_clean,) = page.get(f"/data/datasets/{dataset_rid('/clean')}")["checks"]
    assert (of_clean["check"], of_clean["passed"]) == ("some", True)
    in_job = page.get("/data/builds/2")
    assert [(found["check"], found["path"], found["passed"]) for found in in_job["checks"]] == [
        ("small", "/raw", False),
        ("some", "/clean", True),
    ]
    listed = page.get("/data/builds")["entries"]
    assert [entry["failed_checks"] for entry in listed] == [1, 0]
