"""A model with a long history is listed at once, and a version is loaded from the code that it keeps as quickly as before."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from palantir_models.model.versions import ModelVersion, read_versions, version_row, versions_schema
from tests.benchmarks.timing import median_seconds, paired_ratio, process_seconds
from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store

MODEL = Resource("model", "/model")
VERSIONS = 1_000
ROOT = Path(__file__).parents[2]


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


ADAPTER = '''
import numpy as np
import palantir_models as pm


class Digits(pm.ModelAdapter):
    """Reads digits."""

    @pm.auto_serialize
    def __init__(self, network):
        self.network = network

    @classmethod
    def api(cls):
        return {"digits": pm.Pandas([("pixels", list)])}, {"read": pm.Pandas([("prediction", int)])}

    def predict(self, digits):
        return digits.assign(prediction=self.network.predict(np.array(digits["pixels"].tolist(), dtype=float) / 16))
'''
PUBLISH = """
from digits import Digits
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier
from palantir_models.code_workspaces import ModelOutput

bunch = load_digits()
ModelOutput("/digits").publish(Digits(MLPClassifier((48,), max_iter=20).fit(bunch.data / 16, bunch.target)))
"""
LOAD = "import palantir_models; load = palantir_models.open_model('/digits').load; load()"


def test_loading_from_kept_code(tmp_path, report):
    """A version's own code costs hardly more than the project's, in a new process and again in the same one."""
    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\n")
    (tmp_path / "digits.py").write_text(ADAPTER)
    run = {"check": True, "capture_output": True, "cwd": tmp_path, "text": True}
    subprocess.run([sys.executable, "-c", PUBLISH], **run)
    edited = tmp_path / "edited"
    edited.mkdir()
    (edited / "pyproject.toml").write_text(f'[tool.transforms]\nroot = "{tmp_path / ".transforms"}"\n')
    (edited / "digits.py").write_text(ADAPTER.replace("/ 16", "/ 17"))

    def load(folder, code):
        return lambda: subprocess.run([sys.executable, "-c", code], **{**run, "cwd": folder})

    ratio = paired_ratio(load(tmp_path, LOAD), load(edited, LOAD), 7)
    report("loading a version from its own code to from the project's, new processes", ratio, 1.2, "x")
    again = f"{LOAD}; from tests.benchmarks.timing import median_seconds; print(median_seconds(load, 51, 5))"
    again = f"import sys; sys.path.append({str(ROOT)!r}); {again}"
    seconds = [[float(load(folder, again)().stdout) for folder in (tmp_path, edited)] for _ in range(3)]
    ratio = statistics.median(own / projects for projects, own in seconds)
    report("the same again, in one process", ratio, 1.2, "x")


def test_building_the_digits_again(tmp_path, report):
    """A version of the sample is built again and compared, whole process."""
    shutil.copytree(ROOT / "pipelines/digits", tmp_path / "pipelines/digits")
    (tmp_path / "pipelines/__init__.py").write_text(
        "from pipelines import digits\nfrom transforms.api import Pipeline\n"
        "pipeline = Pipeline()\npipeline.discover_transforms(digits)\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["pipelines"]\n')
    subprocess.run([sys.executable, "-m", "transforms", "build"], check=True, capture_output=True, cwd=tmp_path)
    words = ("-m", "transforms", "reproduce", "/examples/digits/model")
    report("transforms reproduce of the digits", process_seconds(*words, rounds=3, cwd=str(tmp_path)), 10, "s")
