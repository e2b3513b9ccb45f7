"""Addresses: MLflow joins paths to them, and writes slashes as it likes."""

from __future__ import annotations

import pytest

from palantir_models.mlflow.bridge.uris import TRACKING_URI, is_model, model_location, parts_of, run_location

RUN = "a" * 32


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        (run_location(RUN), (RUN, "")),
        (run_location(RUN).replace(":/", ":///"), (RUN, "")),
        (f"{run_location(RUN)}/", (RUN, "")),
        (TRACKING_URI, ("", "")),
        ("transforms:/other/runs/x", ("", "")),
    ],
)
def test_parts(uri, parts):
    """The run, and the folder within it."""
    assert parts_of(uri) == parts


def test_a_path_that_mlflow_joined():
    """It puts the folder behind the run's address."""
    from mlflow.utils.uri import append_to_uri_path

    assert parts_of(append_to_uri_path(run_location(RUN), "figures", "all")) == (RUN, "figures/all")


def test_models():
    """The folder of a model is told from a user's folder that is called alike."""
    from mlflow.utils.uri import append_to_uri_path

    assert is_model(parts_of(model_location(RUN, "m-1"))[1])
    assert is_model(parts_of(append_to_uri_path(model_location(RUN, "m-1"), "data"))[1])
    assert not is_model(parts_of(append_to_uri_path(run_location(RUN), "_models_of_mine"))[1])
    assert not is_model("models")
